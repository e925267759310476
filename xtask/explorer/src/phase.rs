//! The phases of a search, and what came of each.

use std::time::Duration;

use engine::{Exploration, TimeModel};
use protocol::{Estimate, Strategy};

/// One phase of a search: one strategy, which other phases may interrupt.
pub struct Phase {
    pub time: TimeModel,
    pub strategy: Strategy,
    pub exploration: Exploration,
    /// Its part of the schedules and of the time, relative to those of the others.
    pub share: u32,
    /// How many of its schedules were judged.
    pub judged: u64,
    /// How many schedules it would have, if it is exhaustive and that was looked into.
    pub estimate: Option<Estimate>,
    /// Whether it was ended, by what one of its schedules did.
    pub is_ended: bool,
    /// Whether its latest turn was ended by the time.
    pub is_late: bool,
    pub took: Duration,
}

impl Phase {
    /// Whether it was exhaustive, and has come to its end.
    pub fn has_all(&self) -> bool {
        self.strategy.is_exhaustive() && self.exploration.coverage.complete
    }

    /// Whether there is no more to be had of it.
    pub fn is_over(&self) -> bool {
        self.is_ended || self.exploration.is_over()
    }

    /// How many schedules there are in all, if not all were seen and that was looked into.
    pub fn estimate(&self) -> Option<Estimate> {
        let coverage = &self.exploration.coverage;
        let estimate = self.estimate.filter(|_| !coverage.complete)?;
        Some(match estimate {
            // There are more than that.
            Estimate::About(count) if count <= coverage.schedules as f64 => Estimate::Unknown,
            estimate => estimate,
        })
    }

    /// The one hash seed, where only one was tried.
    pub fn hash_seed(&self) -> Option<u32> {
        let settings = &self.exploration.settings;
        let is_one = self.exploration.coverage.hashed && settings.hash_seeds == 1;
        is_one.then_some(settings.hash_seed)
    }
}

/// Why a systematic search was given up, if one was: a schedule of it had more than so many steps,
/// or more than so many threads. And whether the time has ended a search, or the making of a
/// schedule simpler.
#[derive(Default)]
pub struct GivenUp {
    pub after_steps: Option<u32>,
    pub beyond_threads: Option<usize>,
    /// A schedule whose strategy is not fair was given up after so many steps, beside others that came to
    /// their end.
    pub unfair_after: Option<u32>,
    pub out_of_time: bool,
}
