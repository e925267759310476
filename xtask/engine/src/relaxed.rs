//! Whether on a real machine some load may read a store that is yet to come, which no schedule here shows.
//!
//! That takes a circle: a thread reads what was stored, does something later, and that leads to the store.
//! Part of the way it is ordered what comes before what. The rest are loads that read a store without being
//! ordered behind it, since one of the two is [`Relaxed`](std::sync::atomic::Ordering::Relaxed). If all of
//! these are by one thread, the last of them reads a store that comes after itself; if all are of one atomic,
//! each of the stores that they read comes before itself in the order of its stores. Neither may be. So two
//! threads have to read two atomics. (Lahav, Vafeiadis, Kang, Hur and Dreyer, "Repairing sequential
//! consistency in C/C++11", 2017: the axiom of coherence, without the one that forbids all such circles.)

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use crate::object::Object;

/// What an execution has done to its atomics, by their objects.
pub(crate) struct Relaxed(HashMap<u32, Uses, FxBuildHasher>);

#[derive(Default)]
struct Uses {
    /// Whether some operation on it is `Relaxed`.
    is_relaxed: bool,
    /// The thread that has first read it.
    reader: Option<u32>,
    has_more_readers: bool,
}

impl Relaxed {
    pub const fn new() -> Self {
        Self(HashMap::with_hasher(FxBuildHasher))
    }

    /// Begins an execution.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The thread does something to an atomic.
    pub fn note(&mut self, atomic: Object, thread: u32, is_relaxed: bool, reads: bool) {
        let uses = self.0.entry(atomic.0).or_default();
        uses.is_relaxed |= is_relaxed;
        if reads {
            let first = *uses.reader.get_or_insert(thread);
            uses.has_more_readers |= first != thread;
        }
    }

    /// Whether two threads have read two atomics of which some operation is `Relaxed`.
    pub fn may_read_later(&self) -> bool {
        let read = |uses: &&Uses| uses.is_relaxed && uses.reader.is_some();
        let mut read = self.0.values().filter(read).peekable();
        let Some(&Uses { reader, .. }) = read.peek().copied() else {
            return false;
        };
        let (mut count, mut is_one_thread) = (0, true);
        for uses in read {
            count += 1;
            is_one_thread &= uses.reader == reader && !uses.has_more_readers;
        }
        count > 1 && !is_one_thread
    }
}
