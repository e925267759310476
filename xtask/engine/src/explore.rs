//! Running a program on one schedule after another.

use std::ops::ControlFlow;
use std::time::Instant;

use crate::execution::{Execution, Observer};
use crate::program::Program;
use crate::raw::debugger;
use crate::record::Ending;
use crate::recorder::Recorder;
use crate::relaxed::may_read_later;
use crate::running::{Running, with, with_scheduler};
use crate::schedule::TimeModel;
use crate::scheduler::Scheduler;
use crate::strategy::{AnyScheduler, Strategy};

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
    /// Before which step the thread that takes it waits for a debugger, if details are kept. The
    /// observer has seen the step then.
    pub wait_before: Option<u32>,
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
    /// Whether in some of them what a thread read from a connection might have come in more parts.
    pub in_parts: bool,
    /// Whether in some of them a thread read the clock, on which computing takes no time here.
    pub reads_clock: bool,
    /// Whether in some of them a thread read several names of a folder: here they come in the order of the
    /// alphabet.
    pub lists_names: bool,
    /// Whether in some of them a thread wrote more than a page at once to a file: here that is one step.
    pub writes_pages: bool,
    /// Whether in some of them a thread asked how many cores the machine has: [`CORES`](crate::CORES).
    pub counts_cores: bool,
    /// Whether in some of them a thread changed files, bound an address of its own choice, or asked for
    /// the number of its process: outside of the explorer, other processes share these.
    pub reaches_out: bool,
    /// Whether in some of them two threads read what a lock protects, or one began to read once more, and a
    /// writer may wait.
    pub reads_beside: bool,
    /// Whether in some of them the clock was read, or a time was waited for.
    pub timed: bool,
    /// Whether in some of them a thread did what may fail for no reason.
    pub may_be_spurious: bool,
    /// Whether in some of them the program made a `RandomState`, as far as that is known, or asked
    /// the system for random numbers.
    pub hashed: bool,
    /// Whether in some of them the program asked the system for random numbers.
    pub asked_random: bool,
    /// Whether in some of them several threads were there, and orders of memory were asked for that
    /// are weaker than the one that all have.
    pub weak: bool,
    /// Whether that is all there is under this strategy. Not so where a thread had to be
    /// stopped because it would have gone on for ever while others waited, or where a load might have
    /// read a store older than those that are kept.
    pub complete: bool,
}

