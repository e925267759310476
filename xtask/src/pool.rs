//! Jobs that are done side by side, and heard of in their order.
//!
//! Workers take the jobs one after another. All that they say is heard on the thread that
//! called, so whoever hears it needs no lock, and the same jobs give the same report whichever
//! worker is faster. After Ctrl-C no further job is begun.

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::process;

/// How often it is heard that time passes.
const TICK: Duration = Duration::from_millis(200);

/// Jobs that may be done at the same time.
pub struct Lane {
    /// Their numbers: the places in the order in which they are heard of.
    pub jobs: VecDeque<usize>,
    /// How many workers do them.
    pub workers: NonZeroUsize,
}

/// What is heard while jobs are done.
pub enum News<M, R> {
    /// A job has said something, just now.
    Said(usize, M),
    /// A job is done. Of the jobs before it in the order it was heard already.
    Done(usize, R),
    /// A fraction of a second has passed.
    Tick,
}

/// Does one job, which has this number, and may say something meanwhile; nothing is heard of a job
/// that returns `None`.
pub type Work<'w, M, R> = dyn Fn(usize, &dyn Fn(M)) -> Option<R> + Sync + 'w;

/// How many cores there are.
pub fn cores() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// Does the jobs of each lane, one lane after another.
///
/// Once `hear` has failed, nothing more is heard, and no further job is begun; those that were
/// begun are still waited for.
///
/// # Errors
///
/// What `hear` has failed with.
pub fn run<M: Send, R: Send>(
    lanes: Vec<Lane>,
    work: &Work<'_, M, R>,
    hear: &mut dyn FnMut(News<M, R>) -> Result<()>,
) -> Result<()> {
    let mut done = InOrder::default();
    for lane in lanes {
        run_lane(lane, work, &mut |news| match news {
            News::Done(job, result) => done.add(job, result, hear),
            News::Said(job, said) => hear(News::Said(job, said)),
            News::Tick => hear(News::Tick),
        })?;
    }
    done.finish(hear)
}

/// Does a job for each of these things on all cores; returns what became of them, in order.
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
        &mut |news| {
            if let News::Done(_, result) = news {
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

/// Does the jobs of one lane, and hears of each as soon as it is done.
fn run_lane<M: Send, R: Send>(
    lane: Lane,
    work: &Work<'_, M, R>,
    hear: &mut dyn FnMut(News<M, Option<R>>) -> Result<()>,
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
                let send = |news| {
                    let sent = sender.send(news);
                    sent.expect("the receiver outlives its senders");
                };
                while !stop.load(Ordering::Relaxed) && !process::interrupted() {
                    let Some(job) = jobs.lock().unwrap().pop_front() else {
                        return;
                    };
                    let result = work(job, &|said| send(News::Said(job, said)));
                    send(News::Done(job, result));
                }
            });
        }
        drop(sender);
        let mut heard = Ok(());
        let mut tick = Instant::now() + TICK;
        loop {
            let left = tick.saturating_duration_since(Instant::now());
            let news = match receiver.recv_timeout(left) {
                Ok(news) => Some(news),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => break,
            };
            if heard.is_err() {
                continue;
            }
            if let Some(news) = news {
                heard = hear(news);
            }
            // Time passes also while jobs talk without a pause.
            if heard.is_ok() && Instant::now() >= tick {
                tick = Instant::now() + TICK;
                heard = hear(News::Tick);
            }
            stop.store(heard.is_err(), Ordering::Relaxed);
        }
        heard
    })
}

/// Holds back what is done before others that come before it in the order.
struct InOrder<R> {
    held_back: BTreeMap<usize, Option<R>>,
    /// The first job that is not done.
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
        hear: &mut dyn FnMut(News<M, R>) -> Result<()>,
    ) -> Result<()> {
        self.held_back.insert(job, result);
        while let Some(result) = self.held_back.remove(&self.next) {
            let job = self.next;
            self.next += 1;
            if let Some(result) = result {
                hear(News::Done(job, result))?;
            }
        }
        Ok(())
    }

    /// Where some jobs were not begun, nothing comes before those that were.
    fn finish<M>(self, hear: &mut dyn FnMut(News<M, R>) -> Result<()>) -> Result<()> {
        for (job, result) in self.held_back {
            if let Some(result) = result {
                hear(News::Done(job, result))?;
            }
        }
        Ok(())
    }
}
