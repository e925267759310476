//! Many programs, side by side.

use std::cmp::Reverse;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::machine;
use crate::pool::{self, Lane, Update};
use crate::process;
use crate::program::Program;
use crate::report::event::{ReportEvent, Reporter};
use crate::report::run::{Ran, Summary};
use crate::runs::{self, Ended, RunResults};
use crate::took::Took;
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
        let ran = ended.filter_map(|(program, ended)| Some(Ran::new(program, ended.as_ref()?)));
        ran.map(|ran| ran.failures()).collect()
    }
}

/// Runs programs side by side, the longest first and those that need the machine to themselves at
/// the end; or one after another, if no two may run at once. Tells the reporter what happens as it
/// happens, and what became of each program in reading order.
///
/// # Errors
///
/// The reporter cannot write, or it cannot be kept how long the programs took.
pub fn run(
    programs: &[Program],
    settings: &Settings,
    start: Instant,
    reporter: &mut dyn Reporter,
) -> Result<Batch> {
    let names = programs.iter().map(|program| program.name.as_str());
    reporter.event(&ReportEvent::Begin {
        names: names.collect(),
    })?;
    let mut took = took(programs);
    let stop = AtomicBool::new(false);
    let mut collector = Collector::new(programs, reporter);
    pool::run(
        lanes(programs, settings.jobs, took.as_ref()),
        &|index, send| run_one(&programs[index], settings, &stop, send),
        &mut |update| {
            let reported = collector.take(update);
            if reported.is_err() {
                // The reader of the report has closed it, so the running programs must end.
                process::interrupt();
            }
            reported
        },
    )?;
    let batch = collector.end(start)?;
    if let Some(took) = &mut took {
        for (program, ended) in programs.iter().zip(&batch.ended) {
            if let Some(Ended::Ran(results)) = ended
                && let Some(wall) = results.wall.checked_div(results.runs)
            {
                took.note(&program.name, wall);
            }
        }
        took.keep()?;
    }
    Ok(batch)
}

/// The programs that run side by side, the longest first, and after them those that run alone; or all
/// of them in reading order, if no two may run at once.
fn lanes(programs: &[Program], jobs: NonZeroUsize, took: Option<&Took>) -> Vec<Lane> {
    let all = 0..programs.len();
    let lane = |jobs: Vec<usize>, workers| Lane {
        jobs: jobs.into(),
        workers,
    };
    if jobs == NonZeroUsize::MIN {
        return vec![lane(all.collect(), jobs)];
    }
    let (alone, mut beside): (_, Vec<usize>) = all.partition(|&index| programs[index].is_alone());
    if let Some(took) = took {
        // What was never run may be long.
        let length = |name: &str| took.of(name).unwrap_or(Duration::MAX);
        beside.sort_by_key(|&index| Reverse(length(&programs[index].name)));
    }
    vec![lane(beside, jobs), lane(alone, NonZeroUsize::MIN)]
}

/// How long the programs took when they were last run; `None` if none of them can be run.
fn took(programs: &[Program]) -> Option<Took> {
    let mut ready = programs
        .iter()
        .filter_map(|program| program.ready.as_ref().ok());
    ready
        .next()
        .map(|ready| Took::read(&runs::keep_folder(&ready.executable)))
}

/// What happens to a program while it runs.
enum WorkerEvent {
    Started,
    Printed(Line),
    Ended { holds: bool },
}

/// Runs one program, unless `stop` is set; `None` if there is nothing to report.
fn run_one(
    program: &Program,
    settings: &Settings,
    stop: &AtomicBool,
    send: &dyn Fn(WorkerEvent),
) -> Option<Ended> {
    if stop.load(Ordering::Relaxed) {
        return None;
    }
    let ended = match &program.ready {
        Err(_) => Ended::Refused,
        Ok(ready) => {
            let folder = runs::keep_folder(&ready.executable);
            let claim = machine::claim(&folder, ready.spec.run.alone.is_some());
            send(WorkerEvent::Started);
            let mut on_line = |line: &Line| send(WorkerEvent::Printed(line.clone()));
            let results = match claim {
                Ok(_claim) => runs::run(program, ready, &settings.runs, stop, &mut on_line),
                Err(error) => RunResults::of_no_run(error),
            };
            Ended::Ran(Box::new(results))
        }
    };
    let holds = ended.holds();
    if settings.fail_fast && !holds {
        // Set here and not where it is reported: this worker is about to take the next program.
        stop.store(true, Ordering::Relaxed);
    }
    // A program that was stopped in its first run has shown nothing.
    if let Ended::Ran(results) = &ended
        && results.runs == 0
        && matches!(results.error, Some(Error::Interrupted))
    {
        return None;
    }
    send(WorkerEvent::Ended { holds });
    Some(ended)
}

/// Counts what becomes of the programs, and passes on what happens.
struct Collector<'r> {
    programs: &'r [Program],
    reporter: &'r mut dyn Reporter,
    batch: Batch,
}

impl<'r> Collector<'r> {
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

    fn take(&mut self, update: Update<WorkerEvent, Ended>) -> Result<()> {
        match update {
            Update::Tick => self.reporter.event(&ReportEvent::Tick),
            Update::Message(index, event) => {
                let name = &self.programs[index].name;
                self.reporter.event(&match &event {
                    WorkerEvent::Started => ReportEvent::Started { name },
                    WorkerEvent::Printed(line) => ReportEvent::Printed { line },
                    &WorkerEvent::Ended { holds } => ReportEvent::Done { name, holds },
                })
            }
            Update::Finished(index, ended) => self.report(index, ended),
        }
    }

    fn report(&mut self, index: usize, ended: Ended) -> Result<()> {
        let entry = &Ran::new(&self.programs[index], &ended);
        self.batch.summary.count(entry);
        self.reporter.event(&ReportEvent::Ended {
            place: index,
            entry,
        })?;
        self.batch.ended[index] = Some(ended);
        Ok(())
    }

    fn end(mut self, start: Instant) -> Result<Batch> {
        let summary = &mut self.batch.summary;
        summary.skipped = summary.programs - summary.passed - summary.failed;
        summary.interrupted = process::interrupted();
        summary.wall = start.elapsed();
        self.reporter.event(&ReportEvent::End { summary })?;
        Ok(self.batch)
    }
}
