//! One schedule again.

use crate::execution::Execution;
use crate::options::Options;
use crate::record::Ending;
use crate::schedule::{Choice, Schedule};
use crate::scheduler::{Pick, Scheduler};

pub(crate) struct Replay {
    deviations: Vec<(u32, u32)>,
    old_reads: Vec<(u32, u32)>,
}

impl Replay {
    pub(crate) fn new(schedule: &Schedule) -> Self {
        let deviations = schedule.deviations.clone();
        let old_reads = schedule.old_reads.clone();
        Self {
            deviations,
            old_reads,
        }
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

    fn pick_store(&mut self, step: u32, _options: Options) -> u32 {
        let mut old_reads = self.old_reads.iter();
        let found = old_reads.find(|&&(at, _)| at == step);
        found.map_or(0, |&(_, back)| back)
    }

    fn next(&mut self, _execution: &Execution) -> bool {
        false
    }
}

/// As near as possible to the schedule with these choices.
pub(crate) struct Follow {
    /// What is left to choose, the next last.
    rest: Vec<Choice>,
    /// How many stores the load stays behind that is the latest step, if it is one.
    back: u32,
}

impl Follow {
    pub(crate) fn new(choices: &[Choice]) -> Self {
        let rest = choices.iter().rev().copied().collect();
        Self { rest, back: 0 }
    }
}

impl Scheduler for Follow {
    fn pick(&mut self, execution: &Execution, default: u32) -> Pick {
        while let Some(Choice { thread, back }) = self.rest.pop() {
            if execution.enabled().contains(&thread) {
                self.back = back;
                return Pick::Thread(thread);
            }
        }
        self.back = 0;
        Pick::Thread(default)
    }

    fn pick_store(&mut self, _step: u32, _options: Options) -> u32 {
        self.back
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
