//! Waiting for a debugger, on the stack of the thread that is about to go on.

use std::mem::MaybeUninit;
use std::ptr;

use super::real::Real;

/// From here on SIGCONT is kept for [`wait`], even if it comes before that, and any process of the
/// user's may attach.
pub fn expect() {
    let signals = continuing();
    // SAFETY: the set is this function's own; and neither call takes another address.
    unsafe {
        libc::prctl(libc::PR_SET_PTRACER, libc::PR_SET_PTRACER_ANY);
        libc::pthread_sigmask(libc::SIG_BLOCK, &raw const signals, ptr::null_mut());
    }
}

/// Waits until a debugger that has been attached lets the process go on, or goes away, or until the
/// process gets SIGCONT.
///
/// Neither is asked for: the system breaks this wait off when a process that was stopped goes on, and
/// attaching stops it.
#[cold]
#[inline(never)]
pub fn wait() {
    static WAIT: Real = Real::new(c"sigwaitinfo");
    let signals = continuing();
    // SAFETY: the set is this function's own, and what is known of the signal is not asked for.
    unsafe {
        WAIT.call([
            (&raw const signals).expose_provenance(),
            ptr::null::<()>().addr(),
        ])
    };
}

/// The set of SIGCONT alone.
fn continuing() -> libc::sigset_t {
    let mut signals = MaybeUninit::uninit();
    // SAFETY: the first call makes the set, and the second changes it.
    unsafe {
        libc::sigemptyset(signals.as_mut_ptr());
        libc::sigaddset(signals.as_mut_ptr(), libc::SIGCONT);
        signals.assume_init()
    }
}
