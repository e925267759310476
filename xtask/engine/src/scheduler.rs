//! Who decides who goes on.

use crate::execution::Execution;
use crate::options::Options;
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

    /// The operation that is this step, for which a number is chosen next, comes behind the earlier one, and
    /// if it stays so many stores behind the last, it would do the same before it.
    fn overtakes(&mut self, _step: u32, _back: u32, _earlier: u32) {}

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
