//! A pool of workers: they do jobs side by side, and the caller gets the results in order.
//!
//! Workers take jobs from a queue, and send what they have to say through a channel. The calling
//! thread receives it, so a listener needs no lock. Results arrive in the order of the jobs,
//! because the same command must always print the same report. After Ctrl-C the workers begin no
//! further job.

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::process;

/// How often the listener learns that time passes.
const TICK: Duration = Duration::from_millis(200);

/// Jobs that may run at the same time.
pub struct Lane {
    /// The numbers of the jobs, which are also the order of their results.
    pub jobs: VecDeque<usize>,
    /// How many workers do them.
    pub workers: NonZeroUsize,
}

/// What the listener learns.
pub enum Update<M, R> {
    /// A running job has sent this.
    Message(usize, M),
    /// A job has this result. The results of all jobs before it came earlier.
    Finished(usize, R),
    /// A fraction of a second has passed.
    Tick,
}

/// Does the job of this number, and may send messages meanwhile. A job that returns `None` has no
/// result to report.
pub type Work<'w, M, R> = dyn Fn(usize, &dyn Fn(M)) -> Option<R> + Sync + 'w;

/// How many cores there are.
pub fn cores() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// Does the jobs of each lane, one lane after another, and calls `hear` on the calling thread.
///
/// After `hear` has failed, the pool begins no further job, and does not call `hear` again. It
/// still waits for the jobs that run.
///
/// # Errors
///
/// The error of `hear`.
pub fn run<M: Send, R: Send>(
    lanes: Vec<Lane>,
    work: &Work<'_, M, R>,
    hear: &mut dyn FnMut(Update<M, R>) -> Result<()>,
) -> Result<()> {
    let mut done = InOrder::default();
    for lane in lanes {
        run_lane(lane, work, &mut |update| match update {
            Update::Finished(job, result) => done.add(job, result, hear),
            Update::Message(job, message) => hear(Update::Message(job, message)),
            Update::Tick => hear(Update::Tick),
        })?;
    }
    done.finish(hear)
}

/// Does a job for each of these things on all cores; returns the results in order.
///
/// # Errors
///
/// The runner was interrupted.
pub fn map<'t, T: Sync, R: Send>(
    things: &'t [T],
    work: impl Fn(&'t T) -> R + Sync,
) -> Result<Vec<R>> {
    let lane = Lane {
        jobs: (0..things.len()).collect(),
        workers: cores(),
    };
    let mut results = Vec::new();
    run::<(), R>(
        vec![lane],
        &|job, _| Some(work(&things[job])),
        &mut |update| {
            if let Update::Finished(_, result) = update {
                results.push(result);
            }
            Ok(())
        },
    )?;
    match process::interrupted() {
        true => Err(Error::Interrupted),
        false => Ok(results),
    }
}

/// Does the jobs of one lane, and calls `hear` with each result as soon as it is there.
fn run_lane<M: Send, R: Send>(
    lane: Lane,
    work: &Work<'_, M, R>,
    hear: &mut dyn FnMut(Update<M, Option<R>>) -> Result<()>,
) -> Result<()> {
    let workers = lane.workers.get().min(lane.jobs.len());
    let jobs = Mutex::new(lane.jobs);
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        for _ in 0..workers {
            let sender = sender.clone();
            let (jobs, stop) = (&jobs, &stop);
            scope.spawn(move || {
                let send = |update| {
                    let sent = sender.send(update);
                    sent.expect("the receiver outlives its senders");
                };
                while !stop.load(Ordering::Relaxed) && !process::interrupted() {
                    let Some(job) = jobs.lock().unwrap().pop_front() else {
                        return;
                    };
                    let result = work(job, &|message| send(Update::Message(job, message)));
                    send(Update::Finished(job, result));
                }
            });
        }
        drop(sender);
        let mut heard = Ok(());
        let mut tick = Instant::now() + TICK;
        loop {
            let left = tick.saturating_duration_since(Instant::now());
            let update = match receiver.recv_timeout(left) {
                Ok(update) => Some(update),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => break,
            };
            if heard.is_err() {
                continue;
            }
            if let Some(update) = update {
                heard = hear(update);
            }
            // A tick is due also while messages come without a pause.
            if heard.is_ok() && Instant::now() >= tick {
                tick = Instant::now() + TICK;
                heard = hear(Update::Tick);
            }
            stop.store(heard.is_err(), Ordering::Relaxed);
        }
        heard
    })
}

/// Holds back the results of jobs until all jobs before them have results.
struct InOrder<R> {
    held_back: BTreeMap<usize, Option<R>>,
    /// The first job without a result.
    next: usize,
}

impl<R> Default for InOrder<R> {
    fn default() -> Self {
        Self {
            held_back: BTreeMap::new(),
            next: 0,
        }
    }
}

impl<R> InOrder<R> {
    fn add<M>(
        &mut self,
        job: usize,
        result: Option<R>,
        hear: &mut dyn FnMut(Update<M, R>) -> Result<()>,
    ) -> Result<()> {
        self.held_back.insert(job, result);
        while let Some(result) = self.held_back.remove(&self.next) {
            let job = self.next;
            self.next += 1;
            if let Some(result) = result {
                hear(Update::Finished(job, result))?;
            }
        }
        Ok(())
    }

    /// Hands over the rest, where jobs before it were never begun.
    fn finish<M>(self, hear: &mut dyn FnMut(Update<M, R>) -> Result<()>) -> Result<()> {
        for (job, result) in self.held_back {
            if let Some(result) = result {
                hear(Update::Finished(job, result))?;
            }
        }
        Ok(())
    }
}