impl Coverage {
    /// Whether threads might have gone on at other moments under this time model.
    pub fn depends_on(&self, time: TimeModel) -> bool {
        match time {
            TimeModel::Virtual => false,
            TimeModel::Writers => self.reads_beside,
            TimeModel::Adversarial => self.timed,
            TimeModel::Spurious => self.may_be_spurious,
            TimeModel::Combined => self.timed && self.may_be_spurious,
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
            wait_before: None,
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
    visit: impl FnMut(&Execution) -> ControlFlow<()>,
) -> Coverage {
    let mut exploration = Exploration::new(settings.clone());
    exploration.go_on(program, visit);
    exploration.coverage
}

/// A search that can be interrupted for another one, and goes on from where it was.
pub struct Exploration {
    /// What is searched. The limits are those of each part of it: how many schedules and steps it may
    /// have, and when it is given up.
    pub settings: Settings,
    /// What was searched, in all parts.
    pub coverage: Coverage,
    /// While another search runs.
    scheduler: Option<AnyScheduler>,
    /// Whether something was left out in some schedule: a thread had to be stopped because it would have
    /// gone on for ever, or a load might have read a store that was not kept.
    has_left_out: bool,
    is_over: bool,
}

impl Exploration {
    /// A search that has not begun.
    pub fn new(settings: Settings) -> Self {
        let scheduler = settings.strategy.scheduler(settings.seed);
        Self::with(settings, scheduler)
    }

    /// A search in which this scheduler decides, and not the one of the strategy.
    pub(crate) fn with(settings: Settings, scheduler: AnyScheduler) -> Self {
        Self {
            scheduler: Some(scheduler),
            settings,
            coverage: Coverage::default(),
            has_left_out: false,
            is_over: false,
        }
    }

    /// Whether there are no more schedules.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// Runs the program on the next schedules, and shows each execution that ran to its end, until
    /// there are no more, a limit is reached or `visit` has seen enough.
    pub fn go_on(
        &mut self,
        program: &Program,
        mut visit: impl FnMut(&Execution) -> ControlFlow<()>,
    ) {
        self.install();
        let before = self.coverage;
        while !self.is_over {
            let Coverage {
                schedules,
                cut_short,
                steps,
                ..
            } = self.coverage;
            let count = schedules + cut_short;
            if count - before.schedules - before.cut_short >= self.settings.schedules
                || steps - before.steps >= self.settings.steps_in_all
            {
                break;
            }
            self.choose_hash_seed(count);
            program.run();
            let go_on = with_scheduler(|running| self.take_in(running, &mut visit));
            let until = self.settings.until;
            if go_on.is_break() || until.is_some_and(|until| Instant::now() >= until) {
                break;
            }
        }
        self.scheduler = with_scheduler(|running| running.scheduler.take());
    }

    /// Lets this search decide from here on.
    fn install(&mut self) {
        let settings = &self.settings;
        if settings.wait_before.is_some() {
            debugger::expect();
        }
        with_scheduler(|running| {
            let scheduler = self.scheduler.take();
            let looks_back = scheduler.as_ref().is_some_and(AnyScheduler::looks_back);
            running.scheduler = scheduler;
            let execution = &mut running.execution;
            execution.traced = settings.recorded || looks_back || settings.time == TimeModel::Weak;
            execution.time = settings.time;
            execution.limit = settings.steps;
            execution.recorded = settings.recorded;
            execution.observer.clone_from(&settings.observer);
            execution.wait_before = settings.wait_before;
        });
    }

    /// Says what decides the order of each `HashMap` in the execution with this number.
    fn choose_hash_seed(&self, count: u64) {
        let first = match &self.settings.strategy {
            Strategy::Replay(schedule) => schedule.hash_seed,
            _ => self.settings.hash_seed,
        };
        let nth = count % u64::from(self.settings.hash_seeds);
        with(|execution| {
            execution.hash_seed = first + nth as u32;
            execution.looks = self.settings.strategy.looks_at(execution.number);
        });
    }

    /// Takes in an execution that has ended; whether to go on.
    fn take_in(
        &mut self,
        running: &mut Running,
        visit: &mut impl FnMut(&Execution) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let more = running.next();
        let execution = &mut running.execution;
        if !execution.weak_orders.is_empty() && !execution.may_read_later {
            execution.may_read_later = may_read_later(&execution.objects);
        }
        let execution = &*execution;
        let coverage = &mut self.coverage;
        let memory = execution.memory.as_ref();
        self.has_left_out |= execution.fair || memory.is_some_and(|memory| memory.has_left_out);
        coverage.steps += u64::from(execution.length);
        coverage.loops |= execution.loops;
        coverage.in_parts |= execution.in_parts;
        coverage.reads_clock |= execution.reads_clock;
        coverage.lists_names |= execution.lists_names;
        coverage.writes_pages |= execution.writes_pages;
        coverage.counts_cores |= execution.counts_cores;
        coverage.reaches_out |= execution.reaches_out;
        coverage.hashed |= execution.hashed;
        coverage.asked_random |= execution.asked_random;
        coverage.reads_beside |= execution.reads_beside;
        coverage.timed |= execution.timed;
        coverage.weak |= execution.threads.len() > 1 && !execution.weak_orders.is_empty();
        coverage.may_be_spurious |= execution.may_be_spurious;
        let go_on = match execution.ending {
            Some(Ending::Cut) => {
                coverage.cut_short += 1;
                ControlFlow::Continue(())
            }
            _ => {
                coverage.schedules += 1;
                visit(execution)
            }
        };
        // What ends with a schedule that was refused has not seen the rest.
        if !more && go_on.is_continue() {
            self.is_over = true;
            self.coverage.complete = !self.has_left_out;
        }
        go_on
    }
}
