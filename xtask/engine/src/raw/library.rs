//! Functions of the C library that have an effect outside of the program, or wait there. The real
//! standard library calls them, and so may any crate.
//!
//! The linker takes the functions here instead of the C library's, in the whole executable. The
//! explorer's own calls come here too, and are passed on. A call in a program's turn ends the
//! execution as refused, by the name of the function. Files are in [`files`](super::files).

use super::heap::HEAP;
use super::real::{Real, c_name, fail};
use crate::perform::refuse;
use crate::running::is_programs_turn;

pub const CHANGES: &str = "what one execution changes, the next one would find";
pub const WAITS: &str = "a thread that waits for the system keeps all others from going on";
pub const NETWORK: &str = "a thread that waits for the network waits in the operating system";
pub const PROCESSES: &str = "what another process does is on no schedule";
const THREADS: &str = "a thread of the operating system is on no schedule";
const STREAMS: &str = "what a stream of the C library reads and writes is not seen";
const CLOCKS: &str = "the real time is another one in the next execution";

/// Ends the execution: a thread of the program has called this function.
#[cold]
fn refuse_call(function: &str, why: &'static str) -> ! {
    // One that takes longer numbers has the name of the other, with that at the end.
    let name = function.trim_end_matches("64");
    refuse(&format!("`{name}`"), why)
}

/// Functions that are refused in a program's turn, by the reason.
macro_rules! refused {
    ($($why:ident { $($name:ident)* })*) => { $($(
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name(
            first: usize,
            second: usize,
            third: usize,
            fourth: usize,
            fifth: usize,
            sixth: usize,
        ) -> usize {
            static REAL: Real = Real::new(c_name(concat!(stringify!($name), "\0")));
            if HEAP.with(is_programs_turn) {
                refuse_call(stringify!($name), $why);
            }
            // SAFETY: the caller keeps to what the function asks for.
            unsafe { REAL.call([first, second, third, fourth, fifth, sixth]) }
        }
    )*)* };
}

refused! {
    CHANGES {
        mkfifo mkfifoat mkstemp mkstemp64 mkostemp mkostemp64 mkdtemp
        chown fchown lchown fchownat fallocate fallocate64 posix_fallocate posix_fallocate64
        utime utimes lutimes futimes setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr
        pwritev pwritev64 preadv preadv64 memfd_create shm_open shm_unlink chroot
        chdir fchdir setenv unsetenv putenv clearenv dup2 dup3 close_range closefrom
    }
    WAITS {
        select pselect epoll_pwait2 signalfd inotify_init inotify_init1
        nanosleep clock_nanosleep usleep sleep lockf lockf64
        sigwait sigwaitinfo sigtimedwait sigsuspend
    }
    NETWORK {
        gethostbyname getnameinfo recvmmsg sendmmsg
    }
    PROCESSES {
        fork posix_spawn posix_spawnp execv execve execvp execvpe fexecve
        wait waitpid wait3 wait4 waitid kill killpg system popen getppid
    }
    THREADS { pthread_create }
    CLOCKS { gettimeofday time }
    STREAMS { fopen fopen64 fdopen freopen freopen64 tmpfile tmpfile64 }
}

/// Functions that are refused likewise, and cannot be passed on: one that returns twice on the same
/// stack, and those that take any number of arguments. Nothing but a program calls them.
macro_rules! only_refused {
    ($($name:ident)*) => { $(
        #[unsafe(no_mangle)]
        extern "C" fn $name() -> isize {
            if HEAP.with(is_programs_turn) {
                refuse_call(stringify!($name), PROCESSES);
            }
            fail(libc::ENOSYS) as isize
        }
    )* };
}

only_refused! { vfork execl execle execlp }
