//! How the program ends. The engine refuses other processes when they are asked for.

#[doc(no_inline)]
pub use crate::fidelity::passed::process::*;

use ::std::convert::Infallible;
use ::std::fmt::Debug;

use crate::eprintln;
use crate::thread;
pub use crate::unwind::abort;

/// Ends the program with this status. Only the running thread's thread-local values are
/// destroyed.
#[track_caller]
pub fn exit(code: i32) -> ! {
    thread::drop_locals();
    engine::exit(code)
}

/// The number of the process: 1, in every execution.
pub fn id() -> u32 {
    engine::note_process();
    1
}

/// What `main` can return.
pub trait Termination {
    /// The status that the process exits with; says on the standard error what went wrong.
    fn report(self) -> ExitCode;
}

impl Termination for () {
    fn report(self) -> ExitCode {
        ExitCode::SUCCESS
    }
}

impl Termination for ExitCode {
    fn report(self) -> ExitCode {
        self
    }
}

impl Termination for Infallible {
    fn report(self) -> ExitCode {
        match self {}
    }
}

impl<T: Termination, E: Debug> Termination for ::std::result::Result<T, E> {
    fn report(self) -> ExitCode {
        match self {
            Ok(value) => value.report(),
            Err(error) => {
                eprintln!("Error: {error:?}");
                ExitCode::FAILURE
            }
        }
    }
}

/// The status with which the process exits after this was returned.
#[doc(hidden)]
pub fn status(result: impl Termination) -> i32 {
    let code = result.report();
    // A code does not say its number, but there are only so many.
    let number = (0..=u8::MAX).find(|&number| ExitCode::from(number) == code);
    i32::from(number.expect("a code is one of the 256"))
}

/// The program's `main`. One that returns `!` has a way of its own: were that type to implement
/// [`Termination`] here, which has a name on stable only as what a function returns, the compiler would not
/// know it from a type of the program's.
#[doc(hidden)]
pub struct Main<F>(pub F);

/// A `main` that returns.
#[doc(hidden)]
pub trait Returns {
    /// Runs it: the status with which the process exits.
    fn __status(&self) -> i32;
}

/// A `main` that does not. A call finds it where it does not find the other.
#[doc(hidden)]
pub trait NeverReturns {
    /// Runs it.
    fn __status(&self) -> i32;
}

impl<F: Fn() -> T, T: Termination> Returns for Main<F> {
    fn __status(&self) -> i32 {
        status(self.0())
    }
}

impl<F: Fn() -> N, N: IsNever> NeverReturns for &Main<F> {
    fn __status(&self) -> i32 {
        self.0().never()
    }
}

/// What `!` is, and nothing else.
#[doc(hidden)]
pub trait IsNever {
    /// Never.
    fn never(self) -> i32;
}

impl IsNever for <fn() -> ! as Function>::Output {
    fn never(self) -> i32 {
        self
    }
}

/// A function's return type.
#[doc(hidden)]
pub trait Function {
    /// What it returns.
    type Output;
}

impl<T> Function for fn() -> T {
    type Output = T;
}
