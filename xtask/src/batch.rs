//! Many programs, side by side.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use crate::cargo;
use crate::error::{ALL_HOLD, BROKEN, Error, INTERRUPTED, Result, WRONG};
use crate::flags::RunFlags;
use crate::machine;
use crate::process;
use crate::program::{self, Program};
use crate::report::{self, Event, Reporter};
use crate::runs::{self, Outcome};
use crate::workspace::Workspace;
use invariants::{Line, RuleReport, Verdict};

/// How often the reporter may show that time passes.
const TICK: Duration = Duration::from_millis(200);

/// How programs are run.
pub struct Options {
    /// How many at once.
    pub jobs: NonZeroUsize,
    /// How often each, at least; 0 for as long as it passes.
    pub repeat: u32,
    /// Whether a failure of one program keeps the others from being started.
    pub fail_fast: bool,
    /// Whether a program is run no more once it has failed.
    pub until_fail: bool,
    /// Where to keep every transcript.
    pub record: Option<PathBuf>,
    /// For how long each run but a program's first is held up, at a random moment.
    pub pause: Option<Duration>,
}

impl Default for Options {
    fn default() -> Self {
        // Most programs sleep or wait, so there is room for many more of them than cores,
        // and the longest should not have to wait for its turn.
        let cores = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        Self {
            jobs: cores.saturating_mul(NonZeroUsize::new(16).expect("16 is not 0")),
            repeat: 1,
            fail_fast: false,
            until_fail: false,
            record: None,
            pause: None,
        }
    }
}

/// What became of all of them.
#[derive(Debug, Default, Clone)]
pub struct Summary {
    /// How many programs there were.
    pub programs: usize,
    /// How many of them hold.
    pub passed: usize,
    /// How many do not, or could not be run.
    pub failed: usize,
    /// How many were not started, because another had failed or because of Ctrl-C.
    pub skipped: usize,
    /// How many rules were checked.
    pub rules: usize,
    /// How many of them the machine could not decide.
    pub unsupported: usize,
    /// From the start of the command to now.
    pub wall: Duration,
    /// The least time that it could have taken: the longest program that may run
    /// beside others, and after it those that need the machine to themselves.
    pub bound: Duration,
    /// The program that took longest beside others.
    pub longest: String,
    /// Whether an invariants file is wrong.
    pub file_wrong: bool,
    /// Whether it was interrupted.
    pub interrupted: bool,
}

impl Summary {
    /// The status with which the command ends.
    pub fn exit_code(&self) -> u8 {
        match self {
            _ if self.interrupted => INTERRUPTED,
            _ if self.file_wrong => WRONG,
            _ if self.failed > 0 => BROKEN,
            _ => ALL_HOLD,
        }
    }
}

/// Builds, runs and checks what the command line names; returns the status to end with.
///
/// # Errors
///
/// It names what does not exist, or the topics cannot be built at all.
pub fn build_and_run(flags: &RunFlags, live: bool, start: Instant) -> Result<u8> {
    let workspace = Workspace::find()?;
    let topics = workspace.select(&flags.topics)?;
    let mut reporter = report::reporters(flags, live)?;
    let built = cargo::build(&workspace.root, &topics, None)?;
    let mut programs = program::programs(topics, built);
    program::keep_bin(&mut programs, flags.bin.as_deref())?;
    let summary = run(&programs, &flags.options, start, &mut reporter)?;
    Ok(summary.exit_code())
}

