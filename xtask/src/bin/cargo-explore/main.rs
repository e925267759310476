//! `cargo explore`: runs the programs and tests of a project on every schedule, or on many.
//!
//! `cargo install` makes it, and no workspace of topics is there when it runs. So it carries the
//! sources of the packages that an exploring process is made of.

#![forbid(unsafe_code)]

use std::process::ExitCode;

mod carried;

fn main() -> ExitCode {
    xtask::cargo_explore(carried::FILES)
}
