//! The commands that do something with a program once more.

use std::path::Path;

use crate::program::Program;
use crate::text::{quoted, shown_path};

/// What names just this program on a command line.
fn words(program: &Program) -> String {
    let topic = match program.topic.member {
        true => program.topic.name.clone(),
        // A folder, and not a name that happens to be a topic's.
        false => quoted(&program.topic.path.display().to_string()),
    };
    match program.is_only {
        true => topic,
        false => format!("{topic} --bin {}", program.name),
    }
}

/// Runs it again: with these flags, if it was run several times.
pub fn run(program: &Program, flags: &str) -> String {
    let words = words(program);
    match flags.is_empty() {
        true => format!("cargo xtask run {words}"),
        // Of many runs nobody wants to see every line.
        false => format!("cargo xtask run-all {words} {flags}"),
    }
}

/// Checks a saved run of it again.
pub fn check(program: &Program, saved: &Path) -> String {
    let (words, saved) = (words(program), quoted(&shown_path(saved)));
    format!("cargo xtask check {words} --transcript {saved}")
}

/// Explores it; `None` where the explorer cannot.
pub fn explore(program: &Program) -> Option<String> {
    let ready = program.ready.as_ref().ok()?;
    let explored = ready.spec.run.not_explored.is_none();
    explored.then(|| format!("cargo xtask explore {}", words(program)))
}
