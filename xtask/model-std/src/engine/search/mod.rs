//! Searching the schedules of a program.

mod depth_first;
mod random;
mod reduction;
mod replay;

use std::mem;
use std::ops::ControlFlow;
use std::time::Instant;

use super::execution::{Ending, Execution};
use super::recorder::Recorder;
use super::run::{self, Program, with, with_scheduler};
use depth_first::DepthFirst;
use random::{Pct, Random};
pub use reduction::MOST_THREADS;
use reduction::Reduction;
use replay::{Follow, Replay};

/// How schedules are chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Strategy {
    /// Every schedule, one after the other.
    Plain,
    /// One schedule of each set that differs only in the order of operations that commute.
    Exhaustive,
    /// Every schedule with at most so many preemptions, but for those that only lead to what
    /// has been seen.
    Bounded(u32),
    /// Random priorities, which change at a few random steps.
    Pct {
        /// The depth of the bugs that are looked for: one more than the changes.
        depth: u32,
    },
    /// At each step, any thread that can go on.
    Random,
    /// Just this one.
    Replay(Schedule),
    /// As near as possible to the one in which these threads take the steps: where one cannot
    /// go on, the next does.
    Follow(Vec<u32>),
}

/// When a thread that waits goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeModel {
    /// For its reason, or at its time, and time passes only when nobody can go on: as on a
    /// machine that is infinitely fast.
    Virtual,
    /// At any moment, if it waits for a time: as on a machine that may stop anybody for as long
    /// as it likes.
    Adversarial,
    /// As in virtual time; but once, each thread may be woken for no reason where the real
    /// library says that it may, or its weak exchange fails for none.
    Spurious,
    /// As in virtual time; but a writer that waits for a lock keeps new readers out of it, as the
    /// standard library on Linux has it, and no promise of it forbids.
    Writers,
}

/// One schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// The time model.
    pub time: TimeModel,
    /// What decides the order of each `HashMap`.
    pub hash_seed: u32,
    /// Where it is not the one that runs each thread for as long as it can, and then the one
    /// with the lowest number: at this step, this thread.
    pub deviations: Vec<(u32, u32)>,
}

/// What is searched.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How.
    pub strategy: Strategy,
    /// The time model.
    pub time: TimeModel,
    /// How many schedules at most.
    pub schedules: u64,
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
    /// For a program that may take the process with it, after so many steps: these are said on
    /// standard output as they are taken.
    pub live: Option<usize>,
}

/// What was searched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Schedules that ran to their end.
    pub schedules: u64,
    /// Schedules that were given up, since what would follow had been seen.
    pub cut_short: u64,
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
        }
    }
}

/// What a scheduler decides.
pub enum Pick {
    /// This thread goes on.
    Thread(u32),
    /// Nobody does.
    End(Ending),
}

/// Chooses who goes on, in one execution after another.
pub trait Scheduler {
    /// Chooses one of the threads that can go on, and no other. `default` is the one that ran,
    /// if it can, else the one with the lowest number.
    fn pick(&mut self, execution: &Execution, default: u32) -> Pick;

    /// Whether it looks at the steps that have been taken, and not only at their number.
    fn looks_back(&self) -> bool {
        true
    }

    /// Takes in an execution that has ended; whether there is another to run.
    fn next(&mut self, execution: &Execution) -> bool;
}

/// The scheduler of a strategy. To choose at random is so little that to call somebody for it
/// would be a good part of the whole step.
pub(super) enum AnyScheduler {
    Random(Random),
    Other(Box<dyn Scheduler>),
}

impl Scheduler for AnyScheduler {
    #[inline(always)]
    fn pick(&mut self, execution: &Execution, default: u32) -> Pick {
        match self {
            Self::Random(scheduler) => scheduler.pick(execution, default),
            Self::Other(scheduler) => scheduler.pick(execution, default),
        }
    }

    fn looks_back(&self) -> bool {
        match self {
            Self::Random(scheduler) => scheduler.looks_back(),
            Self::Other(scheduler) => scheduler.looks_back(),
        }
    }

    fn next(&mut self, execution: &Execution) -> bool {
        match self {
            Self::Random(scheduler) => scheduler.next(execution),
            Self::Other(scheduler) => scheduler.next(execution),
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
            steps: 100_000,
            until: None,
            seed: 0,
            hash_seed: 0,
            hash_seeds: 1,
            recorded: false,
            live: None,
        }
    }

    fn scheduler(&self) -> AnyScheduler {
        AnyScheduler::Other(match &self.strategy {
            Strategy::Random => return AnyScheduler::Random(Random::new(self.seed)),
            Strategy::Plain => Box::new(DepthFirst::plain()),
            Strategy::Exhaustive => Box::new(Reduction::default()),
            Strategy::Bounded(preemptions) => Box::new(DepthFirst::bounded(*preemptions)),
            Strategy::Pct { depth } => Box::new(Pct::new(*depth, self.seed)),
            Strategy::Replay(schedule) => Box::new(Replay::new(schedule)),
            Strategy::Follow(threads) => Box::new(Follow::new(threads)),
        })
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
        let scheduler = settings.scheduler();
        running.execution.traced = settings.recorded || scheduler.looks_back();
        running.scheduler = Some(scheduler);
        running.execution.time = settings.time;
        running.execution.limit = settings.steps;
        running.execution.recorded = settings.recorded;
        running.execution.live = settings.live;
    });
    let first_seed = match &settings.strategy {
        Strategy::Replay(schedule) => schedule.hash_seed,
        _ => settings.hash_seed,
    };
    crate::panic::install_hook();
    while coverage.schedules + coverage.cut_short < settings.schedules {
        let nth = (coverage.schedules + coverage.cut_short) % u64::from(settings.hash_seeds);
        with(|running| running.hash_seed = first_seed + nth as u32);
        run::run(program);
        let (more, go_on) = with_scheduler(|running| {
            let more = running.next();
            let running = &running.execution;
            fair |= running.fair;
            coverage.loops |= running.loops;
            coverage.hashed |= running.hashed;
            coverage.reads_beside |= running.reads_beside;
            coverage.timed |= running.timed;
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

/// A small generator of random numbers: SplitMix64 (Steele, Lea and Flood, "Fast splittable
/// pseudorandom number generators", 2014).
pub struct Numbers {
    state: u64,
    /// The next number: made before anybody asks for it, so that nobody waits until it is.
    next: u64,
}

impl Numbers {
    /// Numbers of which this seed decides.
    pub fn new(seed: u64) -> Self {
        let mut numbers = Self {
            state: seed,
            next: 0,
        };
        numbers.draw();
        numbers
    }

    /// The next of them.
    pub fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mem::replace(&mut self.next, z ^ (z >> 31))
    }

    /// A number below this one, each about as likely as the others.
    fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.draw()) * bound as u128) >> 64) as usize
    }
}
