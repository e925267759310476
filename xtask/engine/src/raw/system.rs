//! What a program asks of the system by its number. A wait on a futex is an operation; another
//! call that could wait is refused by its name, since no other thread could go on meanwhile.
//!
//! The linker takes the function here instead of the one of the C library, in the whole executable:
//! in the real standard library too, whose calls are passed on.

use std::ffi::{c_int, c_long};
use std::mem;
use std::ptr;
use std::time::Duration;

use super::heap::HEAP;
use crate::futex::{self, Waited};
use crate::perform::refuse;
use crate::running::is_programs_turn;

/// The C library's function. It takes as many arguments as the call needs, which the platforms that
/// the engine is for pass as those of any other function.
type Syscall = unsafe extern "C" fn(c_long, usize, usize, usize, usize, usize, usize) -> c_long;

/// Calls that may wait for something, each with its name.
const WAITS: &[(c_long, &str)] = &[
    (libc::SYS_accept, "accept"),
    (libc::SYS_accept4, "accept4"),
    (libc::SYS_clock_nanosleep, "clock_nanosleep"),
    (libc::SYS_connect, "connect"),
    (libc::SYS_epoll_pwait, "epoll_pwait"),
    (libc::SYS_flock, "flock"),
    (libc::SYS_futex_waitv, "futex_waitv"),
    (libc::SYS_io_uring_enter, "io_uring_enter"),
    (libc::SYS_msgrcv, "msgrcv"),
    (libc::SYS_nanosleep, "nanosleep"),
    (libc::SYS_ppoll, "ppoll"),
    (libc::SYS_pselect6, "pselect6"),
    (libc::SYS_read, "read"),
    (libc::SYS_readv, "readv"),
    (libc::SYS_recvfrom, "recvfrom"),
    (libc::SYS_recvmsg, "recvmsg"),
    (libc::SYS_rt_sigsuspend, "rt_sigsuspend"),
    (libc::SYS_rt_sigtimedwait, "rt_sigtimedwait"),
    (libc::SYS_semop, "semop"),
    (libc::SYS_wait4, "wait4"),
    (libc::SYS_waitid, "waitid"),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_epoll_wait, "epoll_wait"),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_pause, "pause"),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_poll, "poll"),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_select, "select"),
];

/// The C library's `syscall`, where a program calls it.
///
/// # Safety
///
/// That of the call.
#[unsafe(no_mangle)]
unsafe extern "C" fn syscall(
    number: c_long,
    first: usize,
    second: usize,
    third: usize,
    fourth: usize,
    fifth: usize,
    sixth: usize,
) -> c_long {
    if HEAP.with(is_programs_turn) {
        if number == libc::SYS_futex {
            // SAFETY: the caller says that the arguments are those of this call.
            return unsafe { futex(first, second as c_int, third as u32, fourth) };
        }
        if let Some((_, name)) = WAITS.iter().find(|(known, _)| *known == number) {
            refuse(
                &format!("`{name}` by `libc::syscall`"),
                "a thread that waits for the system keeps all others from going on",
            );
        }
    }
    // SAFETY: the next library that has this name is the C library, and the function is of this
    // type. What the call asks for, the caller answers for.
    unsafe {
        let real = libc::dlsym(libc::RTLD_NEXT, c"syscall".as_ptr());
        if real.is_null() {
            // The C library is linked statically. This process will say that it does not go on.
            return fail(libc::ENOSYS);
        }
        let real = mem::transmute::<*mut libc::c_void, Syscall>(real);
        real(number, first, second, third, fourth, fifth, sixth)
    }
}

/// What a call returns that has failed with this error.
fn fail(error: c_int) -> c_long {
    // SAFETY: it is this thread's own.
    unsafe { *libc::__errno_location() = error };
    -1
}

/// Calls the C library's `syscall` to wake the threads that wait at a word at which none does. That is
/// an operation if the linker has taken the function here.
pub fn syscall_canary() {
    let word = 0u32;
    // SAFETY: the word is there, and is neither read nor written.
    unsafe { libc::syscall(libc::SYS_futex, &raw const word, libc::FUTEX_WAKE, 0) };
}

/// # Safety
///
/// That of a call of futex(2) with these arguments.
unsafe fn futex(address: usize, operation: c_int, value: u32, argument: usize) -> c_long {
    let command = operation & !(libc::FUTEX_PRIVATE_FLAG | libc::FUTEX_CLOCK_REALTIME);
    let time: *const libc::timespec = ptr::with_exposed_provenance(argument);
    let waits = match command {
        libc::FUTEX_WAIT => true,
        // Its time is a moment of the real clock.
        libc::FUTEX_WAIT_BITSET if time.is_null() => true,
        libc::FUTEX_WAKE | libc::FUTEX_WAKE_BITSET => false,
        _ => refuse(
            &format!("the operation {command} of `futex`"),
            "only to wait and to wake is modelled",
        ),
    };
    if !waits {
        return futex::wake(address, value as usize) as c_long;
    }
    // SAFETY: the caller says that a time stands there, if anything does.
    let time = unsafe { time.as_ref() };
    let at_most = time.map(|time| Duration::new(time.tv_sec as u64, time.tv_nsec as u32));
    // SAFETY: the caller says that a word stands there, which only atomics write.
    let read = || unsafe { ptr::with_exposed_provenance::<u32>(address).read_volatile() };
    match futex::wait(address, value, at_most, read) {
        Waited::Woken => 0,
        Waited::Changed => fail(libc::EAGAIN),
        Waited::TimedOut => fail(libc::ETIMEDOUT),
    }
}
