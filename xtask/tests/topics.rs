//! Each topic of the workspace is a test of its own name: `cargo test mpsc` runs it.

mod house;

use std::fs::File;
use std::path::Path;

use house::{Ran, command};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;
use xtask::core::Spec;

fn main() {
    let list = Ran::of(command("list --json")).exits(0);
    let topics: Vec<Value> = serde_json::from_str(&list.stdout).expect("the list is JSON");
    let trials = topics.iter().map(|topic| {
        let text = |key: &str| topic[key].as_str().expect("a topic has it").to_string();
        let (name, path) = (text("name"), text("path"));
        Trial::test(name.clone(), move || run(&name, Path::new(&path)))
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}

fn run(name: &str, path: &Path) -> Result<(), Failed> {
    // Those that need the machine to themselves have to get it from a whole test run,
    // of which some test runners make a process for each test: hence a file's lock.
    let lock = Path::new(env!("CARGO_TARGET_TMPDIR")).join("machine.lock");
    let lock = File::create(lock)?;
    let invariants = std::fs::read_to_string(path.join("invariants.toml")).unwrap_or_default();
    match Spec::parse(&invariants) {
        Ok(spec) if spec.run.alone.is_some() => lock.lock()?,
        _ => lock.lock_shared()?,
    }
    let ran = Ran::of(command(&format!("run {name}")));
    match ran.status {
        Some(0) => Ok(()),
        _ => Err(ran.to_string().into()),
    }
}
