//! The ways to choose schedules.

mod depth_first;
mod pos;
mod random;
mod reads_from;
mod reduction;
mod replay;
mod surw;

use crate::execution::Execution;
use crate::options::Options;
use crate::schedule::{Choice, Schedule};
use crate::scheduler::{Pick, Scheduler};
use depth_first::DepthFirst;
use pos::Pos;
use random::{Drawn, Pct, Random};
use reads_from::ReadsFrom;
pub use reduction::MOST_THREADS;
use reduction::Reduction;
use replay::{Follow, Replay, Steps};
use surw::Surw;

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
    /// Partial order sampling: random priorities of operations, new ones for those that conflict
    /// with what was done.
    Pos,
    /// Each order of the operations on one object about as likely as any other, one object after the
    /// other.
    Surw,
    /// Partial order sampling, led to reads that have not read from this or that write yet.
    ReadsFrom,
    /// At each step, any thread that can go on.
    Random,
    /// Just this one.
    Replay(Schedule),
    /// As near as possible to the one with these choices: where a thread cannot go on, the next
    /// does.
    Follow(Vec<Choice>),
    /// Just these steps, each by this thread, and none after them.
    Steps(Vec<u32>),
}

/// The scheduler of a strategy. To choose at random is so little that to call somebody for it
/// would be a good part of the whole step.
pub(crate) enum AnyScheduler {
    Random(Drawn<Random>),
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

    fn pick_store(&mut self, step: u32, options: Options) -> u32 {
        match self {
            Self::Random(scheduler) => scheduler.pick_store(step, options),
            Self::Other(scheduler) => scheduler.pick_store(step, options),
        }
    }

    fn overtakes(&mut self, step: u32, back: u32, earlier: u32) {
        match self {
            Self::Random(scheduler) => scheduler.overtakes(step, back, earlier),
            Self::Other(scheduler) => scheduler.overtakes(step, back, earlier),
        }
    }

    fn reads_again(&self) -> bool {
        match self {
            Self::Random(scheduler) => scheduler.reads_again(),
            Self::Other(scheduler) => scheduler.reads_again(),
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

/// Accesses to memory are looked at in the first so many executions of a program.
const FIRST: u32 = 64;
/// And then on one of so many. They have no divisor in common with the number of hash seeds, so that
/// each seed is among those that are looked at.
const ONE_OF: u32 = 7;

impl Strategy {
    /// Whether accesses to memory are looked at in the execution with this number. To look at all of
    /// them takes as long as several schedules; and accesses that race on one schedule do so on all
    /// that order the operations alike. So where a search is not exhaustive, more schedules are
    /// worth more.
    pub(crate) fn looks_at(&self, number: u32) -> bool {
        match self {
            Self::Bounded(_)
            | Self::Pct { .. }
            | Self::Pos
            | Self::Surw
            | Self::ReadsFrom
            | Self::Random => number < FIRST || number.is_multiple_of(ONE_OF),
            _ => true,
        }
    }

    /// The scheduler of this strategy; a random one begins with this seed.
    pub(crate) fn scheduler(&self, seed: u64) -> AnyScheduler {
        AnyScheduler::Other(match self {
            Self::Random => return AnyScheduler::Random(Drawn::new(Random, seed)),
            Self::Plain => Box::new(DepthFirst::plain()),
            Self::Exhaustive => Box::new(Reduction::default()),
            Self::Bounded(preemptions) => Box::new(DepthFirst::bounded(*preemptions)),
            Self::Pct { depth } => Box::new(Drawn::new(Pct::new(*depth), seed)),
            Self::Pos => Box::new(Drawn::new(Pos::default(), seed)),
            Self::Surw => Box::new(Drawn::new(Surw::default(), seed)),
            Self::ReadsFrom => Box::new(Drawn::new(ReadsFrom::new(), seed)),
            Self::Replay(schedule) => Box::new(Replay::new(schedule)),
            Self::Follow(choices) => Box::new(Follow::new(choices)),
            Self::Steps(threads) => Box::new(Steps::new(threads)),
        })
    }
}
