//! `cargo xtask ci`: exactly what CI does, by the script that CI calls.

use std::process::Command;

use crate::error::{ALL_HOLD, BROKEN, Result};
use crate::process::Group;
use crate::workspace::Workspace;

/// Runs `ci/check.sh` as CI does; returns the status to end with.
///
/// # Errors
///
/// There is no `bash`, or the runner was interrupted.
pub fn ci() -> Result<u8> {
    let mut command = Command::new("bash");
    command
        .arg("ci/check.sh")
        .current_dir(Workspace::find()?.root)
        .env("CI", "true")
        .stdin(std::process::Stdio::null());
    let status = Group::start(command)?.wait()?;
    Ok(if status.success() { ALL_HOLD } else { BROKEN })
}
