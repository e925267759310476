//! A random walk in which each order of the operations on one object is about as likely as any other.
//!
//! Where a thread with two operations runs beside one with a hundred, a scheduler that chooses among
//! threads with equal chances lets the short one end early, nearly always. So each execution looks at
//! one object, drawn at random, and chooses who is the next to touch it: a thread with a chance in
//! proportion to how often it has yet to do so, counted in the execution before. A thread stands for
//! those that it has yet to start. What else the threads do is chosen with equal chances.
//!
//! Zhao, Wolff, Mathur and Roychoudhury, "Selectively uniform concurrency testing", 2025.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use crate::access::Access;
use crate::execution::Execution;
use crate::numbers::Numbers;

use super::random::Draw;

/// What one thread did in an execution.
#[derive(Default, Clone)]
struct Profile {
    /// How often it touched each object, by the object's name.
    touched: HashMap<u64, u32, FxBuildHasher>,
    /// The thread that started it.
    parent: u32,
}

#[derive(Default)]
pub(crate) struct Surw {
    /// The threads of the execution before, by number.
    before: Vec<Profile>,
    /// Those of this one, as far as it has come.
    now: Vec<Profile>,
    /// The object that this execution looks at, by its name.
    object: Option<u64>,
    /// The thread that is to be the next to touch it.
    intended: Option<u32>,
}

impl Surw {
    /// How often this thread has yet to touch the object.
    fn rest(&self, thread: usize) -> u32 {
        let of = |profiles: &[Profile]| {
            let profile = profiles.get(thread);
            let count = profile.and_then(|profile| profile.touched.get(&self.object?));
            count.copied().unwrap_or(0)
        };
        of(&self.before).saturating_sub(of(&self.now))
    }

    /// Draws the thread that is to be the next to touch the object, if one has yet to.
    fn intend(&self, numbers: &mut Numbers) -> Option<u32> {
        let started = self.now.len();
        let mut rests = vec![0; started];
        for thread in 0..self.before.len().max(started) {
            let mut ancestor = thread;
            // A thread is started by one with a lower number.
            while ancestor >= started {
                ancestor = self.before[ancestor].parent as usize;
            }
            rests[ancestor] += self.rest(thread) as usize;
        }
        let all: usize = rests.iter().sum();
        if all == 0 {
            return None;
        }
        let mut drawn = numbers.below(all);
        let falls_on = |rest: &usize| {
            let here = drawn < *rest;
            drawn = drawn.saturating_sub(*rest);
            here
        };
        rests.iter().position(falls_on).map(|thread| thread as u32)
    }

    /// Whether what this thread does next touches the object.
    fn touches(&self, execution: &Execution, thread: u32) -> bool {
        let accesses = &execution.threads[thread as usize].op.accesses;
        let mut names = accesses
            .iter()
            .filter(|&(_, access)| is_of_interest(access));
        names.any(|(object, _)| Some(execution.objects[object as usize].name()) == self.object)
    }
}

/// Whether it matters when this happens. Giving a lock back only lets others take it.
fn is_of_interest(access: Access) -> bool {
    !access.counts()
        && !matches!(
            access,
            Access::Await | Access::Unlock | Access::UnlockShared
        )
}

impl Draw for Surw {
    fn draw(
        &mut self,
        execution: &Execution,
        candidates: [&[u32]; 2],
        default: u32,
        numbers: &mut Numbers,
    ) -> u32 {
        let parent = execution.current();
        let new = Profile {
            parent,
            ..Profile::default()
        };
        self.now.resize(execution.threads.len(), new);
        if self.intended.is_none() {
            self.intended = self.intend(numbers);
        }
        let all: Vec<u32> = candidates.into_iter().flatten().copied().collect();
        let may = |&thread: &u32| {
            self.intended.is_none_or(|intended| intended == thread)
                || !self.touches(execution, thread)
        };
        let mut free: Vec<u32> = all.iter().copied().filter(may).collect();
        if free.is_empty() {
            // The one that was drawn waits for one of the others.
            free = all;
        }
        let chosen = match free.len() {
            0 => default,
            count => free[numbers.below(count)],
        };
        if self.touches(execution, chosen) {
            self.intended = None;
        }
        let touched = execution.threads[chosen as usize].op.accesses.iter();
        for (object, _) in touched.filter(|&(_, access)| is_of_interest(access)) {
            let name = execution.objects[object as usize].name();
            *self.now[chosen as usize].touched.entry(name).or_default() += 1;
        }
        chosen
    }

    fn next(&mut self, _execution: &Execution, numbers: &mut Numbers) {
        self.before = std::mem::take(&mut self.now);
        self.intended = None;
        let mut threads = HashMap::<u64, u32>::new();
        for &name in self.before.iter().flat_map(|thread| thread.touched.keys()) {
            *threads.entry(name).or_default() += 1;
        }
        threads.retain(|_, threads| *threads > 1);
        let mut shared: Vec<u64> = threads.into_keys().collect();
        shared.sort_unstable();
        self.object = match shared.len() {
            0 => None,
            count => Some(shared[numbers.below(count)]),
        };
    }
}
