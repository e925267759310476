//! `cargo xtask run-all`: everything, side by side.

use std::time::Instant;

use super::running::{FLAGS, RunArgs};
use crate::error::Result;
use crate::flags::{Command, Flag, TIMES, TOPICS, Words};

/// The command.
pub const COMMAND: Command = Command {
    name: "run-all",
    takes: "[FILTER...] [OPTIONS]",
    about: "build, run and check everything, or what the filters name",
    flags: &[
        &[Flag::with(
            "--jobs",
            "N",
            "how many programs at once (64 for each core)",
        )],
        FLAGS,
    ],
    notes: &[BOUND, TIMES, TOPICS],
    run,
};

const BOUND: &str = "\
`(bound 1.20 s, by NAME)` in the summary is the least time in which these runs
fit: the longest program, NAME, beside all others, and after it each program that
needs the machine to itself. The rest of the time went into building, checking,
and waiting for a core.
";

/// Builds, runs and checks everything, or what the filters name; returns the status to
/// end with.
///
/// # Errors
///
/// A filter names nothing, or the topics cannot be built at all.
fn run(mut words: Words) -> Result<u8> {
    let start = Instant::now();
    let jobs = words.number("--jobs")?;
    let mut asked = RunArgs::read(&mut words)?;
    asked.settings.jobs = jobs.unwrap_or(asked.settings.jobs);
    asked.build_and_run(start)
}
