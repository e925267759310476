//! `cargo xtask run`: some topics, one after another, with their output as it comes.

use std::num::NonZeroUsize;
use std::time::Instant;

use super::running::{FLAGS, RunArgs};
use crate::error::Result;
use crate::flags::{Command, Flag, TIMES, TOPICS, Words};

/// The command.
pub const COMMAND: Command = Command {
    name: "run",
    takes: "TOPIC... [OPTIONS]",
    about: "build, run and check some topics, showing their output as it comes",
    flags: &[
        &[Flag::alone(
            "--why",
            "each claim's reason, and the lines that show it",
        )],
        FLAGS,
    ],
    notes: &[TIMES, TOPICS],
    run,
};

/// Builds, runs and checks topics; returns the status to end with.
///
/// # Errors
///
/// There is no such topic or program, or they cannot be built at all.
fn run(mut words: Words) -> Result<u8> {
    let start = Instant::now();
    let why = words.has("--why");
    let mut asked = RunArgs::read(&mut words)?;
    if asked.topics.is_empty() {
        return Err(words.expected("the name of a topic"));
    }
    asked.report.why = why;
    asked.report.live = true;
    // Lines of two programs at once would be of no use to a reader.
    asked.settings.jobs = NonZeroUsize::MIN;
    asked.build_and_run(start)
}
