//! Everything of the engine that the compiler cannot check, each use with its argument: coroutines,
//! statics that begin anew, and the heap that is emptied between executions.
//!
//! What all of them rest on: an execution that has ended is over. No coroutine of it is resumed
//! again, no destructor of it runs, and [`statics::clear`] is the last that happens to it.

#![allow(unsafe_code)]

#[macro_use]
mod calls;
mod clocks;
pub(crate) mod debugger;
mod descriptors;
pub(crate) mod fiber;
mod files;
mod folders;
pub(crate) mod heap;
pub(crate) mod host;
mod instrumented;
pub(crate) mod keys;
mod library;
pub(crate) mod mapping;
mod names;
pub(crate) mod randomness;
mod real;
mod sockets;
pub(crate) mod statics;
pub(crate) mod system;
pub(crate) mod twin;

/// Whether this address is one of the program's own memory: of its heap, its statics or a thread's
/// stack. What the engine keeps is elsewhere.
pub(crate) fn is_programs(address: usize) -> bool {
    heap::place_of(address).is_some() || statics::has(address) || fiber::has(address)
}
