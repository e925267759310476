//! `cargo xtask`: the runner of this workspace.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    xtask::xtask()
}
