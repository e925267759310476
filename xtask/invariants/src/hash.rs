//! A hash for what a program under test prints.

use std::hash::{BuildHasherDefault, Hasher};

/// A map whose keys are made of what was printed.
pub(super) type Map<Key, Value> = std::collections::HashMap<Key, Value, BuildHasherDefault<Folded>>;

/// Multiplies word by word, and folds the product. Nobody chooses what a program prints so
/// that hashes collide, and the standard library's hash, which is safe from that, takes
/// longer than all the rest of finding what is known.
#[derive(Default)]
pub(super) struct Folded(u64);

impl Folded {
    fn add(&mut self, word: [u8; 8]) {
        let word = u64::from_le_bytes(word);
        let product = u128::from(self.0 ^ word) * 0x9e37_79b9_7f4a_7c15;
        self.0 = product as u64 ^ (product >> 64) as u64;
    }
}

impl Hasher for Folded {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        words.iter().for_each(|word| self.add(*word));
        let mut last = [rest.len() as u8; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.add(last);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
