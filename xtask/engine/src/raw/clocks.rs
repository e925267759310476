//! The clocks of the C library, by which the real standard library makes its `Instant` and its
//! `SystemTime`. In a program's turn they show virtual time.

use std::ffi::c_int;
use std::time::Duration;

use super::heap::HEAP;
use super::real::Real;
use crate::clock;
use crate::perform::refuse;
use crate::running::is_programs_turn;

/// How long the machine is up when the program starts, so that there is a time before that.
const UPTIME: Duration = Duration::from_secs(1_000_000);

/// The time by a clock.
#[unsafe(no_mangle)]
unsafe extern "C" fn clock_gettime(clock: c_int, time: *mut libc::timespec) -> c_int {
    static REAL: Real = Real::new(c"clock_gettime");
    if !HEAP.with(is_programs_turn) {
        // SAFETY: the caller keeps to what the function asks for.
        return unsafe { REAL.call([clock as usize, time.expose_provenance()]) } as c_int;
    }
    let start = match clock {
        libc::CLOCK_REALTIME | libc::CLOCK_REALTIME_COARSE => clock::EPOCH,
        libc::CLOCK_MONOTONIC
        | libc::CLOCK_MONOTONIC_COARSE
        | libc::CLOCK_MONOTONIC_RAW
        | libc::CLOCK_BOOTTIME => UPTIME,
        _ => refuse(
            &format!("the clock {clock} of `clock_gettime`"),
            "only the time of the day and the time since the start are modelled",
        ),
    };
    let now = start + clock::read();
    // SAFETY: the caller says that there is room for a time.
    unsafe {
        time.write(libc::timespec {
            tv_sec: now.as_secs() as libc::time_t,
            tv_nsec: now.subsec_nanos() as libc::c_long,
        });
    }
    0
}
