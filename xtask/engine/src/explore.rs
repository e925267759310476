//! Running a program on one schedule after another.

use std::ops::ControlFlow;
use std::time::Instant;

use crate::execution::{Execution, Observer};
use crate::program::Program;
use crate::record::Ending;
use crate::recorder::Recorder;
use crate::running::{with, with_scheduler};
use crate::schedule::TimeModel;
use crate::scheduler::Scheduler;
use crate::strategy::Strategy;

/// What is searched.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How.
    pub strategy: Strategy,
    /// The time model.
    pub time: TimeModel,
    /// How many schedules at most.
    pub schedules: u64,
    /// How many steps all of them may have together: none begins after so many.
    pub steps_in_all: u64,
    /// How many steps a schedule may have. One that has more is taken to go on for ever.
    pub steps: u32,
    /// When the search is given up.
    pub until: Option<Instant>,
    /// What the random strategies begin with.
    pub seed: u64,
    /// What decides the order of each `HashMap`, in the first execution.
    pub hash_seed: u32,
    /// So many are tried in turn, from that one on.
    pub hash_seeds: u32,
    /// Whether details are kept for a report.
    pub recorded: bool,
    /// Sees the steps as they are taken, if details are kept: for a program that may take the process
    /// with it.
    pub observer: Option<Observer>,
}

/// What was searched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Coverage {
    /// Schedules that ran to their end.
    pub schedules: u64,
    /// Schedules that were given up, since what would follow had been seen.
    pub cut_short: u64,
    /// The steps of all these.
    pub steps: u64,
    /// Whether in some of them a thread was taken to wait in a loop until something changes.
    pub loops: bool,
    /// Whether in some of them a thread began to read beside another, or once more, where a
    /// writer may wait.
    pub reads_beside: bool,
    /// Whether in some of them the clock was read, or a time was waited for.
    pub timed: bool,
    /// Whether in some of them a thread did what may fail for no reason.
    pub may_be_spurious: bool,
    /// Whether in some of them the program made a `RandomState`, as far as that is known.
    pub hashed: bool,
    /// Whether in some of them several threads were there, and orders of memory were asked for that
    /// are weaker than the one that all have.
    pub weak: bool,
    /// Whether that is all there is under this strategy. Not so where a thread had to be
    /// stopped because it would have gone on for ever while others waited.
    pub complete: bool,
}

impl Coverage {
    /// Whether threads might have gone on at other moments under this time model.
    pub fn depends_on(&self, time: TimeModel) -> bool {
        match time {
            TimeModel::Virtual => false,
            TimeModel::Adversarial => self.timed,
            TimeModel::Spurious => self.may_be_spurious,
            TimeModel::Writers => self.reads_beside,
            TimeModel::Weak => self.weak,
        }
    }
}

impl Settings {
    /// Settings with this strategy and no limit on schedules.
    pub fn new(strategy: Strategy) -> Self {
        Self {
            strategy,
            time: TimeModel::Virtual,
            schedules: u64::MAX,
            steps_in_all: u64::MAX,
            steps: 100_000,
            until: None,
            seed: 0,
            hash_seed: 0,
            hash_seeds: 1,
            recorded: false,
            observer: None,
        }
    }
}

/// Writes from here on each step of each execution into this, for another process to read.
pub fn record_into(recorder: Recorder) {
    with(|running| running.recorder = Some(recorder));
}

/// The next execution is the first one, as a recorder counts them.
pub fn begin_count() {
    with(|running| {
        if let Some(recorder) = &mut running.recorder {
            recorder.begin_count();
        }
    });
}

/// Runs the program on one schedule after another, and shows each execution that ran to its
/// end, until there are no more or `visit` has seen enough.
pub fn explore(
    settings: &Settings,
    program: &Program,
    mut visit: impl FnMut(&Execution) -> ControlFlow<()>,
) -> Coverage {
    let mut coverage = Coverage::default();
    let mut fair = false;
    with_scheduler(|running| {
        let scheduler = settings.strategy.scheduler(settings.seed);
        running.execution.traced =
            settings.recorded || scheduler.looks_back() || settings.time == TimeModel::Weak;
        running.scheduler = Some(scheduler);
        running.execution.time = settings.time;
        running.execution.limit = settings.steps;
        running.execution.recorded = settings.recorded;
        running.execution.observer.clone_from(&settings.observer);
    });
    let first_seed = match &settings.strategy {
        Strategy::Replay(schedule) => schedule.hash_seed,
        _ => settings.hash_seed,
    };
    while coverage.schedules + coverage.cut_short < settings.schedules
        && coverage.steps < settings.steps_in_all
    {
        let count = coverage.schedules + coverage.cut_short;
        let nth = count % u64::from(settings.hash_seeds);
        with(|running| {
            running.hash_seed = first_seed + nth as u32;
            running.looks = settings.strategy.looks_at(running.number);
        });
        program.run();
        let (more, go_on) = with_scheduler(|running| {
            let more = running.next();
            let running = &running.execution;
            fair |= running.fair;
            coverage.steps += u64::from(running.length);
            coverage.loops |= running.loops;
            coverage.hashed |= running.hashed;
            coverage.reads_beside |= running.reads_beside;
            coverage.timed |= running.timed;
            coverage.weak |= running.threads.len() > 1 && !running.weak_orders.is_empty();
            coverage.may_be_spurious |= running.may_be_spurious;
            let go_on = match running.ending {
                Some(Ending::Cut) => {
                    coverage.cut_short += 1;
                    ControlFlow::Continue(())
                }
                _ => {
                    coverage.schedules += 1;
                    visit(running)
                }
            };
            (more, go_on)
        });
        if go_on.is_break() {
            break;
        }
        if !more {
            coverage.complete = !fair;
            break;
        }
        if settings.until.is_some_and(|until| Instant::now() >= until) {
            break;
        }
    }
    coverage
}
