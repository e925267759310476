//! A program as the engine takes it.

use engine::Program;

use crate::panic;
use crate::thread::drop_locals;
use crate::unwind::catch;

/// The exit status of a program whose first thread panicked.
const PANICKED: i32 = 101;

/// A program that does this on its first thread, and returns its exit status.
///
/// # Safety
///
/// What [`Program::new`] asks for.
#[allow(unsafe_code)]
pub unsafe fn program(main: impl Fn() -> i32 + 'static) -> Program {
    panic::install_hook();
    let main = move || {
        let code = catch(&main).unwrap_or(PANICKED);
        drop_locals();
        code
    };
    // SAFETY: the caller keeps the contract. What is captured beside is a function.
    unsafe { Program::new(main) }
}
