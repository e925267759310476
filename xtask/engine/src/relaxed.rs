//! Whether on a real machine some load may read a store that is yet to come, which no schedule here shows.
//!
//! That takes a circle: a thread reads what was stored, does something later, and that leads to the store.
//! Part of the way it is ordered what comes before what. The rest are loads that read a store without being
//! ordered behind it, since one of the two is [`Relaxed`](std::sync::atomic::Ordering::Relaxed). If all of
//! these are by one thread, the last of them reads a store that comes after itself; if all are of one atomic,
//! each of the stores that they read comes before itself in the order of its stores. Neither may be. So two
//! threads have to read two atomics. (Lahav, Vafeiadis, Kang, Hur and Dreyer, "Repairing sequential
//! consistency in C/C++11", 2017: the axiom of coherence, without the one that forbids all such circles.)

use crate::object::ObjectState;

/// What an execution has done to an atomic.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Uses {
    /// Whether some operation on it is `Relaxed`.
    is_relaxed: bool,
    /// The thread that has first read it.
    reader: Option<u32>,
    has_more_readers: bool,
}

impl Uses {
    /// The thread does something to it.
    pub fn note(&mut self, thread: u32, is_relaxed: bool, reads: bool) {
        self.is_relaxed |= is_relaxed;
        if reads {
            let first = *self.reader.get_or_insert(thread);
            self.has_more_readers |= first != thread;
        }
    }
}

/// Whether two threads have read two atomics, each of which is used with the order `Relaxed` somewhere.
pub(crate) fn may_read_later(objects: &[ObjectState]) -> bool {
    let all = objects.iter().map(|object| object.uses);
    let mut read = all.filter(|uses| uses.is_relaxed && uses.reader.is_some());
    let Some(first) = read.next() else {
        return false;
    };
    let (mut is_one_atomic, mut is_one_thread) = (true, !first.has_more_readers);
    for uses in read {
        is_one_atomic = false;
        is_one_thread &= uses.reader == first.reader && !uses.has_more_readers;
    }
    !is_one_atomic && !is_one_thread
}
