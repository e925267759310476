//! Many programs, side by side.

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::machine;
use crate::process;
use crate::program::Program;
use crate::report::event::{Event, Reporter, Summary};
use crate::runs::{self, Outcome};
use invariants::{Line, RuleReport, Verdict};

/// How often the reporter may show that time passes.
const TICK: Duration = Duration::from_millis(200);

/// How programs are run.
pub struct Settings {
    /// How many at once.
    pub jobs: NonZeroUsize,
    /// Whether a failure of one program keeps the others from being started.
    pub fail_fast: bool,
    /// How each of them is run.
    pub runs: runs::Settings,
}

impl Default for Settings {
    fn default() -> Self {
        // Most programs sleep or wait, so there is room for many more of them than cores,
        // and the longest should not have to wait for its turn. With 16 for each of two cores,
        // the programs that run side by side took about a tenth longer.
        let cores = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        Self {
            jobs: cores.saturating_mul(NonZeroUsize::new(64).expect("64 is not 0")),
            fail_fast: false,
            runs: runs::Settings::default(),
        }
    }
}

/// Runs programs side by side, those that need the machine to themselves at the end; or one
/// after another, if no two may run at once. Tells the reporter what happens as it happens, and
/// what became of each program in reading order. Returns the summary.
///
/// # Errors
///
/// The reporter cannot write.
pub fn run(
    programs: &[Program],
    settings: &Settings,
    start: Instant,
    reporter: &mut dyn Reporter,
) -> Result<Summary> {
    reporter.event(&Event::Begin { programs })?;
    let mut desk = Desk::new(programs, reporter);
    let stop = AtomicBool::new(false);
    let all = 0..programs.len();
    let lanes: Vec<(VecDeque<usize>, NonZeroUsize)> = match settings.jobs {
        NonZeroUsize::MIN => vec![(all.collect(), NonZeroUsize::MIN)],
        jobs => {
            let (alone, beside) = all.partition(|&index| programs[index].is_alone());
            vec![(beside, jobs), (alone, NonZeroUsize::MIN)]
        }
    };
    for (queue, jobs) in lanes {
        let queue = Mutex::new(queue);
        let result = thread::scope(|scope| {
            let (sender, receiver) = mpsc::channel();
            for _ in 0..jobs.get().min(programs.len()) {
                let sender = sender.clone();
                let (queue, stop) = (&queue, &stop);
                scope.spawn(move || work(programs, queue, settings, stop, &sender));
            }
            drop(sender);
            let mut result = Ok(());
            let mut tick = Instant::now() + TICK;
            loop {
                let left = tick.saturating_duration_since(Instant::now());
                let reported = match receiver.recv_timeout(left) {
                    Ok(told) => desk.take(told),
                    Err(RecvTimeoutError::Timeout) => Ok(()),
                    Err(RecvTimeoutError::Disconnected) => break,
                };
                // Time passes also while programs print without a pause.
                let reported = match reported {
                    Ok(()) if Instant::now() >= tick => {
                        tick = Instant::now() + TICK;
                        desk.reporter.event(&Event::Tick)
                    }
                    reported => reported,
                };
                if reported.is_err() && result.is_ok() {
                    // Nobody reads the report any more: stop what runs, and wait for its end.
                    process::interrupt();
                    result = reported;
                }
            }
            result
        });
        result?;
    }
    desk.end(start)
}

/// What a worker tells the reporting thread.
enum Told {
    Started(usize),
    Line(Line),
    Ended(usize, Ended),
}

/// What became of a program: nothing, if it cannot be run.
type Ended = Option<Box<Outcome>>;

