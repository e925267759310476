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
//! What is not about threads, time or the outside is the real library's own item, passed
//! through. What is, is modelled on [`engine`]: each operation that another thread could
//! notice is announced before it happens, and happens when the scheduler chooses it. The
//! rest is not there. Nothing of the real root is re-exported by a glob, so that a program
//! that uses something not covered fails to build, by name. [`fidelity`] has the list.
//!
//! # What a pass means
//!
//! - The memory model is sequential consistency. A fault that needs a weaker one, where a
//!   `Relaxed` store is seen late, is not found.
//! - A wait ends only for its reason. `park` and `Condvar::wait` may return for none by their
//!   contract, and here they never do.
//! - The counts of an [`Arc`](::std::sync::Arc) are no operations. It is the real one: a
//!   method may take `self: Arc<Self>`, and an `Arc<T>` turns into an `Arc<dyn Trait>`, only
//!   because the compiler lets it, and it lets no other type. So a program whose
//!   result depends on `Arc::strong_count`, or on which thread drops the last reference, may
//!   have results that are not seen.
//! - Time is virtual. It passes only while every thread waits, and a sleep costs nothing.
//!
//! # Why not shuttle or loom
//!
//! Both run a program that was written for them. In shuttle a panic of any thread fails the
//! run, so that `join` never returns an error; there is no time, and the exhaustive search
//! has no reduction. loom has no `scope`, no `Barrier` and no `sleep`. Where they can
//! run a program, they are good oracles, and the outcomes have to be the same.

#![expect(
    clippy::legacy_numeric_constants,
    reason = "a program may be older than the constants of the types"
)]

// The order of the modules is that of the documentation of `std`; the engine comes last.
mod macros;
pub mod prelude;

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

#[doc(hidden)]
pub mod engine;
#[doc(hidden)]
pub mod explore;

pub use ::std::{
    alloc, any, array, ascii, backtrace, borrow, boxed, cell, char, clone, cmp, collections,
    convert, default, error, f32, f64, ffi, fmt, future, hash, iter, marker, mem, num, ops, option,
    path, pin, primitive, ptr, rc, result, slice, str, string, task,
};
// The old modules of constants, beside the primitive types of the same names.
pub use ::std::{i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize};
// `vec` is a module and a macro.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
pub use ::std::is_x86_feature_detected;
#[expect(deprecated, reason = "a program may be older than the operator `?`")]
pub use ::std::r#try;
pub use ::std::{arch, vec};
pub use ::std::{
    assert, assert_eq, assert_ne, cfg, column, compile_error, concat, debug_assert,
    debug_assert_eq, debug_assert_ne, file, format, format_args, include, include_bytes,
    include_str, line, matches, module_path, option_env, stringify, todo, unimplemented,
    unreachable, write, writeln,
};

/// The macros of the same names as modules that are modelled. A glob brings in the macros
/// alone, because the modules here come before it.
mod beside_modules {
    pub use ::std::{env, panic};
}
pub use beside_modules::*;

/// What the harness calls with the value that the program's `main` returned.
#[doc(hidden)]
pub use process::Main as __Main;

/// What the harness calls to explore the program.
#[doc(hidden)]
pub use explore as __explore;
