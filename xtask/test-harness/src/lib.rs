//! What the compiler calls in place of the crate `test`: a process that lists the tests of a crate, or
//! explores one of them.
//!
//! Of each function with `#[test]` the compiler makes a constant [`TestDescAndFn`], and with `--test` a
//! `main` that hands all of them to [`test_main_static`]. It takes both from the crate that is called
//! `test`, which is this one where `--extern test=` says so. What stands in these constants is the
//! compiler's own, and of one version of it: where another one makes them otherwise, nothing compiles.

// Elsewhere there is nothing here: the explorer needs Linux.
#![cfg(target_os = "linux")]
#![forbid(unsafe_code)]

mod canary;
mod compiler;
mod run;

pub use compiler::*;

/// What a test has returned, as the constant that is made of it asks.
///
/// # Errors
///
/// It is a failure. What is wrong has been printed, if the test says it.
pub fn assert_test_result<T: model_std::process::Termination>(result: T) -> Result<(), String> {
    let code = model_std::__status(result);
    match code {
        0 => Ok(()),
        code => Err(format!("returned a failure: the status {code}")),
    }
}

/// The `main` of a crate's tests. With `--list` it says which there are, each as a
/// [`protocol::ListedTest`] on a line; with the name of one it explores that, as it is asked to on
/// standard input.
///
/// Since the number of tests is a parameter of its type, this is compiled in the crate whose tests they
/// are, and so is the canary: they are what the compiler makes of that crate's own code.
pub fn test_main_static<const N: usize>(tests: &[&TestDescAndFn; N]) {
    run::main(tests, canary::canary::<N>);
}
