//! Who decides who goes on.

use crate::execution::Execution;
use crate::record::Ending;

/// What a scheduler decides.
pub enum Pick {
    /// This thread goes on.
    Thread(u32),
    /// Nobody does.
    End(Ending),
}

impl Pick {
    /// This thread, as after the same steps before; if it cannot go on now, the execution ends.
    pub(crate) fn again(execution: &Execution, thread: u32) -> Self {
        if execution.enabled().contains(&thread) || execution.spinning().contains(&thread) {
            return Self::Thread(thread);
        }
        let step = execution.length;
        let what = format!("thread {thread} could take step {step} before, and cannot now");
        Self::End(Ending::Nondeterminism(what))
    }
}

/// How many stores an operation may stay behind the last one of its atomic: a bit for each number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options(u32);

impl Options {
    /// None: it reads the last store, or comes right behind it. That is always possible.
    pub const LATEST: Self = Self(1);

    /// So many are possible, too.
    pub fn add(&mut self, back: u32) {
        self.0 |= 1 << back;
    }

    /// Only those that are smaller than this one, which is not 0.
    pub fn below(self, back: u32) -> Self {
        Self(self.0 & ((1 << back) - 1))
    }

    /// Whether that is possible.
    pub fn has(self, back: u32) -> bool {
        self.0.checked_shr(back).is_some_and(|rest| rest & 1 == 1)
    }

    /// How many there are.
    pub fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// The smallest number, of which there is one, and the others.
    pub fn split_first(self) -> (u32, Option<Self>) {
        let rest = self.0 & (self.0 - 1);
        let rest = (rest != 0).then_some(Self(rest));
        (self.0.trailing_zeros(), rest)
    }

    /// The number that so many smaller ones precede.
    pub fn nth(self, index: u32) -> u32 {
        let rest = (0..index).fold(self.0, |rest, _| rest & (rest - 1));
        rest.trailing_zeros()
    }
}

/// Chooses who goes on, in one execution after another.
pub trait Scheduler {
    /// Chooses one of the threads that can go on, and no other. `default` is the one that ran,
    /// if it can, else the one with the lowest number.
    fn pick(&mut self, execution: &Execution, default: u32) -> Pick;

    /// Chooses how many stores the operation stays behind the last that is this step: one of several
    /// numbers. If another is chosen, it stays behind none.
    fn pick_store(&mut self, _step: u32, _options: Options) -> u32 {
        0
    }

    /// Whether a load may read once more the older store that its thread has just read there. A search of
    /// all schedules would find no end of it where that is a loop.
    fn reads_again(&self) -> bool {
        true
    }

    /// Whether it looks at the steps that have been taken, and not only at their number.
    fn looks_back(&self) -> bool {
        true
    }

    /// Takes in an execution that has ended; whether there is another to run.
    fn next(&mut self, execution: &Execution) -> bool;
}
