//! One schedule again.

use super::{Pick, Schedule, Scheduler};
use crate::engine::execution::Execution;

pub(super) struct Replay {
    deviations: Vec<(u32, u32)>,
}

impl Replay {
    pub(super) fn new(schedule: &Schedule) -> Self {
        let deviations = schedule.deviations.clone();
        Self { deviations }
    }
}

impl Scheduler for Replay {
    fn pick(&mut self, execution: &Execution, default: u32) -> Pick {
        let step = execution.steps.len() as u32;
        let found = self.deviations.binary_search_by_key(&step, |&(at, _)| at);
        Pick::Thread(found.map_or(default, |index| self.deviations[index].1))
    }

    fn next(&mut self, _execution: &Execution) -> bool {
        false
    }
}
