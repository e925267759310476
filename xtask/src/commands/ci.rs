//! `cargo xtask ci`: exactly what CI does, by the script that CI calls.

use std::process;

use crate::error::{ALL_HOLD, BROKEN, Result};
use crate::flags::{Command, Words};
use crate::process::Group;
use crate::workspace::Workspace;

/// The command.
pub const COMMAND: Command = Command {
    name: "ci",
    takes: "",
    about: "exactly what CI does",
    flags: &[],
    notes: &[],
    run,
};

/// Runs `ci/check.sh` as CI does; returns the status to end with.
///
/// # Errors
///
/// There is no `bash`, or the runner was interrupted.
fn run(mut words: Words) -> Result<u8> {
    let [] = words.exactly([])?;
    let mut command = process::Command::new("bash");
    command
        .arg("ci/check.sh")
        .current_dir(Workspace::find()?.root)
        .env("CI", "true")
        .stdin(process::Stdio::null());
    let status = Group::start(command)?.wait()?;
    Ok(if status.success() { ALL_HOLD } else { BROKEN })
}
