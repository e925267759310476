//! Each topic of the workspace is a test of its own name: `cargo test mpsc` runs it.

mod house;

use house::{Ran, command};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

fn main() {
    let list = Ran::of(command("list --json")).exits(0);
    let topics: Vec<Value> = serde_json::from_str(&list.stdout).expect("the list is JSON");
    let trials = topics.iter().map(|topic| {
        let name = topic["name"]
            .as_str()
            .expect("a topic has a name")
            .to_string();
        Trial::test(name.clone(), move || run(&name))
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}

fn run(name: &str) -> Result<(), Failed> {
    let ran = Ran::of(command(&format!("run {name}")));
    match ran.status {
        Some(0) => Ok(()),
        _ => Err(ran.to_string().into()),
    }
}
