//! What can be done with any descriptor, as the C library has it. The kernel's own are known by their
//! numbers; in a program's turn no other can be used, but the standard error.

use std::ffi::c_int;
use std::io::{IoSlice, IoSliceMut};

use super::calls::{answered, descriptor, done};
use super::heap::HEAP;
use super::library::CHANGES;
use super::real::Real;
use super::sockets::{buffers, buffers_mut, bytes, bytes_mut};
use crate::kernel::{self, How};
use crate::perform::refuse;
use crate::running::is_programs_turn;

pub const OTHERS: &str = "it may be the explorer's";
const TYPES: &str = "a program that waits for somebody to type cannot be explored";
const PRINTS: &str = "what a program prints goes through `std::io`";

/// Ends the execution unless it has opened this descriptor.
pub fn check(function: &str, descriptor: c_int) {
    if kernel::has(descriptor) {
        return;
    }
    match descriptor {
        libc::STDIN_FILENO => refuse(&format!("`{function}` of the standard input"), TYPES),
        _ => refuse(
            &format!("`{function}` of descriptor {descriptor}, which it has not opened"),
            OTHERS,
        ),
    }
}

/// Whether a call is the kernel's to answer. Ends the execution if a program calls it with what it has
/// not opened.
fn is_modelled(function: &str, descriptor: c_int) -> bool {
    if HEAP.with(is_programs_turn) {
        check(function, descriptor);
    }
    kernel::has(descriptor)
}

/// Reads.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn read(from: c_int, to: usize, length: usize) -> isize {
    static REAL: Real = Real::new(c"read");
    if !is_modelled("read", from) {
        // SAFETY: the caller keeps to what the function asks for.
        return unsafe { REAL.call([from as usize, to, length]) as isize };
    }
    // SAFETY: the caller has room for so many bytes.
    let into = unsafe { bytes_mut(to, length) };
    answered(kernel::read(
        from,
        &mut [IoSliceMut::new(into)],
        How::default(),
    ))
}

/// Reads into several buffers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn readv(from: c_int, parts: usize, count: usize) -> isize {
    static REAL: Real = Real::new(c"readv");
    if !is_modelled("read", from) {
        // SAFETY: the caller keeps to what the function asks for.
        return unsafe { REAL.call([from as usize, parts, count]) as isize };
    }
    // SAFETY: the caller has so many buffers.
    let into = unsafe { buffers_mut(parts, count as c_int) };
    answered(kernel::read(from, into, How::default()))
}

/// Writes. What goes to the standard error is passed on: the real library says there why it aborts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn write(to: c_int, from: usize, length: usize) -> isize {
    static REAL: Real = Real::new(c"write");
    if kernel::has(to) {
        // SAFETY: the caller has so many bytes.
        let from = unsafe { bytes(from, length) };
        return answered(kernel::write(to, &[IoSlice::new(from)], How::default()));
    }
    if to != libc::STDERR_FILENO && HEAP.with(is_programs_turn) {
        refuse(&format!("`write` to descriptor {to}"), PRINTS);
    }
    // SAFETY: the caller keeps to what the function asks for.
    unsafe { REAL.call([to as usize, from, length]) as isize }
}

/// Writes several buffers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn writev(to: c_int, parts: usize, count: usize) -> isize {
    static REAL: Real = Real::new(c"writev");
    if !is_modelled("writev", to) {
        // SAFETY: the caller keeps to what the function asks for.
        return unsafe { REAL.call([to as usize, parts, count]) as isize };
    }
    // SAFETY: the caller has so many buffers.
    let from = unsafe { buffers(parts, count as c_int) };
    answered(kernel::write(to, from, How::default()))
}

/// Goes to another place in a file; in a stream there is none to go to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lseek(of: c_int, by: usize, whence: c_int) -> isize {
    static REAL: Real = Real::new(c"lseek");
    if !is_modelled("seek", of) {
        // SAFETY: the caller keeps to what the function asks for.
        return unsafe { REAL.call([of as usize, by, whence as usize]) as isize };
    }
    let place = kernel::seek(of, by as i64, whence);
    answered(place.map(|place| place as usize))
}

/// The same, for files of any length.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lseek64(of: c_int, by: usize, whence: c_int) -> isize {
    // SAFETY: the caller keeps to what the function asks for.
    unsafe { lseek(of, by, whence) }
}

/// Closes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn close(of: c_int) -> isize {
    static REAL: Real = Real::new(c"close");
    match is_modelled("close", of) {
        true => answered(done(kernel::close(of))),
        // SAFETY: the caller has it.
        false => unsafe { REAL.call([of as usize]) as isize },
    }
}

/// Makes another descriptor for the same.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dup(of: c_int) -> isize {
    static REAL: Real = Real::new(c"dup");
    match is_modelled("dup", of) {
        true => answered(kernel::duplicate(of).map(descriptor)),
        // SAFETY: the caller has it.
        false => unsafe { REAL.call([of as usize]) as isize },
    }
}

/// Looks at the flags of a descriptor, sets them, or makes another for the same.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fcntl(of: c_int, command: c_int, argument: usize) -> isize {
    static REAL: Real = Real::new(c"fcntl");
    let only_looks = matches!(command, libc::F_GETFD | libc::F_GETFL);
    if !kernel::has(of) && only_looks || !is_modelled("fcntl", of) {
        // SAFETY: the caller keeps to what the command asks for.
        return unsafe { REAL.call([of as usize, command as usize, argument]) as isize };
    }
    answered(match command {
        libc::F_GETFD => Ok(libc::FD_CLOEXEC as usize),
        libc::F_SETFD => Ok(0),
        libc::F_DUPFD | libc::F_DUPFD_CLOEXEC => kernel::duplicate(of).map(descriptor),
        libc::F_GETFL => kernel::flags(of).map(|flags| flags as usize),
        libc::F_SETFL => {
            let nonblocking = argument as c_int & libc::O_NONBLOCK != 0;
            done(kernel::set_nonblocking(of, nonblocking))
        }
        _ => refuse(&format!("the command {command} of `fcntl`"), CHANGES),
    })
}

/// `fcntl`, as the C library's headers call it where files may be long.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fcntl64(of: c_int, command: c_int, argument: usize) -> isize {
    // SAFETY: the caller keeps to what the command asks for.
    unsafe { fcntl(of, command, argument) }
}
