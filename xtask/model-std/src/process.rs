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

impl Termination for Never {
    fn report(self) -> ExitCode {
        self
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

/// The type `!`, which has a name on stable only as what a function returns.
type Never = <fn() -> ! as Function>::Output;

/// A function's return type.
#[doc(hidden)]
pub trait Function {
    /// What it returns.
    type Output;
}

impl<T> Function for fn() -> T {
    type Output = T;
}

/// What the program's `main` returned, as the harness needs it.
#[doc(hidden)]
pub trait Main {
    /// The status that the process exits with.
    fn report(self) -> i32;
}

impl<T: Termination> Main for T {
    fn report(self) -> i32 {
        let code = Termination::report(self);
        // A code does not say its number, but there are only so many.
        let number = (0..=u8::MAX).find(|&number| ExitCode::from(number) == code);
        i32::from(number.expect("a code is one of the 256"))
    }
}
