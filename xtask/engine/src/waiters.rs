//! Threads that wait until another wakes them, where the scheduler chooses whom.
//!
//! A wake-up is kept with the number of arrivals before it, and is for any one waiter who was among
//! them. The counter of the object at which they wait is the highest such number, and the waiter who
//! arrived as the `n`th can go on once it is at least `n`.

use crate::operation::StepId;

/// The threads that wait at one object.
#[derive(Debug, Default)]
pub struct Waiters {
    /// How many have begun to wait since the beginning.
    arrivals: i64,
    /// How many of them still do.
    waiting: usize,
    /// The wake-ups that no waiter has taken yet, lowest number first: each with the step that gave
    /// it. There are never more of them than waiters.
    given: Vec<(i64, StepId)>,
}

impl Waiters {
    /// None so far.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            arrivals: 0,
            waiting: 0,
            given: Vec::new(),
        }
    }

    /// Another thread begins to wait; the number of its arrival.
    pub fn arrive(&mut self) -> i64 {
        self.waiting += 1;
        self.arrivals += 1;
        self.arrivals
    }

    /// The waiter with this number waits no longer; the step that has woken it, if one has. It takes
    /// the oldest wake-up that is for it, so that what is left is enough for each other waiter that
    /// has been promised one.
    pub fn leave(&mut self, number: i64) -> Option<StepId> {
        self.waiting -= 1;
        let mut given = self.given.iter();
        let index = given.position(|&(arrivals, _)| arrivals >= number)?;
        Some(self.given.remove(index).1)
    }

    /// This step wakes so many of them at most; how many.
    pub fn wake(&mut self, at_most: usize, step: StepId) -> usize {
        let woken = at_most.min(self.waiting - self.given.len());
        let wake_up = (self.arrivals, step);
        self.given.extend((0..woken).map(|_| wake_up));
        woken
    }

    /// The number that comes with the latest wake-up, or 0: what the object's counter is to be.
    #[must_use]
    pub fn counter(&self) -> i64 {
        self.given.last().map_or(0, |&(number, _)| number)
    }
}