/// Runs programs side by side, those that need the machine to themselves at the end,
/// and tells the reporter everything as it happens. Returns the summary.
///
/// # Errors
///
/// The reporter cannot write.
pub fn run(
    programs: &[Program],
    options: &Options,
    start: Instant,
    reporter: &mut dyn Reporter,
) -> Result<Summary> {
    let mut summary = Summary {
        programs: programs.len(),
        ..Summary::default()
    };
    let is_alone = |program: &Program| match &program.ready {
        Ok(ready) => ready.spec.run.alone.is_some(),
        Err(_) => false,
    };
    let stop = AtomicBool::new(false);
    reporter.event(&Event::Begin { programs })?;
    for (lane, jobs) in [(false, options.jobs), (true, NonZeroUsize::MIN)] {
        let queue = (0..programs.len()).filter(|&index| is_alone(&programs[index]) == lane);
        let queue = Mutex::new(queue.collect::<VecDeque<usize>>());
        let result = thread::scope(|scope| {
            let (sender, receiver) = mpsc::channel();
            for _ in 0..jobs.get().min(programs.len()) {
                let sender = sender.clone();
                let (queue, stop) = (&queue, &stop);
                scope.spawn(move || work(programs, queue, options, stop, &sender));
            }
            drop(sender);
            let mut result = Ok(());
            let mut tick = Instant::now() + TICK;
            loop {
                let left = tick.saturating_duration_since(Instant::now());
                let reported = match receiver.recv_timeout(left) {
                    Ok(told) => tell(&told, programs, lane, &mut summary, reporter),
                    Err(RecvTimeoutError::Timeout) => Ok(()),
                    Err(RecvTimeoutError::Disconnected) => break,
                };
                // Time passes also while programs print without a pause.
                let reported = match reported {
                    Ok(()) if Instant::now() >= tick => {
                        tick = Instant::now() + TICK;
                        reporter.event(&Event::Tick)
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
    summary.skipped = summary.programs - summary.passed - summary.failed;
    summary.interrupted = process::interrupted();
    summary.wall = start.elapsed();
    reporter.event(&Event::End { summary: &summary })?;
    Ok(summary)
}

/// What a worker tells the reporting thread.
enum Told {
    Started(usize),
    Line(usize, Line),
    Refused(usize),
    Ended(usize, Box<Outcome>),
}

/// Takes programs off the queue until it is empty or everything is to stop.
fn work(
    programs: &[Program],
    queue: &Mutex<VecDeque<usize>>,
    options: &Options,
    stop: &AtomicBool,
    sender: &Sender<Told>,
) {
    // Set here and not where it is reported: this worker is about to take the next program.
    let failed = || {
        if options.fail_fast {
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
            tell(Told::Refused(index));
            continue;
        };
        let folder = runs::keep_folder(&ready.executable);
        let claim = machine::claim(&folder, ready.spec.run.alone.is_some());
        tell(Told::Started(index));
        let mut on_line = |line: &Line| tell(Told::Line(index, line.clone()));
        let outcome = match claim {
            Ok(_claim) => runs::run(program, ready, options, stop, &mut on_line),
            Err(error) => Outcome::of_no_run(error),
        };
        if !outcome.holds() {
            failed();
        }
        // Nothing is to be said of a program that was stopped in its first run.
        if outcome.runs > 0 || !matches!(outcome.error, Some(Error::Interrupted)) {
            tell(Told::Ended(index, Box::new(outcome)));
        }
    }
}

/// Counts what was told, and passes it on.
fn tell(
    told: &Told,
    programs: &[Program],
    alone: bool,
    summary: &mut Summary,
    reporter: &mut dyn Reporter,
) -> Result<()> {
    match told {
        Told::Started(index) => reporter.event(&Event::Started {
            program: &programs[*index],
        }),
        Told::Line(index, line) => reporter.event(&Event::Printed {
            program: &programs[*index],
            line,
        }),
        Told::Refused(index) => {
            let program = &programs[*index];
            let fault = program.ready.as_ref().err();
            let fault = fault.expect("only a program that cannot be run is refused");
            summary.failed += 1;
            summary.file_wrong |= fault.file;
            reporter.event(&Event::Refused { program, fault })
        }
        Told::Ended(index, outcome) => {
            let program = &programs[*index];
            match outcome.holds() {
                true => summary.passed += 1,
                false => summary.failed += 1,
            }
            summary.rules += outcome.rules.len();
            let unsupported =
                |(report, _): &&(RuleReport, u32)| report.verdict == Verdict::Unsupported;
            summary.unsupported += outcome.rules.iter().filter(unsupported).count();
            if alone {
                summary.bound += outcome.wall;
            } else if outcome.wall > summary.bound {
                summary.bound = outcome.wall;
                summary.longest = program.name.clone();
            }
            reporter.event(&Event::Ended { program, outcome })
        }
    }
}
