//! The standard library as a program under the explorer sees it.
//!
//! # How it gets in
//!
//! The program, and each crate that it depends on, is compiled with `--extern std=` and
//! `--extern core=` naming this crate. A path that begins with `std` or `core`, the prelude
//! and the macros then lead here, and not one byte of the source has to change. The compiler
//! itself still knows the real library: a `for` loop, a `?` and an `async` block mean what
//! they always mean.
//!
//! What is not about threads or the outside is the real library's own item, passed through. What is
//! about threads is modelled on the `engine`: each operation that another thread could
//! notice is announced before it happens, and happens when the scheduler chooses it. Of the outside,
//! the real items are passed through as well, and the engine sees them call the C library: a clock
//! shows virtual time, to read a file is an operation, and what has another effect, or could wait,
//! is refused when it is called. So it is with what is called by the C library's `syscall`; a futex,
//! on which libraries wait beside `std`, is modelled there. Nothing of the real root is re-exported by
//! a glob, so that a program that uses something not covered fails to build, by name. [`fidelity`] has
//! the list.
//!
//! What is generic is compiled with each program, and the compiler announces each access to memory
//! that it makes. So that is a shell: it has the value, and what is done with the engine is in functions
//! that are compiled once.
//!
//! # What a pass means
//!
//! - The memory model is sequential consistency. A program that asks for weaker orders is also run
//!   on random schedules under a weaker one, where a `Relaxed` store may be seen late.
//! - `park` and `Condvar::wait` may return for no reason by their contract, and
//!   `compare_exchange_weak` may fail. Here that happens to each thread once at most, in a search
//!   of its own.
//! - An `RwLock` lets readers in while a writer waits, and in a search of its own it does not,
//!   as the real one on Linux. That search is made where a reader joins others in a lock that
//!   is also written.
//! - An [`Arc`](::std::sync::Arc) is the real one: a method may take `self: Arc<Self>`, and an
//!   `Arc<T>` turns into an `Arc<dyn Trait>`, only because the compiler lets it, and it lets no other
//!   type. Its counts are operations, which the compiler announces: the program is compiled with
//!   LLVM's thread-sanitizer pass.
//! - A loop that finds everything as it was, and changes nothing, is taken to wait until
//!   something changes. Whether it gives up after some rounds, while others could have gone on,
//!   is tried at random, and not searched for; the summary says whether this came up.
//! - The order of a `HashMap`, what else comes of a `RandomState`, and the random numbers that the
//!   system is asked for are those of a seed. A few are tried.
//! - A thread that waits at a futex is woken only as the program asks for it, or once for no
//!   reason; of several that wait, any may be the one.
//! - Who finds a channel closed comes after who closed it. The real library does not promise that: it
//!   looks at the mark by a load that acquires nothing.
//! - What is done to memory is no operation. Where `unsafe` code is compiled into the program, the
//!   compiler announces each access, and two that race are a failure, wherever the threads change
//!   places. What was compiled before, as the real library's own part, announces nothing.
//! - Time is virtual. It passes only while every thread waits, a sleep costs nothing, and
//!   computing takes no time.
//!
//! # Why not shuttle or loom
//!
//! Both run a program that was written for them. In shuttle a panic of any thread fails the
//! run, so that `join` never returns an error; there is no time, and the exhaustive search
//! has no reduction: of three threads that each lock one mutex once it runs 12,786 schedules,
//! where 6 can be told apart, and the reduction here runs 6. loom has no `scope`, no `Barrier`
//! and no `sleep`, and runs 414. Where they can run a program, they are good oracles, and the
//! outcomes have to be the same: the package `oracle` sees to that.
//!
//! Nor are they faster. At random, with the output captured and the rules checked, `mpsc-demo`
//! is run about 1.4 times as often as shuttle runs a port of it that prints nothing, and 3.8
//! times as often as one that keeps its output; the first half of it 12 times as often as loom
//! runs that (`cargo bench -p oracle`, on one core; the ratios differ from machine to machine).

// Elsewhere there is nothing here: the engine below needs Linux.
#![cfg(target_os = "linux")]

// The order of the modules is that of the documentation of `std`; what no program sees comes last.
mod macros;
pub mod prelude;

pub mod arch;
pub mod env;
pub mod hint;
pub mod io;
pub mod net;
pub mod os;
pub mod panic;
pub mod process;
pub mod sync;
pub mod thread;
pub mod time;

#[doc = include_str!("../FIDELITY.md")]
pub mod fidelity;

mod program;
mod raw;

mod shared;
mod source;
mod stdin;
mod unwind;

#[doc(no_inline)]
pub use fidelity::passed::{macros::*, root::*};

/// What the line calls that is appended to a program, or the harness of its tests.
#[doc(hidden)]
pub use process::{
    Main as __Main, NeverReturns as __NeverReturns, Returns as __Returns, status as __status,
};

/// What the explorer and the harness need.
#[doc(hidden)]
pub mod __harness {
    pub use ::std::arch::asm as real_asm;

    pub use crate::arch::assembly;
    pub use crate::program::program;
    pub use crate::source::{is_own, set_source, shown_file};
}
