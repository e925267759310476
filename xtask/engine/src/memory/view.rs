//! What a thread has seen, and what a store carries of that.

use smallvec::SmallVec;

/// So many numbers take no memory of their own: a small program has no more threads, and no more
/// atomics.
const FEW: usize = 8;

/// Numbers that only become more.
#[derive(Default)]
pub struct Numbers(SmallVec<[u32; FEW]>);

impl Clone for Numbers {
    fn clone(&self) -> Self {
        Self(SmallVec::from_slice(&self.0))
    }

    fn clone_from(&mut self, other: &Self) {
        self.0.clear();
        self.0.extend_from_slice(&other.0);
    }
}

impl Numbers {
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        self.0.iter().copied()
    }

    pub fn of(&self, index: usize) -> u32 {
        self.0.get(index).copied().unwrap_or(0)
    }

    pub fn move_on(&mut self, index: usize, number: u32) {
        if self.0.len() <= index {
            self.0.resize(index + 1, 0);
        }
        self.0[index] = self.0[index].max(number);
    }

    pub fn join(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (number, &other) in self.0.iter_mut().zip(&other.0) {
            *number = other.max(*number);
        }
    }
}

/// Some of the latest operations that are `SeqCst`, which have numbers. So many of them are told apart;
/// older ones are in no set.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Recent {
    /// The number behind the highest that may be in the set.
    end: u32,
    /// The highest first, from the lowest bit on.
    bits: u64,
}

impl Recent {
    /// How many are told apart.
    pub const MOST: u32 = u64::BITS;

    /// Just this one.
    pub fn one(number: u32) -> Self {
        Self {
            end: number + 1,
            bits: 1,
        }
    }

    /// The bits, if a set may end with that number and no earlier.
    fn bits_at(self, end: u32) -> u64 {
        self.bits.checked_shl(end - self.end).unwrap_or(0)
    }

    pub fn is_empty(self) -> bool {
        self.bits == 0
    }

    pub fn has(self, number: u32) -> bool {
        let bit = self.end.checked_sub(number + 1);
        bit.is_some_and(|bit| bit < Self::MOST && self.bits >> bit & 1 == 1)
    }

    pub fn or(self, other: Self) -> Self {
        let end = self.end.max(other.end);
        Self {
            end,
            bits: self.bits_at(end) | other.bits_at(end),
        }
    }

    pub fn meets(self, other: Self) -> bool {
        let end = self.end.max(other.end);
        self.bits_at(end) & other.bits_at(end) != 0
    }
}

/// What a thread has seen.
#[derive(Default)]
pub struct View {
    /// For each atomic, by its place, the oldest store that may be read.
    pub stores: Numbers,
    /// For each thread the latest moment before which all that it did is seen.
    pub moments: Numbers,
    /// What comes before the thread's next operation in the order of all that are `SeqCst`.
    pub ordered: Ordered,
}

impl Clone for View {
    fn clone(&self) -> Self {
        Self {
            stores: self.stores.clone(),
            moments: self.moments.clone(),
            ordered: self.ordered,
        }
    }

    /// In the memory that is there.
    fn clone_from(&mut self, other: &Self) {
        self.stores.clone_from(&other.stores);
        self.moments.clone_from(&other.moments);
        self.ordered = other.ordered;
    }
}

impl View {
    pub fn join(&mut self, other: &Self) {
        self.stores.join(&other.stores);
        self.moments.join(&other.moments);
        self.ordered.join(other.ordered);
    }
}

/// The operations that are `SeqCst` and come before whatever a thread does next, if that is one, too, as
/// far as the thread's own past tells. What it reads and overwrites tells more.
#[derive(Debug, Default, Clone, Copy)]
pub struct Ordered {
    /// The fences that happen before it: they come before what is ordered after it.
    pub fences: Recent,
    /// Whether there is such a fence at all.
    pub is_fenced: bool,
    /// The fences, and what was done before something else that happens before.
    pub done: Recent,
}

impl Ordered {
    fn join(&mut self, other: Self) {
        self.fences = self.fences.or(other.fences);
        self.is_fenced |= other.is_fenced;
        self.done = self.done.or(other.done);
    }
}
