//! How much longer it takes to explore a program whose accesses to memory are looked at: the same program
//! with and without one `unsafe`, which is never run, in turn.
//!
//! `cargo bench -p xtask --bench races --profile dev`, which measures the runner as `cargo xtask` builds it.

mod explore;

use std::fs;
use std::path::Path;

use explore::explore;

/// How often each is explored; what counts is the median.
const ROUNDS: usize = 5;

/// Random schedules, so many each time.
const FLAGS: &[&str] = &["--strategy", "random", "--schedules", "100000"];

/// The topics: one has channels, one a lock, and one atomics.
const TOPICS: [&str; 3] = ["mpsc-demo", "mutex-demo", "atomics-demo"];

fn main() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    println!("| program | without | accesses looked at | ratio of speeds |");
    println!("|---|--:|--:|--:|");
    for topic in TOPICS {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
        let source = fs::read_to_string(source.join(topic).join("src/main.rs"));
        let source = source.expect("the topic is there");
        let with = format!("{source}\npub unsafe fn never() {{}}\n");
        let programs = [("without.rs", source), ("with.rs", with)].map(|(name, text)| {
            let file = folder.path().join(name);
            fs::write(&file, text).expect("a file can be written");
            // What is built by the first exploration does not count.
            explore(&file, &["--schedules", "1"]);
            file
        });
        let mut took = [Vec::new(), Vec::new()];
        for _ in 0..ROUNDS {
            for (file, took) in programs.iter().zip(&mut took) {
                took.push(explore(file, FLAGS));
            }
        }
        let [without, with] = took.map(|mut took| {
            took.sort_by(f64::total_cmp);
            took[ROUNDS / 2]
        });
        let ratio = without / with;
        println!("| {topic} | {without:.2} s | {with:.2} s | {ratio:.2} |");
    }
}
