//! Many programs, side by side.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::error::{Error, Result};
use crate::machine;
use crate::pool::{self, Lane, News};
use crate::process;
use crate::program::Program;
use crate::report::event::{Event, Reporter, Summary};
use crate::runs::{self, Outcome};
use invariants::{Line, RuleReport, Verdict};

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
        Self {
            jobs: pool::cores().saturating_mul(NonZeroUsize::new(64).expect("64 is not 0")),
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
    let all = 0..programs.len();
    let lane = |jobs: VecDeque<usize>, workers| Lane { jobs, workers };
    let lanes = match settings.jobs {
        NonZeroUsize::MIN => vec![lane(all.collect(), NonZeroUsize::MIN)],
        jobs => {
            let (alone, beside) = all.partition(|&index| programs[index].is_alone());
            vec![lane(beside, jobs), lane(alone, NonZeroUsize::MIN)]
        }
    };
    let stop = AtomicBool::new(false);
    let mut desk = Desk::new(programs, reporter);
    pool::run(
        lanes,
        &|index, say| run_one(&programs[index], settings, &stop, say),
        &mut |news| {
            let reported = desk.take(news);
            if reported.is_err() {
                // Nobody reads the report any more: what runs has to end.
                process::interrupt();
            }
            reported
        },
    )?;
    desk.end(start)
}

/// What happens to a program while it runs.
enum Happened {
    Started,
    Printed(Line),
    Ended { holds: bool },
}

/// What became of a program.
enum Ended {
    Refused,
    Ran(Box<Outcome>),
}

/// Runs one program, unless everything is to stop; `None` if nothing is to be said of it.
fn run_one(
    program: &Program,
    settings: &Settings,
    stop: &AtomicBool,
    say: &dyn Fn(Happened),
) -> Option<Ended> {
    if stop.load(Ordering::Relaxed) {
        return None;
    }
    let ended = match &program.ready {
        Err(_) => Ended::Refused,
        Ok(ready) => {
            let folder = runs::keep_folder(&ready.executable);
            let claim = machine::claim(&folder, ready.spec.run.alone.is_some());
            say(Happened::Started);
            let mut on_line = |line: &Line| say(Happened::Printed(line.clone()));
            let outcome = match claim {
                Ok(_claim) => runs::run(program, ready, &settings.runs, stop, &mut on_line),
                Err(error) => Outcome::of_no_run(error),
            };
            Ended::Ran(Box::new(outcome))
        }
    };
    let holds = ended.holds();
    if settings.fail_fast && !holds {
        // Set here and not where it is reported: this worker is about to take the next program.
        stop.store(true, Ordering::Relaxed);
    }
    // Nothing is to be said of a program that was stopped in its first run.
    if let Ended::Ran(outcome) = &ended
        && outcome.runs == 0
        && matches!(outcome.error, Some(Error::Interrupted))
    {
        return None;
    }
    say(Happened::Ended { holds });
    Some(ended)
}

impl Ended {
    fn holds(&self) -> bool {
        match self {
            Ended::Refused => false,
            Ended::Ran(outcome) => outcome.holds(),
        }
    }
}

/// Counts what becomes of the programs, and passes on what happens.
struct Desk<'r> {
    programs: &'r [Program],
    reporter: &'r mut dyn Reporter,
    summary: Summary,
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
        }
    }

    fn take(&mut self, news: News<Happened, Ended>) -> Result<()> {
        let event = match &news {
            News::Tick => Event::Tick,
            News::Said(index, happened) => {
                let program = &self.programs[*index];
                match happened {
                    Happened::Started => Event::Started { program },
                    Happened::Printed(line) => Event::Printed { line },
                    Happened::Ended { holds } => Event::Done {
                        program,
                        holds: *holds,
                    },
                }
            }
            News::Done(index, ended) => return self.report(&self.programs[*index], ended),
        };
        self.reporter.event(&event)
    }

    fn report(&mut self, program: &Program, ended: &Ended) -> Result<()> {
        let summary = &mut self.summary;
        let Ended::Ran(outcome) = ended else {
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
        self.reporter.event(&Event::Ended { program, outcome })
    }

    fn end(self, start: Instant) -> Result<Summary> {
        let mut summary = self.summary;
        summary.skipped = summary.programs - summary.passed - summary.failed;
        summary.interrupted = process::interrupted();
        summary.wall = start.elapsed();
        self.reporter.event(&Event::End { summary: &summary })?;
        Ok(summary)
    }
}
