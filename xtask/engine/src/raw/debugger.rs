//! Waiting for a debugger, on the stack of the thread that is about to go on.

use std::mem::MaybeUninit;
use std::ptr;

use super::library::Real;

/// Waits until a debugger that has been attached lets the process go on, or goes away, or until the
/// process gets SIGCONT.
///
/// Neither is asked for: the system breaks this wait off when a process that was stopped goes on, and
/// attaching stops it.
#[cold]
#[inline(never)]
pub fn wait() {
    static WAIT: Real = Real::new(c"sigwaitinfo");
    let mut signals = MaybeUninit::<libc::sigset_t>::uninit();
    let mut before = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: the sets are this function's own, and are made before they are read. That any process
    // may attach changes nothing else, and the signal is blocked only while it is waited for.
    unsafe {
        libc::prctl(libc::PR_SET_PTRACER, libc::PR_SET_PTRACER_ANY);
        libc::sigemptyset(signals.as_mut_ptr());
        libc::sigaddset(signals.as_mut_ptr(), libc::SIGCONT);
        libc::pthread_sigmask(libc::SIG_BLOCK, signals.as_ptr(), before.as_mut_ptr());
        WAIT.call([signals.as_ptr().addr(), ptr::null::<()>().addr()]);
        libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), ptr::null_mut());
    }
}
