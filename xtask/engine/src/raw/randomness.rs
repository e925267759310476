//! Random numbers, which a program asks the system for: each thread gets those of its execution's seed,
//! so that a schedule that is taken again has the same.

use std::ffi::{c_int, c_uint};

use super::heap::HEAP;
use super::real::Real;
use crate::running::{is_programs_turn, with};

/// Fills so many bytes for the running thread.
///
/// # Safety
///
/// They are the caller's to write.
pub unsafe fn fill(buffer: *mut u8, bytes: usize) {
    with(|running| {
        let numbers = running.random();
        for at in 0..bytes {
            // SAFETY: the caller says so.
            unsafe { buffer.add(at).write(numbers.draw() as u8) };
        }
    });
}

/// Random bytes. It gives all that it is asked for, as the real one does for as many as a seed needs.
#[unsafe(no_mangle)]
unsafe extern "C" fn getrandom(buffer: *mut u8, bytes: usize, flags: c_uint) -> isize {
    static REAL: Real = Real::new(c"getrandom");
    if HEAP.with(is_programs_turn) {
        // SAFETY: the caller says that there is room.
        unsafe { fill(buffer, bytes) };
        return bytes as isize;
    }
    // SAFETY: the caller keeps to what the function asks for.
    unsafe { REAL.call([buffer.expose_provenance(), bytes, flags as usize]) as isize }
}

/// Random bytes, at most 256 of them.
#[unsafe(no_mangle)]
unsafe extern "C" fn getentropy(buffer: *mut u8, bytes: usize) -> c_int {
    static REAL: Real = Real::new(c"getentropy");
    if HEAP.with(is_programs_turn) && bytes <= 256 {
        // SAFETY: the caller says that there is room.
        unsafe { fill(buffer, bytes) };
        return 0;
    }
    // SAFETY: the caller keeps to what the function asks for.
    unsafe { REAL.call([buffer.expose_provenance(), bytes]) as c_int }
}
