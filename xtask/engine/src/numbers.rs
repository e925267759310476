//! Random numbers.

use std::mem;

/// A small generator of random numbers: SplitMix64 (Steele, Lea and Flood, "Fast splittable
/// pseudorandom number generators", 2014).
pub struct Numbers {
    state: u64,
    /// The next number: made before anybody asks for it, so that nobody waits until it is.
    next: u64,
}

impl Numbers {
    /// Numbers of which this seed decides.
    pub fn new(seed: u64) -> Self {
        let mut numbers = Self {
            state: seed,
            next: 0,
        };
        numbers.draw();
        numbers
    }

    /// The next of them.
    #[inline]
    pub fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mem::replace(&mut self.next, z ^ (z >> 31))
    }

    /// A number below this one, each about as likely as the others.
    #[inline]
    pub fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.draw()) * bound as u128) >> 64) as usize
    }
}
