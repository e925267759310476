//! Virtual time.

use std::panic::Location;
use std::time::Duration;

use crate::access::{Access, Accesses};
use crate::object::CLOCK;
use crate::operation::Op;
use crate::perform::perform_with;
use crate::running::with;

/// When an execution starts, in seconds since the epoch: on 18 May 2033, so that the files that a program
/// finds are older.
pub(crate) const EPOCH: Duration = Duration::from_secs(2_000_000_000);

/// Virtual time since the start of the execution. A read of it is an operation only where
/// the time model makes it one.
#[track_caller]
pub fn now() -> Duration {
    if let Some(op) = reading(Location::caller()) {
        op.perform();
    }
    Duration::from_nanos(with(|running| running.now))
}

/// The same, for a program that has called the C library: the calls tell where that stands.
pub(crate) fn read() -> Duration {
    with(|running| running.reads_clock = true);
    if let Some(op) = reading(Location::caller()) {
        op.perform_by_calls();
    }
    Duration::from_nanos(with(|running| running.now))
}

/// The operation by which the running thread looks at the clock, if it is one.
fn reading(place: &'static Location<'static>) -> Option<Op> {
    with(|running| {
        if !running.is_running {
            return None;
        }
        running.timed = true;
        let mut op = Op::local("read the clock", place);
        let thread = &mut running.threads[running.current as usize];
        // Time passes only while all threads wait. So in the virtual model it stands still
        // between two operations, and reading it is none, but for a thread that does so again
        // and again. In the adversarial one somebody may wake up at any moment.
        if thread.waiting.reads_clock(&mut op, running.now) {
            Some(op)
        } else {
            op.accesses = Accesses::default().and(CLOCK, Access::Read);
            running.time.is_adversarial().then_some(op)
        }
    })
}

/// Waits for so long, in virtual time.
#[track_caller]
#[inline]
pub fn sleep(duration: Duration) {
    let place = Location::caller();
    perform_with(|running| {
        let thread = &running.threads[running.current as usize];
        let op = Op::local("sleep", place).and(thread.token, Access::Await);
        // Nobody has ever seen their own end, so only the time ends this.
        let op = op.guard(thread.finished, 1);
        op.after(running.now, duration)
    });
}
