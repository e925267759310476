//! Which stores an operation on an atomic may stay behind.

/// How many stores an operation may stay behind the last one of its atomic: a bit for each number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options(u32);

impl Options {
    /// None: it reads the last store, or comes right behind it. That is always possible.
    pub const LATEST: Self = Self(1);

    /// So many are possible, too.
    pub fn add(&mut self, back: u32) {
        self.0 |= 1 << back;
    }

    /// Only those that are smaller than this one, which is not 0.
    pub fn below(self, back: u32) -> Self {
        Self(self.0 & ((1 << back) - 1))
    }

    /// All but this number, if there are others.
    pub fn without(self, back: u32) -> Option<Self> {
        let rest = self.0 & !(1 << back);
        (rest != 0).then_some(Self(rest))
    }

    /// Those that are not 0.
    pub fn behind(self) -> impl Iterator<Item = u32> {
        (1..u32::BITS).filter(move |&back| self.has(back))
    }

    /// Whether that is possible.
    pub fn has(self, back: u32) -> bool {
        self.0.checked_shr(back).is_some_and(|rest| rest & 1 == 1)
    }

    /// How many there are.
    pub fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// The smallest number, and the others if there are any.
    pub fn split_first(self) -> (u32, Option<Self>) {
        let rest = self.0 & (self.0 - 1);
        let rest = (rest != 0).then_some(Self(rest));
        (self.0.trailing_zeros(), rest)
    }

    /// The number that so many smaller ones precede.
    pub fn nth(self, index: u32) -> u32 {
        let rest = (0..index).fold(self.0, |rest, _| rest & (rest - 1));
        rest.trailing_zeros()
    }
}
