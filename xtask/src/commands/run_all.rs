//! `cargo xtask run-all`: everything, side by side.

use std::time::Instant;

use crate::batch;
use crate::error::Result;
use crate::flags::RunFlags;

/// Builds, runs and checks everything, or what the filters name; returns the status to
/// end with.
///
/// # Errors
///
/// A filter names nothing, or the topics cannot be built at all.
pub fn run_all(flags: &RunFlags) -> Result<u8> {
    batch::build_and_run(flags, false, Instant::now())
}
