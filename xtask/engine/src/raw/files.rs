//! Files that a program reads: each call of the C library by which it opens or closes one, or moves
//! on in one, is an operation, since another thread may notice it. A thread that has the same file
//! reads what comes next, and the next file that is opened gets the lowest number that is free.
//!
//! All of them touch one object. What an execution has left open is closed when it is over: no
//! destructor of it runs.

use std::ffi::{CStr, c_char, c_int, c_long};
use std::mem::MaybeUninit;
use std::ptr;

use super::heap::HEAP;
use super::library::{CHANGES, Real, c_name};
use crate::access::Access;
use crate::opened::Opened;
use crate::operation::Op;
use crate::perform::refuse;
use crate::running::{is_programs_turn, with};

const MADE: &str = "the kernel makes up what stands there, and may say something else each time";
const DEVICE: &str = "to open what is neither a file nor a folder may have an effect, or wait";
const OTHERS: &str = "it is the explorer's";
const TYPES: &str = "a program that waits for somebody to type cannot be explored";

/// File systems of which the kernel makes up the files.
const MADE_UP: [c_long; 4] = [
    libc::PROC_SUPER_MAGIC,
    libc::SYSFS_MAGIC,
    libc::CGROUP_SUPER_MAGIC,
    libc::CGROUP2_SUPER_MAGIC,
];

/// Announces what the running thread does to the files that are open, of which another could notice
/// each.
fn operate(verb: &'static str) {
    let files = with(|running| running.files());
    Op::new(verb, files, Access::Write).perform();
    with(|running| running.note_calls());
}

/// Calls the C library as the explorer: for what the running thread has announced.
fn outside<R>(call: impl FnOnce() -> R) -> R {
    with(|_| call())
}

/// Keeps what the running thread has opened, if it has.
fn keep(opened: Opened) {
    with(|running| running.opened.push(opened));
}

/// Whether the running execution has opened this, and not closed it.
fn is_open(opened: Opened) -> bool {
    with(|running| running.opened.contains(&opened))
}

/// The running thread closes this itself.
fn forget(opened: Opened) {
    with(|running| running.opened.retain(|other| *other != opened));
}

/// Ends the execution unless it has opened this descriptor.
fn check(function: &str, descriptor: c_int) {
    match descriptor {
        _ if is_open(Opened::File(descriptor)) => {}
        libc::STDIN_FILENO => refuse(&format!("`{function}` of the standard input"), TYPES),
        _ => refuse(
            &format!("`{function}` of descriptor {descriptor}, which it has not opened"),
            OTHERS,
        ),
    }
}

/// Closes what an execution that has ended has left open.
pub fn close_all(opened: &mut Vec<Opened>) {
    for opened in opened.drain(..) {
        // SAFETY: the execution has opened it, and has not closed it; and it is over, so that nobody
        // uses it any more.
        unsafe {
            match opened {
                Opened::File(descriptor) => libc::close(descriptor),
                Opened::Folder(stream) => {
                    libc::closedir(ptr::with_exposed_provenance_mut::<libc::DIR>(stream))
                }
            };
        }
    }
}

/// Ends the execution if what stands at a path is not the same in each execution, or cannot be read
/// without an effect.
///
/// # Safety
///
/// The path is one of C.
unsafe fn check_path(folder: c_int, path: *const c_char, flags: c_int) {
    let looks = libc::O_PATH | libc::O_CLOEXEC | flags & libc::O_NOFOLLOW;
    let mut status = MaybeUninit::<libc::stat>::uninit();
    let mut system = MaybeUninit::<libc::statfs>::uninit();
    // SAFETY: the caller says what the path is, and each call fills in what it is given, or fails.
    let refused = outside(|| unsafe {
        let found = libc::openat(folder, path, looks);
        if found < 0 {
            // Then the call that was asked for fails as well.
            return None;
        }
        let is_known = libc::fstat(found, status.as_mut_ptr()) == 0
            && libc::fstatfs(found, system.as_mut_ptr()) == 0;
        libc::close(found);
        if !is_known || MADE_UP.contains(&system.assume_init_ref().f_type) {
            return Some(MADE);
        }
        match status.assume_init_ref().st_mode & libc::S_IFMT {
            libc::S_IFREG | libc::S_IFDIR => None,
            _ => Some(DEVICE),
        }
    });
    if let Some(why) = refused {
        // SAFETY: the caller says what the path is.
        let path = unsafe { CStr::from_ptr(path) };
        refuse(&format!("`open` of {}", path.to_string_lossy()), why);
    }
}

/// Opens a file for the running thread.
///
/// # Safety
///
/// That of openat(2).
unsafe fn open_at(folder: c_int, path: *const c_char, flags: c_int) -> c_int {
    let writes = libc::O_ACCMODE | libc::O_CREAT | libc::O_TRUNC;
    if flags & writes != libc::O_RDONLY {
        refuse("`open` to write", CHANGES);
    }
    operate("open");
    // SAFETY: the caller keeps to what the call asks for.
    let descriptor = unsafe {
        check_path(folder, path, flags);
        outside(|| libc::openat(folder, path, flags))
    };
    if descriptor >= 0 {
        keep(Opened::File(descriptor));
    }
    descriptor
}

