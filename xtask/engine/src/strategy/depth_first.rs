//! Every schedule, or every one with few preemptions, one after the other.
//!
//! With a bound on preemptions the search leaves out what follows a sequence of steps that
//! leads to a state it has been in before, with at least as many preemptions left: one with the
//! same happens-before relation.

use std::collections::HashMap;

use crate::execution::Execution;
use crate::happens_before::{HappensBefore, mix};
use crate::options::Options;
use crate::record::Ending;
use crate::scheduler::{Pick, Scheduler};

/// As many states are remembered. Later ones are searched again when they are met again,
/// which takes time, but leaves nothing out.
const REMEMBERED: usize = 1 << 20;

pub(crate) struct DepthFirst {
    bound: Option<u32>,
    /// The choices that led to where the search is: who goes on, and what this thread reads.
    path: Vec<Choice>,
    /// How many of them the current execution has made.
    made: usize,
    states: States,
}

struct Choice {
    /// What was chosen.
    chosen: u32,
    /// What else there is to choose.
    rest: Vec<u32>,
}

impl DepthFirst {
    pub(crate) fn plain() -> Self {
        Self {
            bound: None,
            path: Vec::new(),
            made: 0,
            states: States::default(),
        }
    }

    pub(crate) fn bounded(preemptions: u32) -> Self {
        Self {
            bound: Some(preemptions),
            ..Self::plain()
        }
    }
}

impl Scheduler for DepthFirst {
    fn pick(&mut self, execution: &Execution, default: u32) -> Pick {
        self.made += 1;
        if let Some(choice) = self.path.get(self.made - 1) {
            return Pick::again(execution, choice.chosen);
        }
        let enabled = execution.enabled();
        let mut rest = Vec::new();
        match self.bound {
            None => rest.extend(enabled.iter().copied().filter(|&thread| thread != default)),
            Some(bound) => {
                if self.states.met(execution) {
                    return Pick::End(Ending::Cut);
                }
                // A thread that cannot go on is no preemption.
                let stays = default == execution.current();
                if !stays || execution.preemptions < bound {
                    rest.extend(enabled.iter().copied().filter(|&thread| thread != default));
                }
            }
        }
        self.path.push(Choice {
            chosen: default,
            rest,
        });
        Pick::Thread(default)
    }

    fn pick_store(&mut self, _step: u32, options: Options) -> u32 {
        self.made += 1;
        if let Some(choice) = self.path.get(self.made - 1) {
            return choice.chosen;
        }
        let rest = (1..options.count()).map(|index| options.nth(index));
        self.path.push(Choice {
            chosen: 0,
            rest: rest.collect(),
        });
        0
    }

    fn reads_again(&self) -> bool {
        false
    }

    fn next(&mut self, _execution: &Execution) -> bool {
        self.made = 0;
        self.states.relation = HappensBefore::default();
        while let Some(choice) = self.path.last_mut() {
            if let Some(other) = choice.rest.pop() {
                choice.chosen = other;
                return true;
            }
            self.path.pop();
        }
        false
    }
}

/// The states that the search has been in.
#[derive(Default)]
struct States {
    /// By the state's hash, the fewest preemptions with which it was reached.
    met: HashMap<u64, u32>,
    relation: HappensBefore,
}

impl States {
    /// Whether what follows from here has been searched, with as many preemptions left.
    fn met(&mut self, execution: &Execution) -> bool {
        let name = |object: usize| execution.objects[object].key;
        let state = self.relation.hash(execution, name);
        let state = mix(state, u64::from(execution.current()));
        let used = execution.preemptions;
        match self.met.get_mut(&state) {
            Some(fewest) if *fewest <= used => true,
            Some(fewest) => {
                *fewest = used;
                false
            }
            None => {
                if self.met.len() < REMEMBERED {
                    self.met.insert(state, used);
                }
                false
            }
        }
    }
}
