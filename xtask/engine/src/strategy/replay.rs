//! One schedule again.

use crate::execution::Execution;
use crate::record::Ending;
use crate::schedule::Schedule;
use crate::scheduler::{Pick, Scheduler};

pub(crate) struct Replay {
    deviations: Vec<(u32, u32)>,
}

impl Replay {
    pub(crate) fn new(schedule: &Schedule) -> Self {
        let deviations = schedule.deviations.clone();
        Self { deviations }
    }
}

impl Scheduler for Replay {
    fn pick(&mut self, execution: &Execution, default: u32) -> Pick {
        let step = execution.length;
        let found = self.deviations.binary_search_by_key(&step, |&(at, _)| at);
        match found {
            Ok(index) => Pick::again(execution, self.deviations[index].1),
            Err(_) => Pick::Thread(default),
        }
    }

    fn next(&mut self, _execution: &Execution) -> bool {
        false
    }
}

/// As near as possible to the schedule in which these threads take the steps.
pub(crate) struct Follow {
    /// The threads that are left, the next one last.
    rest: Vec<u32>,
}

impl Follow {
    pub(crate) fn new(threads: &[u32]) -> Self {
        let rest = threads.iter().rev().copied().collect();
        Self { rest }
    }
}

impl Scheduler for Follow {
    fn pick(&mut self, execution: &Execution, default: u32) -> Pick {
        while let Some(next) = self.rest.pop() {
            if execution.enabled().contains(&next) {
                return Pick::Thread(next);
            }
        }
        Pick::Thread(default)
    }

    fn next(&mut self, _execution: &Execution) -> bool {
        false
    }
}

/// The steps that these threads take, and then the choice of the next.
pub(crate) struct Steps {
    threads: Vec<u32>,
}

impl Steps {
    pub(crate) fn new(threads: &[u32]) -> Self {
        let threads = threads.to_vec();
        Self { threads }
    }
}

impl Scheduler for Steps {
    fn pick(&mut self, execution: &Execution, _default: u32) -> Pick {
        match self.threads.get(execution.length as usize) {
            Some(&thread) => Pick::again(execution, thread),
            None => Pick::End(Ending::Stopped),
        }
    }

    fn next(&mut self, _execution: &Execution) -> bool {
        false
    }
}
