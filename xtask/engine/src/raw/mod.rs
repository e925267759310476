//! Everything of the engine that the compiler cannot check, each use with its argument: coroutines,
//! statics that begin anew, and the heap that is emptied between executions.
//!
//! What all of them rest on: an execution that has ended is over. No coroutine of it is resumed
//! again, no destructor of it runs, and [`statics::clear`] is the last that happens to it.

#![allow(unsafe_code)]

pub(crate) mod fiber;
pub(crate) mod heap;
pub(crate) mod keys;
pub(crate) mod mapping;
pub(crate) mod statics;
pub(crate) mod system;
