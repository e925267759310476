//! Those who wait at one word, and whom of them the scheduler may wake.
//!
//! The system promises nothing about whom of several it wakes, so the scheduler chooses. A wake-up
//! is kept with the number of arrivals before it, and is for any one waiter who was among them. The
//! counter of the word's object is the highest such number, and the waiter who arrived as the `n`th
//! can go on once it is at least `n`.

/// Those who wait at a word.
#[derive(Default)]
pub(crate) struct Waiters {
    /// How many have begun to wait since the beginning.
    arrivals: i64,
    /// How many of them still do.
    waiting: usize,
    /// The wake-ups that nobody has taken yet, lowest number first. There are never more than
    /// waiters.
    given: Vec<i64>,
}

impl Waiters {
    /// Another begins to wait; as the how manyth.
    pub fn arrive(&mut self) -> i64 {
        self.waiting += 1;
        self.arrivals += 1;
        self.arrivals
    }

    /// The one who arrived as this waits no longer; whether it was woken. It takes the oldest
    /// wake-up that is for it, so that what is left is enough for whoever else has been promised
    /// one.
    pub fn leave(&mut self, number: i64) -> bool {
        self.waiting -= 1;
        let found = self.given.iter().position(|&given| given >= number);
        if let Some(index) = found {
            self.given.remove(index);
        }
        found.is_some()
    }

    /// Wakes so many at most; how many.
    pub fn wake(&mut self, at_most: usize) -> usize {
        let woken = at_most.min(self.waiting - self.given.len());
        let arrivals = self.arrivals;
        self.given.extend((0..woken).map(|_| arrivals));
        woken
    }

    /// The number that comes with the latest wake-up, or 0.
    pub fn latest(&self) -> i64 {
        self.given.last().copied().unwrap_or(0)
    }
}
