//! Every schedule, or every one with few preemptions, one after the other.
//!
//! With a bound on preemptions the search leaves out what follows a sequence of steps that
//! leads to a state it has been in before, with at least as many preemptions left. Two
//! sequences lead to the same state if they have the same happens-before relation; a hash
//! stands for that. (Musuvathi and Qadeer, "Iterative context bounding for systematic testing
//! of multithreaded programs", 2007, and its tool's caching of happens-before graphs.)

use std::collections::HashMap;

use crate::access::Access;
use crate::execution::Execution;
use crate::record::{Ending, Step};
use crate::scheduler::{Pick, Scheduler};

/// As many states are remembered. Later ones are searched again when they are met again,
/// which takes time, but leaves nothing out.
const REMEMBERED: usize = 1 << 20;

pub(crate) struct DepthFirst {
    bound: Option<u32>,
    /// The choices that led to where the search is.
    path: Vec<Choice>,
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
        let depth = execution.steps.len();
        if let Some(choice) = self.path.get(depth) {
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

    fn next(&mut self, _execution: &Execution) -> bool {
        self.states.hashes = HappensBeforeHashes::default();
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
    hashes: HappensBeforeHashes,
}

impl States {
    /// Whether what follows from here has been searched, with as many preemptions left.
    fn met(&mut self, execution: &Execution) -> bool {
        let state = self.hashes.state(execution);
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

/// The happens-before relation of the steps so far, as hashes: of each thread's and each
/// object's latest step with all that happens before it.
#[derive(Default)]
struct HappensBeforeHashes {
    steps: usize,
    threads: Vec<u64>,
    /// For each object: what changed it last, and what has only looked at it since.
    objects: Vec<(u64, u64)>,
    sum: u64,
}

impl HappensBeforeHashes {
    /// A number for the state after the execution's steps. It is asked for again and again
    /// as they become more, and takes in the new ones.
    fn state(&mut self, execution: &Execution) -> u64 {
        for step in &execution.steps[self.steps..] {
            self.add(step, execution);
        }
        self.steps = execution.steps.len();
        mix(self.sum, execution.now)
    }

    fn add(&mut self, step: &Step, execution: &Execution) {
        self.threads.resize(execution.threads.len(), 0);
        self.objects.resize(execution.objects.len(), (0, 0));
        let thread = &mut self.threads[step.thread as usize];
        let mut hash = mix(
            *thread,
            u64::from(step.thread) << 32 | u64::from(step.epoch),
        );
        for (object, access) in step.accesses.iter() {
            let (changed, looked) = self.objects[object as usize];
            hash = mix(hash, execution.objects[object as usize].key);
            hash = mix(hash, changed);
            if access != Access::Read {
                hash = mix(hash, looked);
            }
        }
        *thread = hash;
        for (object, access) in step.accesses.iter() {
            let (changed, looked) = &mut self.objects[object as usize];
            match access {
                Access::Await => {}
                Access::Read => *looked = looked.wrapping_add(hash),
                _ => (*changed, *looked) = (hash, 0),
            }
        }
        self.sum = self.sum.wrapping_add(hash);
    }
}

fn mix(hash: u64, word: u64) -> u64 {
    let product =
        u128::from(hash ^ 0x9e37_79b9_7f4a_7c15) * u128::from(word ^ 0xd1b5_4a32_d192_ed03);
    (product as u64) ^ (product >> 64) as u64
}