/// Takes programs off the queue until it is empty or everything is to stop.
fn work(
    programs: &[Program],
    queue: &Mutex<VecDeque<usize>>,
    settings: &Settings,
    stop: &AtomicBool,
    sender: &Sender<Told>,
) {
    // Set here and not where it is reported: this worker is about to take the next program.
    let failed = || {
        if settings.fail_fast {
            stop.store(true, Ordering::Relaxed);
        }
    };
    let tell = |told| {
        sender
            .send(told)
            .expect("the receiver outlives its senders")
    };
    while !stop.load(Ordering::Relaxed) && !process::interrupted() {
        let Some(index) = queue.lock().unwrap().pop_front() else {
            return;
        };
        let program = &programs[index];
        let Ok(ready) = &program.ready else {
            failed();
            tell(Told::Ended(index, None));
            continue;
        };
        let folder = runs::keep_folder(&ready.executable);
        let claim = machine::claim(&folder, ready.spec.run.alone.is_some());
        tell(Told::Started(index));
        let mut on_line = |line: &Line| tell(Told::Line(line.clone()));
        let outcome = match claim {
            Ok(_claim) => runs::run(program, ready, &settings.runs, stop, &mut on_line),
            Err(error) => Outcome::of_no_run(error),
        };
        if !outcome.holds() {
            failed();
        }
        // Nothing is to be said of a program that was stopped in its first run.
        if outcome.runs > 0 || !matches!(outcome.error, Some(Error::Interrupted)) {
            tell(Told::Ended(index, Some(Box::new(outcome))));
        }
    }
}

/// Counts what the workers tell, and passes it on.
struct Desk<'r> {
    programs: &'r [Program],
    reporter: &'r mut dyn Reporter,
    summary: Summary,
    /// What has ended before others that come before it in reading order.
    held_back: BTreeMap<usize, Ended>,
    /// The first program in reading order that has not been reported.
    next: usize,
}

impl<'r> Desk<'r> {
    fn new(programs: &'r [Program], reporter: &'r mut dyn Reporter) -> Self {
        Self {
            programs,
            reporter,
            summary: Summary {
                programs: programs.len(),
                ..Summary::default()
            },
            held_back: BTreeMap::new(),
            next: 0,
        }
    }

    fn take(&mut self, told: Told) -> Result<()> {
        match told {
            Told::Started(index) => self.reporter.event(&Event::Started {
                program: &self.programs[index],
            }),
            Told::Line(line) => self.reporter.event(&Event::Printed { line: &line }),
            Told::Ended(index, ended) => {
                let program = &self.programs[index];
                let holds = ended.as_ref().is_some_and(|outcome| outcome.holds());
                self.reporter.event(&Event::Done { program, holds })?;
                self.held_back.insert(index, ended);
                while let Some(ended) = self.held_back.remove(&self.next) {
                    self.report(self.next, ended)?;
                    self.next += 1;
                }
                Ok(())
            }
        }
    }

    fn report(&mut self, index: usize, ended: Ended) -> Result<()> {
        let program = &self.programs[index];
        let summary = &mut self.summary;
        let Some(outcome) = ended else {
            let fault = program.ready.as_ref().err();
            let fault = fault.expect("only a program that cannot be run is refused");
            summary.failed += 1;
            summary.file_wrong |= fault.file;
            return self.reporter.event(&Event::Refused { program, fault });
        };
        match outcome.holds() {
            true => summary.passed += 1,
            false => summary.failed += 1,
        }
        summary.rules += outcome.rules.len();
        let unsupported = |(report, _): &&(RuleReport, u32)| report.verdict == Verdict::Unsupported;
        summary.unsupported += outcome.rules.iter().filter(unsupported).count();
        let longest = summary.longest.as_ref().map(|(_, wall)| *wall);
        if program.is_alone() {
            summary.alone += outcome.wall;
        } else if outcome.wall > longest.unwrap_or_default() {
            summary.longest = Some((program.name.clone(), outcome.wall));
        }
        self.reporter.event(&Event::Ended {
            program,
            outcome: &outcome,
        })
    }

    fn end(mut self, start: Instant) -> Result<Summary> {
        // Where some were not run, nothing comes before those that were.
        for (index, ended) in std::mem::take(&mut self.held_back) {
            self.report(index, ended)?;
        }
        let mut summary = self.summary;
        summary.skipped = summary.programs - summary.passed - summary.failed;
        summary.interrupted = process::interrupted();
        summary.wall = start.elapsed();
        self.reporter.event(&Event::End { summary: &summary })?;
        Ok(summary)
    }
}
