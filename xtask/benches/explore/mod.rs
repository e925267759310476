//! Exploring a program by the runner's command, as all of these benchmarks do.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// How many seconds it takes to explore a program with these flags.
///
/// # Panics
///
/// The program does not hold.
pub fn explore(program: &Path, flags: &[&str]) -> f64 {
    let mut runner = Command::new(env!("CARGO_BIN_EXE_xtask"));
    runner
        .arg("explore")
        .arg(program)
        .args(flags)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let start = Instant::now();
    let status = runner.status().expect("the runner can be started");
    assert!(status.success(), "the program holds");
    start.elapsed().as_secs_f64()
}
