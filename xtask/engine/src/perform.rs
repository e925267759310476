//! Announcing operations, and waiting to be chosen for them.

use std::panic::Location;
use std::time::Duration;

use crate::access::Access;
use crate::execution::Execution;
use crate::execution::{Before, Formats};
use crate::object::Object;
use crate::operation::{Op, StepId};
use crate::raw::{fiber, statics};
use crate::record::{Ending, Refusal};
use crate::running::{with, with_scheduler};

impl Op {
    /// It happens after so much time at the latest, guard or not; never for this reason if
    /// there is no such time.
    #[inline(always)]
    pub fn within(self, duration: Duration) -> Self {
        self.after(with(|running| running.now), duration)
    }

    /// Announces the operation, and returns when the scheduler has chosen it; never, if the
    /// execution ends before that.
    #[inline(always)]
    pub fn perform(self) {
        perform_with(|_| self);
    }

    /// Performs the operation for a function of the C library. The thread's call stack gives its place in
    /// the source.
    pub(crate) fn perform_by_calls(self) {
        with(Execution::note_calls);
        self.perform();
    }
}

/// Whether the thread that asked goes on at once, or has to wait for its turn.
enum Next {
    GoOn,
    Wait,
    /// It has put something off that comes first.
    RunDeferred,
    /// It formats what it is about to print, and this comes first.
    DoBefore,
}

/// Announces the operation that this makes.
///
/// Part of the caller, so that the operation is written to where it stays, field by field: a
/// copy of what has just been written in parts would have to wait for them.
#[inline(always)]
pub(crate) fn perform_with(op: impl Fn(&Execution) -> Op) {
    loop {
        let next = with_scheduler(|running| {
            let execution = &mut running.execution;
            if !execution.is_running {
                return Next::GoOn;
            }
            let op = op(execution);
            let thread = &mut execution.threads[execution.current as usize];
            if let Formats::Undisturbed(_) = thread.formats {
                return Next::DoBefore;
            }
            if !thread.deferred.is_empty() {
                return Next::RunDeferred;
            }
            thread.op = op;
            if execution.recorded && execution.is_placed_in_library() {
                execution.note_calls();
            }
            match running.announce() {
                true => Next::GoOn,
                false => Next::Wait,
            }
        });
        match next {
            Next::GoOn => return,
            Next::Wait => return fiber::suspend(),
            Next::RunDeferred => run_deferred(),
            Next::DoBefore => disturb(),
        }
    }
}

/// Lets the others go first: in a loop that sees nothing new, until something has changed.
#[track_caller]
pub fn yield_now(verb: &'static str) {
    let op = Op::local(verb, Location::caller());
    run_deferred();
    let goes_on = with_scheduler(|running| {
        let execution = &mut running.execution;
        if !execution.is_running {
            return true;
        }
        execution.threads[execution.current as usize].op = op;
        running.announce_yield()
    });
    if !goes_on {
        fiber::suspend();
    }
}

/// Ends the execution, and does not return.
pub(crate) fn end(ending: Ending) -> ! {
    with(|running| running.ending = Some(ending));
    fiber::suspend();
    unreachable!("nobody is chosen after the end")
}

/// Ends the execution as one that the explorer cannot follow: the running thread has asked for this.
pub fn refuse(item: &str, why: &'static str) -> ! {
    // What is kept of it is not the program's.
    let refusal = with(|_| Refusal {
        item: item.to_string(),
        why,
        calls: fiber::calls().map(statics::linked).collect(),
    });
    end(Ending::Refused(refusal))
}

/// Ends the execution: the program uses more of this than the explorer can follow.
pub(crate) fn exceed(what: String) -> ! {
    end(Ending::Refused(Refusal {
        item: what,
        ..Refusal::default()
    }))
}

/// Has the running thread do this before its next operation, or before it is known to have
/// caught a panic: for work that comes up where a thread must not wait.
pub fn defer(work: Box<dyn FnOnce()>) {
    with(|running| {
        running.threads[running.current as usize]
            .deferred
            .push(work)
    });
}

/// The running thread formats what it is about to print. What it did before is to be given to
/// [`end_to_format`].
pub fn begin_to_format(before: Before) -> Formats {
    let begin = |running: &mut Execution| running.replace_formats(Formats::Undisturbed(before));
    let outer = with(|running| (!running.formats()).then(|| begin(running)));
    outer.unwrap_or_else(|| {
        disturb();
        with(begin)
    })
}

/// It has formatted, and goes on with what it did before. Whether there was an operation meanwhile.
pub fn end_to_format(outer: Formats) -> bool {
    let formats = with(|running| running.replace_formats(outer));
    matches!(formats, Formats::Disturbed(_))
}

/// The running thread is about to do something that another may notice. If it formats what is to be printed,
/// this does what comes before that.
#[cold]
pub(crate) fn disturb() {
    let (before, is_first) = match with(|running| running.replace_formats(Formats::Not)) {
        Formats::Not => return,
        Formats::Undisturbed(before) => (before, true),
        Formats::Disturbed(before) => (before, false),
    };
    (before.call)(&before, is_first);
    with(|running| running.replace_formats(Formats::Disturbed(before)));
}

/// Does what the running thread has put off.
pub fn run_deferred() {
    for work in with(Execution::take_deferred) {
        work();
    }
}

/// The running thread's latest operation.
#[inline]
pub fn latest() -> StepId {
    with(|running| {
        running.keep_latest();
        running.latest()
    })
}

/// The running thread's latest operation, which this returns, could not have happened before
/// that one, by another thread: the message was sent there, the room was made there.
#[inline]
pub fn after(step: StepId) -> StepId {
    with(|running| {
        let latest = running.latest();
        running.caused_by(step);
        let thread = running.current;
        if let Some(memory) = &mut running.memory {
            memory.come_after(thread, step.0);
        }
        running.keep_latest();
        latest
    })
}

/// The same, of what lets the thread go on and orders nothing else: a condition variable is no lock.
pub fn caused_by(step: StepId) {
    with(|running| running.caused_by(step));
}

/// The running thread's latest operation has changed nothing: the lock was taken, the
/// queue was empty, the value was not the expected one. It counts as a read from here on.
pub fn unchanged() {
    with(|running| {
        if running.is_running {
            running.unchanged();
        }
    });
}

/// The running thread's latest operation, which tried to take the lock, has taken it, as
/// [`Access::Lock`] or [`Access::LockShared`] does.
pub fn took(lock: Object, access: Access) {
    with(|running| {
        let thread = running.current;
        if let Some(memory) = &mut running.memory {
            memory.took(thread, lock.0, access);
        }
    });
}

/// The running thread's latest operation has written the value that was there before. It counts as a
/// read, unless memory is weak.
pub fn wrote_the_same() {
    with(|running| {
        if running.is_running {
            running.wrote_the_same();
        }
    });
}

/// The running thread's latest operation, which gave a lock back, has also changed what the
/// lock protects: who looks at it in a loop will see something new.
#[inline]
pub fn changed(object: Object) {
    with(|running| {
        if running.is_running {
            running.changed(object);
        }
    });
}

/// What the latest operation read or wrote, for the table of a failing schedule
/// (`➜ 0`, `✓`, `"alpha"`). Asked for only when the execution is recorded.
#[inline(always)]
pub fn show(value: impl FnOnce() -> String) {
    if with(|running| running.recorded && running.is_running) {
        let value = value();
        with(|running| running.show(|| value));
    }
}
