//! What a program asks of the system by its number. A wait on a futex is an operation; a call that
//! could wait, or has an effect outside, is refused by its name. So it is where the C library has a
//! function for it ([`library`](super::library)).
//!
//! The linker takes the function here instead of the one of the C library, in the whole executable:
//! in the real standard library too, whose calls are passed on.

use std::ffi::{c_int, c_long};
use std::fs::File;
use std::ptr;
use std::time::{Duration, SystemTime};

use super::heap::HEAP;
use super::library::{CHANGES, NETWORK, PROCESSES, WAITS};
use super::real::{Real, fail};
use super::{files, randomness, sockets};
use crate::futex::{self, Waited};
use crate::perform::refuse;
use crate::running::is_programs_turn;

/// Calls that are modelled where the C library has a function for them: each with as many arguments
/// as that takes.
macro_rules! modelled {
    ($($module:ident { $($number:ident $function:ident($($argument:ident)*))* })*) => {
        fn modelled(number: c_long) -> Option<unsafe fn([usize; 6]) -> isize> {
            match number {
                $($(libc::$number => {
                    /// # Safety
                    ///
                    /// That of the call.
                    unsafe fn call([$($argument,)* ..]: [usize; 6]) -> isize {
                        // SAFETY: the caller keeps to what the call asks for.
                        unsafe { $module::$function($($argument),*) }
                    }
                    Some(call)
                })*)*
                _ => None,
            }
        }
    };
}

modelled! {
    sockets {
        SYS_socket socket(a b c) SYS_socketpair socketpair(a b c d) SYS_bind bind(a b c)
        SYS_listen listen(a b) SYS_connect connect(a b c) SYS_accept accept(a b c)
        SYS_accept4 accept4(a b c d) SYS_shutdown shutdown(a b) SYS_getsockname getsockname(a b c)
        SYS_getpeername getpeername(a b c) SYS_setsockopt setsockopt(a b c d e)
        SYS_getsockopt getsockopt(a b c d e) SYS_recvfrom recvfrom(a b c d e f)
        SYS_recvmsg recvmsg(a b c) SYS_sendto sendto(a b c d e f) SYS_sendmsg sendmsg(a b c)
        SYS_pipe2 pipe2(a b) SYS_eventfd2 eventfd(a b) SYS_epoll_create1 epoll_create1(a)
        SYS_epoll_ctl epoll_ctl(a b c d) SYS_epoll_pwait epoll_pwait(a b c d e)
        SYS_ppoll ppoll(a b c d) SYS_timerfd_create timerfd_create(a b)
    }
    files {
        SYS_openat openat(a b c d) SYS_mkdirat mkdirat(a b c) SYS_unlinkat unlinkat(a b c)
        SYS_renameat2 renameat2(a b c d e) SYS_linkat linkat(a b c d e) SYS_symlinkat symlinkat(a b c)
        SYS_readlinkat readlinkat(a b c d)
        SYS_faccessat2 faccessat(a b c d) SYS_statx statx(a b c d e) SYS_newfstatat fstatat(a b c d)
        SYS_fchmod fchmod(a b) SYS_truncate truncate(a b)
        SYS_ftruncate ftruncate(a b) SYS_fsync fsync(a) SYS_fdatasync fdatasync(a)
        SYS_flock flock(a b)
        SYS_utimensat utimensat(a b c d) SYS_pread64 pread(a b c d) SYS_pwrite64 pwrite(a b c d)
        SYS_copy_file_range copy_file_range(a b c d e f)
        SYS_splice splice(a b c d e f) SYS_sendfile sendfile(a b c d)
    }
}

const NUMBERS: &str = "it is modelled only where the C library's function is called";

/// A call's number, its name and why it is refused.
type Refused = (c_long, &'static str, &'static str);

/// Calls that are refused, by the reason.
macro_rules! refused {
    ($($why:ident { $($number:ident $name:ident)* })*) => {
        &[$($((libc::$number, stringify!($name), $why)),*),*]
    };
}

