//! How a thread that waits in a loop is recognised, so that it need not go round for ever.
//!
//! A round that reads the same versions of the same objects as the round before, and writes
//! nothing, learns nothing, and neither will the next. The thread then waits until one of
//! these objects has changed, or until nobody else can go on. What is left out is only that
//! it goes round more often before that.

use super::Op;
use super::access::{Access, Accesses};
use super::execution::ObjectState;
use std::panic::Location;

/// Reads of one thread in a row, with nothing written between them, after which it is taken
/// to wait in a loop, whatever the loop looks like.
const READS: usize = 256;

/// How far the clock goes on, in nanoseconds, for a thread that does nothing but read it.
const TICK: u64 = 1_000_000;

/// Objects, each with the version that was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen(Vec<(u32, u32)>);

impl Seen {
    /// Whether nothing was seen.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those that have changed since.
    pub fn changed(&self, objects: &[ObjectState]) -> impl Iterator<Item = u32> {
        let changed =
            |&&(object, version): &&(u32, u32)| objects[object as usize].version != version;
        self.0.iter().filter(changed).map(|&(object, _)| object)
    }
}

/// What a thread has read since it last wrote.
#[derive(Default)]
pub(super) struct Waiting {
    reads: Vec<(u32, u32)>,
    /// The same of the round before, where the loop says that it is one, by yielding.
    before: Vec<(u32, u32)>,
    /// Where the latest read or yield stands.
    place: Option<&'static Location<'static>>,
    /// How often the clock was read without an operation in between.
    clock_reads: usize,
    /// Whether it was read at all.
    reads_clock: bool,
}

impl Waiting {
    /// Takes in a step of the thread, and gives what it changes a new version. Whether it
    /// changed anything.
    pub fn step(&mut self, accesses: &Accesses, objects: &mut [ObjectState]) -> bool {
        let mut wrote = false;
        for (object, access) in accesses.iter() {
            let version = &mut objects[object as usize].version;
            match access {
                Access::Read => self.reads.push((object, *version)),
                Access::Await => {}
                _ => {
                    *version += 1;
                    wrote = true;
                }
            }
        }
        self.clock_reads = 0;
        if wrote {
            self.reads.clear();
        }
        wrote
    }

    /// The latest step changed nothing of this object, and was a read.
    pub fn take_back(&mut self, object: u32, objects: &mut [ObjectState]) {
        let version = &mut objects[object as usize].version;
        *version -= 1;
        self.reads.push((object, *version));
    }

    /// What the thread has seen, if it is about to read that once more and in vain.
    pub fn before_read(&mut self, op: &mut Op, now: u64, objects: &[ObjectState]) -> Seen {
        let Some(object) = op.accesses.only_reads_one() else {
            return Seen::default();
        };
        let read = (object, objects[object as usize].version);
        let again = self.place == Some(op.place) && self.reads.ends_with(&[read, read]);
        self.place = Some(op.place);
        match again {
            true => self.wait(vec![read], op, now),
            false if self.reads.len() >= READS => {
                let reads = std::mem::take(&mut self.reads);
                self.wait(reads, op, now)
            }
            false => Seen::default(),
        }
    }

    /// What the thread has seen, if this round of its loop was like the one before.
    pub fn before_yield(&mut self, op: &mut Op, now: u64) -> Seen {
        let again = self.place == Some(op.place) && self.reads == self.before;
        self.place = Some(op.place);
        self.before = std::mem::take(&mut self.reads);
        match again {
            true => self.wait(self.before.clone(), op, now),
            false => Seen::default(),
        }
    }

    fn wait(&self, mut reads: Vec<(u32, u32)>, op: &mut Op, now: u64) -> Seen {
        reads.sort_unstable();
        reads.dedup();
        if self.reads_clock {
            op.deadline = Some(now + TICK);
        }
        Seen(reads)
    }

    /// Whether the thread does nothing but read the clock: time has to pass for it.
    pub fn reads_clock(&mut self, op: &mut Op, now: u64) -> bool {
        self.reads_clock = true;
        self.clock_reads += 1;
        let again = self.clock_reads > READS;
        if again {
            op.deadline = Some(now + TICK);
        }
        again
    }
}
