//! How a function of the C library is defined that is modelled.

use std::ffi::c_int;

use super::real::fail;
use crate::kernel::Answer;

/// What a call returns.
pub fn answered(answer: Answer<usize>) -> isize {
    match answer {
        Ok(value) => value as isize,
        Err(error) => fail(error),
    }
}

/// What a call returns that gives nothing.
pub fn done(answer: Answer<()>) -> Answer<usize> {
    answer.map(|()| 0)
}

/// What a call returns that gives a descriptor.
pub fn descriptor(descriptor: c_int) -> usize {
    descriptor as usize
}

/// Defines functions of the C library: in a program's turn they do this, else what the library does.
/// Each is given numbers and addresses, and the body takes of a number as many bits as it has.
macro_rules! calls {
    ($(fn $name:ident($($argument:ident),*) $body:block)*) => { $(
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($argument: usize),*) -> isize {
            static REAL: super::real::Real =
                super::real::Real::new(super::real::c_name(concat!(stringify!($name), "\0")));
            if super::heap::HEAP.with(crate::running::is_programs_turn) {
                let call = || -> crate::kernel::Answer<usize> { $body };
                return super::calls::answered(call());
            }
            // SAFETY: the caller keeps to what the function asks for.
            unsafe { REAL.call([$($argument),*]) as isize }
        }
    )* };
}

/// Defines functions of the C library that are others with these arguments: what names no folder is in the
/// one in which the program runs, and files of any length are the same as others on the platforms that
/// the engine supports.
macro_rules! also {
    ($($other:ident($($own:ident),*) is $name:ident($($argument:expr),*))*) => { $(
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $other($($own: usize),*) -> isize {
            // SAFETY: the caller keeps to what the function asks for.
            unsafe { $name($($argument),*) }
        }
    )* };
}
