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
use crate::report::event::{Event, Reporter};
use crate::report::run::{Ran, Summary};
use crate::runs::{self, Ended, Outcome};
use invariants::Line;

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

/// What became of programs.
#[derive(Default)]
pub struct Batch {
    /// How many of them hold, and what else can be counted.
    pub summary: Summary,
    /// What became of each; `None` where it was not run.
    pub ended: Vec<Option<Ended>>,
}

impl Batch {
    /// Everything that is wrong with these programs, as a person reads it.
    pub fn failures(&self, programs: &[Program]) -> String {
        let ended = programs.iter().zip(&self.ended);
        let ran = ended.filter_map(|(program, ended)| {
            let ended = ended.as_ref()?;
            Some(Ran { program, ended })
        });
        ran.map(|ran| ran.failures()).collect()
    }
}

/// Runs programs side by side, those that need the machine to themselves at the end; or one
/// after another, if no two may run at once. Tells the reporter what happens as it happens, and
/// what became of each program in reading order.
///
/// # Errors
///
/// The reporter cannot write.
pub fn run(
    programs: &[Program],
    settings: &Settings,
    start: Instant,
    reporter: &mut dyn Reporter,
) -> Result<Batch> {
    let names = programs.iter().map(|program| program.name.as_str());
    reporter.event(&Event::Begin {
        names: names.collect(),
    })?;
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

/// Counts what becomes of the programs, and passes on what happens.
struct Desk<'r> {
    programs: &'r [Program],
    reporter: &'r mut dyn Reporter,
    batch: Batch,
}

impl<'r> Desk<'r> {
    fn new(programs: &'r [Program], reporter: &'r mut dyn Reporter) -> Self {
        let mut batch = Batch::default();
        batch.summary.programs = programs.len();
        batch.ended.resize_with(programs.len(), || None);
        Self {
            programs,
            reporter,
            batch,
        }
    }

    fn take(&mut self, news: News<Happened, Ended>) -> Result<()> {
        match news {
            News::Tick => self.reporter.event(&Event::Tick),
            News::Said(index, happened) => {
                let name = &self.programs[index].name;
                self.reporter.event(&match &happened {
                    Happened::Started => Event::Started { name },
                    Happened::Printed(line) => Event::Printed { line },
                    &Happened::Ended { holds } => Event::Done { name, holds },
                })
            }
            News::Done(index, ended) => self.report(index, ended),
        }
    }

    fn report(&mut self, index: usize, ended: Ended) -> Result<()> {
        let program = &self.programs[index];
        self.batch.summary.count(program, &ended);
        let entry = Ran {
            program,
            ended: &ended,
        };
        self.reporter.event(&Event::Ended {
            place: index,
            entry: &entry,
        })?;
        self.batch.ended[index] = Some(ended);
        Ok(())
    }

    fn end(mut self, start: Instant) -> Result<Batch> {
        let summary = &mut self.batch.summary;
        summary.skipped = summary.programs - summary.passed - summary.failed;
        summary.interrupted = process::interrupted();
        summary.wall = start.elapsed();
        self.reporter.event(&Event::End { summary })?;
        Ok(self.batch)
    }
}
