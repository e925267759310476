//! Partial order sampling: random priorities of operations, and not of threads.
//!
//! Each operation that waits to be chosen has a random priority, and the highest goes. Those that
//! conflict with it get new ones, so that the order of two operations that conflict is drawn anew each
//! time, while what commutes with everything has no say. Under priorities of threads, a thread that is
//! ahead once stays ahead.
//!
//! Yuan, Yang and Gu, "Partial order aware concurrency sampling", 2018.

use crate::execution::Execution;
use crate::numbers::Numbers;

use super::random::Draw;

#[derive(Default)]
pub(crate) struct Pos {
    priorities: Priorities,
}

impl Draw for Pos {
    fn draw(
        &mut self,
        execution: &Execution,
        candidates: [&[u32]; 2],
        default: u32,
        numbers: &mut Numbers,
    ) -> u32 {
        self.priorities.draw(execution, numbers);
        let candidates = candidates.into_iter().flatten().copied();
        let highest = candidates.max_by_key(|&thread| self.priorities.of(thread));
        let chosen = highest.unwrap_or(default);
        self.priorities.take(execution, chosen);
        chosen
    }

    fn next(&mut self, _execution: &Execution, _numbers: &mut Numbers) {
        self.priorities.clear();
    }
}

/// The priorities of the operations that wait to be chosen.
#[derive(Default)]
pub(super) struct Priorities {
    /// By the number of the operation's thread; 0 where none has been drawn.
    of_threads: Vec<u64>,
}

impl Priorities {
    /// Gives each thread's next operation a priority, unless it has one.
    pub(super) fn draw(&mut self, execution: &Execution, numbers: &mut Numbers) {
        self.of_threads.resize(execution.threads.len(), 0);
        for priority in self
            .of_threads
            .iter_mut()
            .filter(|priority| **priority == 0)
        {
            *priority = numbers.draw() | 1;
        }
    }

    /// The priority of the thread's next operation.
    pub(super) fn of(&self, thread: u32) -> u64 {
        self.of_threads[thread as usize]
    }

    /// Takes in that this thread goes on: its priority is used up, and so are those of the operations
    /// that race with what it does.
    pub(super) fn take(&mut self, execution: &Execution, chosen: u32) {
        let taken = &execution.threads[chosen as usize].op.accesses;
        for (thread, priority) in execution.threads.iter().zip(&mut self.of_threads) {
            let races = |op: &crate::operation::Op| op.accesses.race(taken);
            if thread.next().is_some_and(races) {
                *priority = 0;
            }
        }
        self.of_threads[chosen as usize] = 0;
    }

    /// Forgets them all.
    pub(super) fn clear(&mut self) {
        self.of_threads.clear();
    }
}
