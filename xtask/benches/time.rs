//! How well `--time` is kept by programs with many distinct outputs: how long exploring takes in
//! all, for each second that it is given. At most a tenth and a second more are right.
//!
//! `cargo bench -p xtask --bench time --profile dev`, which measures the runner as `cargo xtask`
//! builds it.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// So many seconds each program is given.
const TIMES: [u32; 2] = [3, 10];

fn main() {
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/programs");
    println!("| program | `--time` | took | ratio | at most |");
    println!("|---|--:|--:|--:|--:|");
    for program in ["many_outputs.rs", "progress.rs"] {
        for flags in [&[][..], &["--outputs"]] {
            // What is built by the first exploration does not count.
            explore(&programs.join(program), 1, flags);
            for given in TIMES {
                let took = explore(&programs.join(program), given, flags);
                let (given, shown) = (f64::from(given), flags.concat());
                let (ratio, most) = (took / given, 1.1 + 1.0 / given);
                println!(
                    "| {program} {shown} | {given} s | {took:.1} s | {ratio:.2} | {most:.2} |"
                );
            }
        }
    }
}

/// How many seconds it takes to explore a program.
fn explore(program: &Path, given: u32, flags: &[&str]) -> f64 {
    let mut runner = Command::new(env!("CARGO_BIN_EXE_xtask"));
    runner
        .arg("explore")
        .arg(program)
        // As many schedules as the time allows.
        .args(["--time", &given.to_string(), "--schedules", "1000000000"])
        .args(flags)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let start = Instant::now();
    let status = runner.status().expect("the runner can be started");
    assert!(status.success(), "the program holds");
    start.elapsed().as_secs_f64()
}
