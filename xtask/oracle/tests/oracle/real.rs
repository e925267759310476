//! The standard library itself, on whatever schedules happen.

use ::std;
use std::time::{Duration, Instant};

use super::{Found, Program, failure, quietly};

#[path = "../programs/alone.rs"]
mod alone;
#[path = "../programs/everywhere.rs"]
mod everywhere;
#[path = "../programs/without_loom.rs"]
mod without_loom;
#[path = "../programs/without_shuttle.rs"]
mod without_shuttle;

pub fn programs() -> impl Iterator<Item = &'static Program> {
    [
        everywhere::PROGRAMS,
        without_loom::PROGRAMS,
        without_shuttle::PROGRAMS,
        alone::PROGRAMS,
    ]
    .into_iter()
    .flatten()
}

/// Runs a program that cannot hang again and again, for so long and so often at most.
pub fn search(program: &Program, duration: Duration, times: u64) -> Found {
    let mut found = Found::default();
    let start = Instant::now();
    while found.schedules < times && start.elapsed() < duration {
        let outcome = quietly(program.run).unwrap_or_else(|payload| failure(&*payload));
        found.outcomes.insert(outcome);
        found.schedules += 1;
    }
    found.stopped = true;
    found
}
