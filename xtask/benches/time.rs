//! How well `--time` is kept by programs with many distinct outputs: how long exploring takes in
//! all, for each second that it is given. At most a tenth and a second more are right.
//!
//! `cargo bench -p xtask --bench time --profile dev`, which measures the runner as `cargo xtask`
//! builds it.

mod explore;

use std::path::Path;

use explore::explore;

/// So many seconds each program is given.
const TIMES: [u32; 2] = [3, 10];

fn main() {
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/programs");
    println!("| program | `--time` | took | ratio | at most |");
    println!("|---|--:|--:|--:|--:|");
    for program in ["many_outputs.rs", "progress.rs"] {
        for flags in [&[][..], &["--outputs"]] {
            // What is built by the first exploration does not count.
            explore_for(&programs.join(program), 1, flags);
            for given in TIMES {
                let took = explore_for(&programs.join(program), given, flags);
                let (given, shown) = (f64::from(given), flags.concat());
                let (ratio, most) = (took / given, 1.1 + 1.0 / given);
                println!(
                    "| {program} {shown} | {given} s | {took:.1} s | {ratio:.2} | {most:.2} |"
                );
            }
        }
    }
}

/// How many seconds it takes to explore as many schedules of a program as the time allows.
fn explore_for(program: &Path, given: u32, flags: &[&str]) -> f64 {
    let given = given.to_string();
    let time = ["--time", &given, "--schedules", "1000000000"];
    explore(program, &[&time, flags].concat())
}
