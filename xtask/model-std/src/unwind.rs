//! Unwinding from a panic, and what nothing unwinds from.

use ::std::panic::{AssertUnwindSafe, catch_unwind};
use ::std::thread::Result;

/// The signal with which a program aborts.
const SIGABRT: i32 = 6;

/// Ends the program at once, as killed by the signal `SIGABRT`.
#[track_caller]
pub fn abort() -> ! {
    engine::killed(SIGABRT)
}

/// Calls a function, and catches its panic, whatever that leaves behind.
pub(crate) fn catch<R>(f: impl FnOnce() -> R) -> Result<R> {
    let panicking = engine::panicking();
    let result = catch_unwind(AssertUnwindSafe(f));
    if result.is_err() {
        caught(panicking);
    }
    result
}

/// A panic was caught; whether the thread panicked before that, this says.
fn caught(panicking: bool) {
    engine::set_panicking(panicking);
    engine::run_deferred();
}
