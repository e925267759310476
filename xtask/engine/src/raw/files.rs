//! Files that a program reads: each call of the C library by which it opens or closes one, or moves
//! on in one, is an operation, since another thread may notice it. A thread that has the same file
//! reads what comes next, and the next file that is opened gets the lowest number that is free.
//!
//! Each file is an object, and so are the numbers of all. What an execution has left open is closed
//! when it is over: no destructor of it runs.

use std::ffi::{CStr, c_char, c_int};
use std::mem::MaybeUninit;
use std::ptr;

use super::heap::HEAP;
use super::library::{CHANGES, Real, c_name};
use super::sockets;
use crate::access::Access;
use crate::execution::Execution;
use crate::kernel;
use crate::object::Object;
use crate::opened::Opened;
use crate::operation::Op;
use crate::perform::refuse;
use crate::running::{is_programs_turn, with};

const MADE: &str = "the kernel makes up what stands there, and may say something else each time";
const DEVICE: &str = "to open what is neither a file nor a folder may have an effect, or wait";
const OTHERS: &str = "it may be the explorer's";
const TYPES: &str = "a program that waits for somebody to type cannot be explored";

/// File systems whose files the kernel makes up when they are read.
const MADE_UP: [u64; 4] = [
    libc::PROC_SUPER_MAGIC as u64,
    libc::SYSFS_MAGIC as u64,
    libc::CGROUP_SUPER_MAGIC as u64,
    libc::CGROUP2_SUPER_MAGIC as u64,
];

/// Announces what the running thread does to files, as another may notice.
fn perform(op: Op) {
    with(Execution::note_calls);
    op.perform();
}

/// The running thread opens something: the next number is another one then.
fn announce_open() {
    let numbers = with(|running| running.files());
    perform(Op::new("open", numbers, Access::Write));
}

/// The running thread closes this, and does so itself.
fn let_go(opened: Opened, file: Object) {
    let numbers = with(|running| running.files());
    perform(Op::new("close", file, Access::Write).and(numbers, Access::Write));
    forget(opened);
}

/// Calls the C library as the explorer: for what the running thread has announced.
fn outside<R>(call: impl FnOnce() -> R) -> R {
    with(|_| call())
}

/// Keeps what the running thread has opened: the file that this is, or a new one.
fn keep(opened: Opened, file: Option<Object>) {
    with(|running| {
        let file = file.unwrap_or_else(|| running.new_file());
        running.opened.push((opened, file));
    });
}

/// The file that this is, if the running execution has opened it, and not closed it.
fn file(opened: Opened) -> Option<Object> {
    with(|running| {
        let mut all = running.opened.iter();
        all.find(|(other, _)| *other == opened)
            .map(|(_, file)| *file)
    })
}

/// The running thread has this no longer.
fn forget(opened: Opened) {
    with(|running| running.opened.retain(|(other, _)| *other != opened));
}

/// The file that this descriptor is for. Ends the execution unless it has opened that.
fn check(function: &str, descriptor: c_int) -> Object {
    match file(Opened::File(descriptor)) {
        Some(file) => file,
        None if descriptor == libc::STDIN_FILENO => {
            refuse(&format!("`{function}` of the standard input"), TYPES)
        }
        None => refuse(
            &format!("`{function}` of descriptor {descriptor}, which it has not opened"),
            OTHERS,
        ),
    }
}

/// Closes what an execution that has ended has left open.
pub fn close_all(opened: &mut Vec<(Opened, Object)>) {
    for (opened, _) in opened.drain(..) {
        // SAFETY: the execution has opened it and not closed it, and no thread of it will use it again:
        // it is over.
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
        if !is_known || MADE_UP.contains(&(system.assume_init_ref().f_type as u64)) {
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
    announce_open();
    // SAFETY: the caller keeps to what the call asks for.
    let descriptor = unsafe {
        check_path(folder, path, flags);
        outside(|| libc::openat(folder, path, flags))
    };
    if descriptor >= 0 {
        keep(Opened::File(descriptor), None);
    }
    descriptor
}

/// Functions that open a file: the ones for files of any length are the same as the others on the
/// platforms that the engine supports.
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
            if kernel::has(descriptor) {
                // SAFETY: the caller keeps to what the function asks for.
                return unsafe { sockets::$name(descriptor, second, third) };
            }
            if HEAP.with(is_programs_turn) {
                let file = check($verb, descriptor);
                perform(Op::new($verb, file, Access::Write));
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
    if kernel::has(descriptor) {
        return sockets::close(descriptor);
    }
    if HEAP.with(is_programs_turn) {
        let file = check("close", descriptor);
        let_go(Opened::File(descriptor), file);
    }
    // SAFETY: the caller has it.
    unsafe { REAL.call([descriptor as usize]) as c_int }
}

/// Doubles a descriptor, or looks at its flags; anything else is refused.
#[unsafe(no_mangle)]
unsafe extern "C" fn fcntl(descriptor: c_int, command: c_int, argument: usize) -> c_int {
    static REAL: Real = Real::new(c"fcntl");
    if kernel::has(descriptor) {
        return sockets::fcntl(descriptor, command, argument);
    }
    let mut doubled = None;
    if HEAP.with(is_programs_turn) {
        match command {
            libc::F_GETFD | libc::F_GETFL => {}
            libc::F_DUPFD | libc::F_DUPFD_CLOEXEC => {
                doubled = Some(check("dup", descriptor));
                announce_open();
            }
            _ => refuse(&format!("the command {command} of `fcntl`"), CHANGES),
        }
    }
    // SAFETY: the caller keeps to what the command asks for.
    let result = unsafe { REAL.call([descriptor as usize, command as usize, argument]) } as c_int;
    if doubled.is_some() && result >= 0 {
        keep(Opened::File(result), doubled);
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
        announce_open();
        // SAFETY: the caller says that it is one.
        unsafe { check_path(libc::AT_FDCWD, path, libc::O_DIRECTORY) };
    }
    // SAFETY: likewise.
    let stream = unsafe { REAL.call([path.expose_provenance()]) };
    if is_programs && stream != 0 {
        keep(Opened::Folder(stream), None);
    }
    stream
}

/// The same, of one that is open: the descriptor is the stream's from here on.
#[unsafe(no_mangle)]
unsafe extern "C" fn fdopendir(descriptor: c_int) -> usize {
    static REAL: Real = Real::new(c"fdopendir");
    let file = HEAP
        .with(is_programs_turn)
        .then(|| check("fdopendir", descriptor));
    // SAFETY: the caller has it.
    let stream = unsafe { REAL.call([descriptor as usize]) };
    if file.is_some() && stream != 0 {
        forget(Opened::File(descriptor));
        keep(Opened::Folder(stream), file);
    }
    stream
}

#[unsafe(no_mangle)]
unsafe extern "C" fn closedir(stream: usize) -> c_int {
    static REAL: Real = Real::new(c"closedir");
    if HEAP.with(is_programs_turn) {
        let opened = Opened::Folder(stream);
        let Some(file) = file(opened) else {
            refuse("`closedir` of what it has not opened", OTHERS)
        };
        let_go(opened, file);
    }
    // SAFETY: the caller has it.
    unsafe { REAL.call([stream]) as c_int }
}