/// The functions that open a file, of which each stands for two names: the numbers that some are for
/// are as long on the platforms that the engine is for, or the flags say so.
macro_rules! opens {
    ($($name:ident $real:literal $at:ident $at_real:literal)*) => { $(
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name(path: *const c_char, flags: c_int, mode: usize) -> c_int {
            static REAL: Real = Real::new($real);
            // SAFETY: the caller keeps to what the function asks for.
            unsafe {
                match HEAP.with(is_programs_turn) {
                    true => open_at(libc::AT_FDCWD, path, flags),
                    false => {
                        let path = path.expose_provenance();
                        REAL.call([path, flags as usize, mode]) as c_int
                    }
                }
            }
        }

        #[unsafe(no_mangle)]
        unsafe extern "C" fn $at(
            folder: c_int,
            path: *const c_char,
            flags: c_int,
            mode: usize,
        ) -> c_int {
            static REAL: Real = Real::new($at_real);
            // SAFETY: the caller keeps to what the function asks for.
            unsafe {
                match HEAP.with(is_programs_turn) {
                    true => open_at(folder, path, flags),
                    false => {
                        let path = path.expose_provenance();
                        REAL.call([folder as usize, path, flags as usize, mode]) as c_int
                    }
                }
            }
        }
    )* };
}

opens! {
    open c"open" openat c"openat"
    open64 c"open64" openat64 c"openat64"
}

/// Functions that move on in a file.
macro_rules! moves {
    ($($name:ident $verb:literal)*) => { $(
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name(
            descriptor: c_int,
            second: usize,
            third: usize,
            fourth: usize,
            fifth: usize,
        ) -> usize {
            static REAL: Real = Real::new(c_name(concat!(stringify!($name), "\0")));
            if HEAP.with(is_programs_turn) {
                check($verb, descriptor);
                operate($verb);
            }
            // SAFETY: the caller keeps to what the function asks for.
            unsafe { REAL.call([descriptor as usize, second, third, fourth, fifth]) }
        }
    )* };
}

moves! {
    read "read"
    readv "read"
    lseek "seek"
    lseek64 "seek"
}

#[unsafe(no_mangle)]
unsafe extern "C" fn close(descriptor: c_int) -> c_int {
    static REAL: Real = Real::new(c"close");
    if HEAP.with(is_programs_turn) {
        check("close", descriptor);
        operate("close");
        forget(Opened::File(descriptor));
    }
    // SAFETY: the caller has it.
    unsafe { REAL.call([descriptor as usize]) as c_int }
}

/// Doubles a descriptor, or looks at its flags; anything else is refused.
#[unsafe(no_mangle)]
unsafe extern "C" fn fcntl(descriptor: c_int, command: c_int, argument: usize) -> c_int {
    static REAL: Real = Real::new(c"fcntl");
    let doubles = matches!(command, libc::F_DUPFD | libc::F_DUPFD_CLOEXEC);
    let is_programs = HEAP.with(is_programs_turn);
    if is_programs {
        match command {
            libc::F_GETFD | libc::F_GETFL => {}
            _ if doubles => {
                check("dup", descriptor);
                operate("dup");
            }
            _ => refuse(&format!("the command {command} of `fcntl`"), CHANGES),
        }
    }
    // SAFETY: the caller keeps to what the command asks for.
    let result = unsafe { REAL.call([descriptor as usize, command as usize, argument]) as c_int };
    if is_programs && doubles && result >= 0 {
        keep(Opened::File(result));
    }
    result
}

/// `fcntl`, as the C library's headers call it where files may be long.
#[unsafe(no_mangle)]
unsafe extern "C" fn fcntl64(descriptor: c_int, command: c_int, argument: usize) -> c_int {
    // SAFETY: the caller keeps to what the command asks for.
    unsafe { fcntl(descriptor, command, argument) }
}

/// Opens a folder, to read the names in it.
#[unsafe(no_mangle)]
unsafe extern "C" fn opendir(path: *const c_char) -> usize {
    static REAL: Real = Real::new(c"opendir");
    let is_programs = HEAP.with(is_programs_turn);
    if is_programs {
        operate("open");
        // SAFETY: the caller says that it is one.
        unsafe { check_path(libc::AT_FDCWD, path, libc::O_DIRECTORY) };
    }
    // SAFETY: likewise.
    let stream = unsafe { REAL.call([path.expose_provenance()]) };
    if is_programs && stream != 0 {
        keep(Opened::Folder(stream));
    }
    stream
}

/// The same, of one that is open: the descriptor is the stream's from here on.
#[unsafe(no_mangle)]
unsafe extern "C" fn fdopendir(descriptor: c_int) -> usize {
    static REAL: Real = Real::new(c"fdopendir");
    let is_programs = HEAP.with(is_programs_turn);
    if is_programs {
        check("fdopendir", descriptor);
    }
    // SAFETY: the caller has it.
    let stream = unsafe { REAL.call([descriptor as usize]) };
    if is_programs && stream != 0 {
        forget(Opened::File(descriptor));
        keep(Opened::Folder(stream));
    }
    stream
}

#[unsafe(no_mangle)]
unsafe extern "C" fn closedir(stream: usize) -> c_int {
    static REAL: Real = Real::new(c"closedir");
    if HEAP.with(is_programs_turn) {
        operate("close");
        forget(Opened::Folder(stream));
    }
    // SAFETY: the caller has it.
    unsafe { REAL.call([stream]) as c_int }
}
