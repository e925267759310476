//! Random schedules, for programs that have too many.

use std::cmp::Reverse;

use crate::execution::Execution;
use crate::numbers::Numbers;
use crate::options::Options;
use crate::scheduler::{Pick, Scheduler};

/// Who may be chosen: those that can go on and, in every second execution, those as well that
/// wait in a loop, so that one which gives up after some rounds does so.
fn candidates(execution: &Execution, is_patient: bool) -> [&[u32]; 2] {
    let spinning = match is_patient {
        true => execution.spinning(),
        false => &[],
    };
    [execution.enabled(), spinning]
}

/// The latest store in every second load, and else any older one.
fn pick_store(numbers: &mut Numbers, options: Options) -> u32 {
    match numbers.below(2) {
        0 => 0,
        _ => options.nth(1 + numbers.below(options.count() as usize - 1) as u32),
    }
}

/// What is drawn at random: in each strategy who goes on, and in all of them alike which store a load
/// reads.
pub(crate) struct Drawn<S> {
    numbers: Numbers,
    is_patient: bool,
    strategy: S,
}

/// How a random strategy draws who goes on.
pub(crate) trait Draw {
    /// One of the candidates; the default, if there is none.
    fn draw(
        &mut self,
        execution: &Execution,
        candidates: [&[u32]; 2],
        default: u32,
        numbers: &mut Numbers,
    ) -> u32;

    /// Takes in an execution that has ended, and gets ready for the next.
    fn next(&mut self, execution: &Execution, numbers: &mut Numbers);
}

impl<S: Draw> Drawn<S> {
    pub(crate) fn new(strategy: S, seed: u64) -> Self {
        Self {
            numbers: Numbers::new(seed),
            is_patient: false,
            strategy,
        }
    }
}

impl<S: Draw> Scheduler for Drawn<S> {
    #[inline(always)]
    fn pick(&mut self, execution: &Execution, default: u32) -> Pick {
        let candidates = candidates(execution, self.is_patient);
        let numbers = &mut self.numbers;
        Pick::Thread(self.strategy.draw(execution, candidates, default, numbers))
    }

    fn pick_store(&mut self, _step: u32, options: Options) -> u32 {
        pick_store(&mut self.numbers, options)
    }

    fn looks_back(&self) -> bool {
        false
    }

    fn next(&mut self, execution: &Execution) -> bool {
        self.is_patient = !self.is_patient;
        self.strategy.next(execution, &mut self.numbers);
        true
    }
}

/// At each step, any thread that can go on.
pub(crate) struct Random;

impl Draw for Random {
    #[inline(always)]
    fn draw(
        &mut self,
        _execution: &Execution,
        [enabled, spinning]: [&[u32]; 2],
        default: u32,
        numbers: &mut Numbers,
    ) -> u32 {
        let index = match enabled.len() + spinning.len() {
            1 => return default,
            count => numbers.below(count),
        };
        match enabled.get(index) {
            Some(&thread) => thread,
            None => spinning[index - enabled.len()],
        }
    }

    fn next(&mut self, _execution: &Execution, _numbers: &mut Numbers) {}
}

/// Probabilistic concurrency testing: each thread has a random priority, the highest that can
/// go on does, and at `depth - 1` random steps the running thread falls behind all others. A
/// bug that needs the order of `depth` steps is found with a probability of at least
/// 1 / (threads * steps^(depth - 1)).
///
/// Burckhardt, Kothari, Musuvathi and Nagarakatte, "A randomized scheduler with probabilistic
/// guarantees of finding bugs", 2010.
pub(crate) struct Pct {
    changes: u32,
    /// The threads' priorities, by number; random and above `changes` to begin with.
    priorities: Vec<u64>,
    /// The steps at which the running thread falls behind, latest first.
    change_at: Vec<u32>,
    /// The steps of the longest schedule so far.
    longest: u32,
}

impl Pct {
    pub(crate) fn new(depth: u32) -> Self {
        Self {
            changes: depth.saturating_sub(1),
            priorities: Vec::new(),
            change_at: Vec::new(),
            longest: 0,
        }
    }
}

impl Draw for Pct {
    fn draw(
        &mut self,
        execution: &Execution,
        candidates: [&[u32]; 2],
        default: u32,
        numbers: &mut Numbers,
    ) -> u32 {
        while self.priorities.len() < execution.threads.len() {
            let priority = numbers.draw() | 1 << 63;
            self.priorities.push(priority);
        }
        if self.change_at.last() == Some(&execution.length) {
            self.change_at.pop();
            // The latest to fall behind has the lowest priority of all.
            self.priorities[default as usize] = self.change_at.len() as u64;
        }
        let candidates = candidates.into_iter().flatten().copied();
        let highest = candidates.max_by_key(|&thread| self.priorities[thread as usize]);
        highest.unwrap_or(default)
    }

    fn next(&mut self, execution: &Execution, numbers: &mut Numbers) {
        self.longest = self.longest.max(execution.length);
        self.priorities.clear();
        self.change_at.clear();
        for _ in 0..self.changes {
            let at = numbers.below(self.longest as usize) as u32;
            self.change_at.push(at);
        }
        self.change_at.sort_unstable_by_key(|&at| Reverse(at));
    }
}
