//! `cargo xtask run`: some topics, one after another, with their output as it comes.

use std::num::NonZeroUsize;
use std::time::Instant;

use crate::batch;
use crate::error::Result;
use crate::flags::RunFlags;

/// Builds, runs and checks topics; returns the status to end with.
///
/// # Errors
///
/// There is no such topic or program, or they cannot be built at all.
pub fn run(mut flags: RunFlags) -> Result<u8> {
    // Lines of two programs at once would be of no use to a reader.
    flags.options.jobs = NonZeroUsize::MIN;
    batch::build_and_run(&flags, true, Instant::now())
}
