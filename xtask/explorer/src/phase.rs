//! The phases of a search, and what came of each.

use std::time::Duration;

use engine::{Coverage, TimeModel};
use protocol::Strategy;

/// One phase of a search: one strategy.
pub struct Phase {
    pub time: TimeModel,
    pub strategy: Strategy,
    /// The one hash seed, where only one was tried.
    pub hash_seed: Option<u32>,
    pub coverage: Coverage,
    pub took: Duration,
}

/// Why a systematic search was given up, if one was: a schedule of it had more than so many steps,
/// or more than so many threads. And whether the time has ended a search, or the making of a
/// schedule simpler.
#[derive(Default)]
pub struct GivenUp {
    pub after_steps: Option<u32>,
    pub beyond_threads: Option<usize>,
    pub out_of_time: bool,
}