const REFUSED: &[Refused] = refused! {
    CHANGES {
        SYS_openat2 open SYS_mknodat mknod SYS_fchmodat chmod SYS_fchown fchown SYS_fchownat chown
        SYS_fallocate fallocate SYS_setxattr setxattr SYS_fsetxattr fsetxattr
        SYS_write write SYS_writev writev SYS_pwritev pwritev
        SYS_memfd_create memfd_create SYS_ioctl ioctl SYS_chroot chroot SYS_chdir chdir SYS_fchdir fchdir SYS_close close
        SYS_close_range close_range SYS_dup dup SYS_dup3 dup3 SYS_fcntl fcntl
    }
    NUMBERS {
        SYS_faccessat access SYS_fstat fstat SYS_getdents64 getdents SYS_lseek lseek
    }
    WAITS {
        SYS_clock_nanosleep clock_nanosleep
        SYS_futex_waitv futex_waitv SYS_inotify_init1 inotify_init
        SYS_io_uring_setup io_uring_setup SYS_io_uring_enter io_uring_enter
        SYS_msgrcv msgrcv SYS_nanosleep nanosleep SYS_pselect6 pselect6 SYS_read read SYS_readv readv SYS_rt_sigsuspend rt_sigsuspend
        SYS_rt_sigtimedwait rt_sigtimedwait SYS_semop semop SYS_signalfd4 signalfd
    }
    NETWORK {
        SYS_recvmmsg recvmmsg SYS_sendmmsg sendmmsg
    }
    PROCESSES {
        SYS_clone clone SYS_clone3 clone3 SYS_execve execve SYS_execveat execveat
        SYS_kill kill SYS_wait4 wait4 SYS_waitid waitid
    }
};

/// Those that only this family of processors has: newer ones have but the calls above.
#[cfg(target_arch = "x86_64")]
const OLDER: &[Refused] = refused! {
    CHANGES {
        SYS_creat creat SYS_open open SYS_mkdir mkdir SYS_mknod mknod SYS_rmdir rmdir
        SYS_unlink unlink SYS_rename rename SYS_renameat rename SYS_link link
        SYS_symlink symlink SYS_chmod chmod SYS_chown chown SYS_lchown lchown
        SYS_utime utime SYS_utimes utimes SYS_dup2 dup2
    }
    NUMBERS {
        SYS_stat stat SYS_lstat lstat SYS_access access SYS_readlink readlink SYS_getdents getdents
    }
    WAITS {
        SYS_epoll_create epoll_create SYS_epoll_wait epoll_wait SYS_eventfd eventfd
        SYS_inotify_init inotify_init SYS_pause pause SYS_pipe pipe SYS_poll poll
        SYS_select select SYS_signalfd signalfd
    }
    PROCESSES { SYS_fork fork SYS_vfork vfork }
};
#[cfg(not(target_arch = "x86_64"))]
const OLDER: &[Refused] = &[];

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
    static REAL: Real = Real::new(c"syscall");
    if HEAP.with(is_programs_turn) {
        if number == libc::SYS_futex {
            // SAFETY: the caller says that the arguments are those of this call.
            return unsafe { futex(first, second as c_int, third as u32, fourth) };
        }
        if number == libc::SYS_getrandom {
            // SAFETY: likewise.
            unsafe { randomness::fill(ptr::with_exposed_provenance_mut(first), second) };
            return second as c_long;
        }
        if let Some(call) = modelled(number) {
            // SAFETY: the caller keeps to what the call asks for, which is what the function does.
            return unsafe { call([first, second, third, fourth, fifth, sixth]) } as c_long;
        }
        if number == libc::SYS_pidfd_open {
            // As in an older kernel: who only asks whether there is such a call does without.
            return fail(libc::ENOSYS) as c_long;
        }
        let mut refused = REFUSED.iter().chain(OLDER);
        if let Some((_, name, why)) = refused.find(|(known, ..)| *known == number) {
            refuse(&format!("`{name}` by `libc::syscall`"), why);
        }
    }
    // SAFETY: what the call asks for, the caller answers for.
    unsafe { REAL.call([number as usize, first, second, third, fourth, fifth, sixth]) as c_long }
}

/// Opens a folder and looks at a clock by the real standard library, and wakes the threads that wait
/// at a word at which none does by the C library's `syscall`. All are operations, if the linker has
/// taken the functions of the engine; the clock is one where time passes at any moment.
pub fn system_canary() {
    let _opened = File::open("/");
    let _now = SystemTime::now();
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
        Waited::Changed => fail(libc::EAGAIN) as c_long,
        Waited::TimedOut => fail(libc::ETIMEDOUT) as c_long,
    }
}
