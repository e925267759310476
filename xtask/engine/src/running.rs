//! The execution that runs, and the scheduler that decides in it.

use std::cell::RefCell;
use std::mem::ManuallyDrop;

use crate::execution::Execution;
use crate::raw::heap::Heap;
use crate::record::Ending;
use crate::scheduler::{Pick, Scheduler};
use crate::strategy::AnyScheduler;

/// The execution, and who decides in it.
pub(crate) struct Running {
    pub(crate) execution: Execution,
    pub(crate) scheduler: Option<AnyScheduler>,
}

impl Running {
    pub(crate) const fn idle() -> Self {
        Self {
            execution: Execution::idle(),
            scheduler: None,
        }
    }

    /// The running thread has come to an operation, which it has put down in its state, and
    /// waits to be chosen for it. Whether it goes on at once.
    pub(crate) fn announce(&mut self) -> bool {
        self.announce_one(false)
    }

    /// The same, if the thread yields: that is the end of a round of its loop.
    pub(crate) fn announce_yield(&mut self) -> bool {
        self.announce_one(true)
    }

    #[inline(always)]
    fn announce_one(&mut self, yields: bool) -> bool {
        let asking = self.execution.current;
        self.execution.put_down(yields);
        self.choose() == Some(asking)
    }

    /// Whether there is another execution to run.
    pub(crate) fn next(&mut self) -> bool {
        let scheduler = self.scheduler.as_mut().expect("somebody decides");
        scheduler.next(&self.execution)
    }

    /// Lets the scheduler choose who goes on in an execution that has not ended, and takes that step;
    /// or ends it. Gives the thread that has been chosen, if that may go on at once.
    ///
    /// This is done at each operation of any thread: what it calls is part of it.
    #[inline(always)]
    pub(crate) fn choose(&mut self) -> Option<u32> {
        let Self {
            execution,
            scheduler,
        } = self;
        let Some(stays) = execution.find_enabled() else {
            let mut threads = 0..execution.threads.len() as u32;
            let livelock = threads.any(|thread| execution.spins(thread));
            execution.ending = Some(match livelock {
                true => Ending::Livelock,
                false => Ending::Deadlock,
            });
            return None;
        };
        if execution.length >= execution.limit {
            execution.ending = Some(Ending::TooLong);
            return None;
        }
        let before = execution.current;
        let default = if stays {
            before
        } else {
            execution.enabled()[0]
        };
        let scheduler = scheduler.as_mut().expect("somebody decides");
        let chosen = match scheduler.pick(execution, default) {
            Pick::Thread(thread) => thread,
            Pick::End(ending) => {
                execution.ending = Some(ending);
                return None;
            }
        };
        if chosen != default {
            execution.deviations.push((execution.length, chosen));
            execution.preemptions += u32::from(stays);
        }
        execution.take_step(chosen);
        if execution.recorded {
            execution.add_detail(before, stays && chosen != before);
            if execution.waits_here() {
                // It may be the thread that ran, which has to be resumed to wait.
                return None;
            }
        }
        // It is the last one if it uses memory that it must not.
        execution.ending.is_none().then_some(chosen)
    }
}

thread_local! {
    /// Never dropped, so that asking for it is no more than an address.
    static RUNNING: RefCell<ManuallyDrop<Running>> =
        const { RefCell::new(ManuallyDrop::new(Running::idle())) };
}

/// The execution that runs, or has just ended.
///
/// Nothing that `f` calls may be the program's code, which could ask for it again.
#[inline(always)]
pub(crate) fn with<R>(f: impl FnOnce(&mut Execution) -> R) -> R {
    with_scheduler(|running| f(&mut running.execution))
}

/// The same, with the scheduler.
#[inline(always)]
pub(crate) fn with_scheduler<R>(f: impl FnOnce(&mut Running) -> R) -> R {
    RUNNING.with_borrow_mut(|running| f(running))
}

/// The same, unless the engine is at work on the execution already.
#[inline(always)]
pub(crate) fn with_if_free<R>(f: impl FnOnce(&mut Execution) -> R) -> Option<R> {
    RUNNING.with(|running| {
        let mut running = running.try_borrow_mut().ok()?;
        Some(f(&mut running.execution))
    })
}

/// Whether a thread of the program runs, and the engine does not do what it has asked for.
#[inline(always)]
pub(crate) fn is_programs_turn(heap: &Heap) -> bool {
    heap.program_runs() && !is_at_work()
}

/// Whether the engine is at work on the execution, so that what is allocated is its own.
#[inline(always)]
fn is_at_work() -> bool {
    RUNNING.with(|running| running.try_borrow().is_err())
}
