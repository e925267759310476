//! Reading the names in a folder, as the C library has it: in a program's turn from the
//! [kernel](crate::kernel).

use std::ffi::c_int;

use super::calls::{answered, descriptor, done};
use super::descriptors::{OTHERS, check};
use super::files;
use super::heap::HEAP;
use super::real::{Real, fail};
use crate::kernel::{self, Answer};
use crate::perform::refuse;
use crate::running::is_programs_turn;

/// Ends the execution unless a function was given what `opendir` has returned.
fn known<T>(function: &str, answer: Option<T>) -> T {
    answer.unwrap_or_else(|| refuse(&format!("`{function}` of what it has not opened"), OTHERS))
}

/// What a call returns that gives an address.
fn address(answer: Answer<usize>) -> usize {
    answer.unwrap_or_else(|error| {
        fail(error);
        0
    })
}

/// Opens a folder, to read the names in it.
#[unsafe(no_mangle)]
unsafe extern "C" fn opendir(path: usize) -> usize {
    static REAL: Real = Real::new(c"opendir");
    if !HEAP.with(is_programs_turn) {
        // SAFETY: the caller keeps to what the function asks for.
        return unsafe { REAL.call([path]) };
    }
    // SAFETY: the caller's path is one of C.
    let folder = unsafe { files::open(path, (libc::O_RDONLY | libc::O_DIRECTORY) as usize, 0) };
    match folder {
        ..0 => 0,
        folder => address(kernel::open_names(folder as c_int)),
    }
}

/// The same, of one that is open: the descriptor is the stream's from here on.
#[unsafe(no_mangle)]
unsafe extern "C" fn fdopendir(folder: usize) -> usize {
    static REAL: Real = Real::new(c"fdopendir");
    if !HEAP.with(is_programs_turn) {
        // SAFETY: the caller has it.
        return unsafe { REAL.call([folder]) };
    }
    check("fdopendir", folder as c_int);
    address(kernel::open_names(folder as c_int))
}

/// The next name.
#[unsafe(no_mangle)]
unsafe extern "C" fn readdir(names: usize) -> usize {
    static REAL: Real = Real::new(c"readdir");
    if HEAP.with(is_programs_turn) {
        return known("readdir", kernel::next_name(names));
    }
    // SAFETY: the caller has it.
    unsafe { REAL.call([names]) }
}

/// The same, under its other name.
#[unsafe(no_mangle)]
unsafe extern "C" fn readdir64(names: usize) -> usize {
    // SAFETY: the caller has it.
    unsafe { readdir(names) }
}

/// Begins again with the first name.
#[unsafe(no_mangle)]
unsafe extern "C" fn rewinddir(names: usize) {
    static REAL: Real = Real::new(c"rewinddir");
    if HEAP.with(is_programs_turn) {
        return known("rewinddir", kernel::rewind(names));
    }
    // SAFETY: the caller has it.
    unsafe { REAL.call([names]) };
}

/// The descriptor of the folder.
#[unsafe(no_mangle)]
unsafe extern "C" fn dirfd(names: usize) -> isize {
    static REAL: Real = Real::new(c"dirfd");
    if HEAP.with(is_programs_turn) {
        return descriptor(known("dirfd", kernel::folder_read(names))) as isize;
    }
    // SAFETY: the caller has it.
    unsafe { REAL.call([names]) as isize }
}

/// Closes the folder.
#[unsafe(no_mangle)]
unsafe extern "C" fn closedir(names: usize) -> isize {
    static REAL: Real = Real::new(c"closedir");
    if HEAP.with(is_programs_turn) {
        let folder = known("closedir", kernel::close_names(names));
        return answered(done(kernel::close(folder)));
    }
    // SAFETY: the caller has it.
    unsafe { REAL.call([names]) as isize }
}
