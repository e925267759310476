//! How a thread that waits in a loop is recognised, so that it need not go round for ever.
//!
//! A round that finds the same objects in the same state as the round before, and changes
//! nothing, learns nothing, and neither will the next. The thread then waits until one of
//! these objects has changed, or until nobody else can go on. What is left out is only that
//! it goes round more often before that; every second random schedule lets it.
//!
//! An object's state is its counter, and a version that is new with each change of what the
//! counter does not tell. To take a lock and to give it back changes the counter and puts it
//! back, so that is a way to look, unless what the lock protects was written meanwhile.

use std::mem;
use std::panic::Location;
use std::ptr;

use crate::access::Access;
use crate::object::{CLOCK, Guard, ObjectState};
use crate::operation::Op;
use crate::raw::fiber;

/// Reads of one thread in a row, with nothing written between them, after which it is taken
/// to wait in a loop, whatever the loop looks like.
const READS: usize = 256;

/// How far the clock goes on, in nanoseconds, for a thread that reads it again and again.
const TICK: u64 = 1_000_000;

/// Objects, each in the state in which it was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen(Vec<SeenState>);

/// What there was to see of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct SeenState {
    object: u32,
    version: u32,
    counter: i64,
}

impl SeenState {
    /// The object as it is.
    fn at(object: u32, objects: &[ObjectState]) -> Self {
        let state = &objects[object as usize];
        Self {
            object,
            version: state.version,
            counter: state.counter,
        }
    }
}

impl Seen {
    /// Whether nothing was seen.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Forgets what was seen.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// What was seen, by number.
    pub fn objects(&self) -> impl Iterator<Item = u32> {
        self.0.iter().map(|seen| seen.object)
    }

    /// Those that have changed since.
    pub fn changed(&self, objects: &[ObjectState]) -> impl Iterator<Item = u32> {
        let seen = self.0.iter();
        let changed = seen.filter(|seen| **seen != SeenState::at(seen.object, objects));
        changed.map(|seen| seen.object)
    }
}

/// A load that has read an older store than the last.
#[derive(Clone, Copy)]
struct OlderRead {
    object: u32,
    store: u32,
    /// Where it stands, and by which calls the thread came there, if that matters.
    at: Option<(&'static Location<'static>, u64)>,
}

/// What a thread has read since it last wrote.
#[derive(Default)]
pub(crate) struct Waiting {
    reads: Vec<SeenState>,
    /// What `reads` was before the latest step, if that wrote.
    undo: Vec<SeenState>,
    /// The reads of the round before, where the loop says that it is one, by yielding.
    before: Vec<SeenState>,
    /// What the loop reads in which it has waited last, until it leaves that, and how many reads
    /// of it that stands for.
    loop_reads: Vec<SeenState>,
    known: usize,
    /// Where the latest read stands, and whether the one before stands there, too.
    read_at: Option<&'static Location<'static>>,
    reads_there_again: bool,
    /// The older store that the latest operation on an atomic has read, if it has.
    older_read: Option<OlderRead>,
    /// By which calls the thread came to the latest read that was like the one before.
    came_by: Option<u64>,
    /// Where the latest yield stands.
    yielded_at: Option<&'static Location<'static>>,
    /// How often the clock was read at the time that it was read last, and that time.
    clock_reads: (usize, u64),
    /// Whether it was read at all.
    reads_clock: bool,
    /// Whether the thread reads the clock again and again, and has not waited since.
    polls_clock: bool,
}

impl Waiting {
    /// Forgets everything, but keeps the memory for another thread.
    pub fn begin(&mut self) {
        self.reads.clear();
        self.undo.clear();
        self.before.clear();
        self.loop_reads.clear();
        self.known = 0;
        self.read_at = None;
        self.reads_there_again = false;
        self.older_read = None;
        self.came_by = None;
        self.yielded_at = None;
        self.clock_reads = (0, 0);
        self.reads_clock = false;
        self.polls_clock = false;
    }

    /// Takes in a step of the thread, and gives what it changes a new version. Whether it
    /// changed anything.
    #[inline(always)]
    pub fn step(&mut self, op: &Op, objects: &mut [ObjectState]) -> bool {
        let mut wrote = false;
        if self.polls_clock && op.guard.waits() {
            self.polls_clock = false;
        }
        // To yield touches nothing.
        if let Some(read) = &self.older_read
            && op.object().is_some_and(|object| object != read.object)
        {
            self.older_read = None;
        }
        for (object, access) in op.accesses.iter() {
            if access.writes() {
                objects[object as usize].version += 1;
                wrote = true;
            } else if object == CLOCK && access == Access::LockShared {
                // That time passes is not the thread's doing.
                objects[object as usize].version += 1;
            } else if access.looks() {
                self.reads.push(SeenState::at(object, objects));
            }
        }
        // Mostly there are none.
        if wrote && !(self.reads.is_empty() && self.undo.is_empty()) {
            mem::swap(&mut self.reads, &mut self.undo);
            self.reads.clear();
        }
        wrote
    }

    /// The latest step read an older store of this object than the last, or has come right behind one: there
    /// is something new to see. It stands at this place, if that matters.
    pub fn read_older(
        &mut self,
        place: Option<&'static Location<'static>>,
        object: u32,
        store: u32,
    ) {
        let at = place.map(|place| (place, fiber::call_stack()));
        self.older_read = Some(OlderRead { object, store, at });
        self.see_older();
    }

    /// The latest step read the last store, or made one.
    pub fn read_latest(&mut self) {
        self.older_read = None;
    }

    /// If the latest step read an older store, what it saw is not the object as it is.
    fn see_older(&mut self) {
        if let (Some(older), Some(read)) = (&self.older_read, self.reads.last_mut())
            && read.object == older.object
        {
            read.version = read.version.wrapping_sub(1);
        }
    }

    /// The older store of this object that the thread's operation before its latest step, which is this,
    /// has read or made, if it stands there, too: the thread goes round in a loop.
    pub fn has_just_read(&self, op: &Op, object: u32) -> Option<u32> {
        let read = self.older_read.filter(|read| read.object == object)?;
        let (place, came_by) = read.at?;
        let is_round = ptr::eq(place, op.place) && came_by == fiber::call_stack();
        is_round.then_some(read.store)
    }

    /// The latest step did more to the object than to take a lock or to give it back.
    pub fn changed(&mut self, object: u32, objects: &mut [ObjectState]) {
        objects[object as usize].version += 1;
        self.reads.clear();
    }

    /// The latest step changed nothing of this object, and was a read.
    pub fn take_back(&mut self, object: u32, objects: &mut [ObjectState]) {
        objects[object as usize].version -= 1;
        if !self.undo.is_empty() {
            self.reads = mem::take(&mut self.undo);
        }
        self.reads.push(SeenState::at(object, objects));
        self.see_older();
    }

    /// Whether the thread may be about to see once more what it has seen: it only reads now, or
    /// has done so for long.
    #[inline(always)]
    pub fn may_wait_before(&self, op: &Op) -> bool {
        self.reads.len() + self.known >= READS || op.accesses.only_reads_one().is_some()
    }

    /// Whether the latest step may be one of a loop that waits: whether the thread would have waited before
    /// it on another schedule.
    pub fn may_go_round(&self, op: &Op) -> bool {
        let reads_again = self.reads_there_again && op.accesses.only_reads_one().is_some();
        let reads_on = self.reads.len() + self.known >= READS;
        reads_again || reads_on || self.reads_clock || self.yielded_at.is_some()
    }

    /// What the thread has seen, if it is about to see that once more and in vain.
    #[inline(never)]
    pub fn before_op(&mut self, op: &mut Op, now: u64, objects: &[ObjectState]) -> Option<Seen> {
        // To give a lock back is the end of a look, and the next may find something new.
        if self.reads.len() + self.known >= READS
            && !op.accesses.give_back()
            && let Some(reads) = self.loop_reads()
        {
            // What waits for a lock does not give up at some time. If the loop has a time-out,
            // to read the clock is what lets time pass.
            let may_wait = !op.guard.waits() || !self.reads_clock;
            if !may_wait {
                self.leave();
            }
            return may_wait.then(|| self.wait(reads, op, now));
        }
        let object = op.accesses.only_reads_one()?;
        let read = SeenState::at(object, objects);
        self.reads_there_again = self.read_at == Some(op.place);
        let again = self.reads_there_again && self.reads.ends_with(&[read]);
        self.read_at = Some(op.place);
        if !again {
            self.came_by = None;
            return None;
        }
        // A function that reads may be called from several places, one after the other: that
        // is no loop.
        let came_by = Some(fiber::call_stack());
        let is_round = self.came_by == came_by;
        self.came_by = came_by;
        is_round.then(|| self.wait(vec![read], op, now))
    }

    /// What the loop reads in which the thread is, after so many reads, or once more in vain. If
    /// it sees anything else, it is in that loop no more.
    #[cold]
    fn loop_reads(&mut self) -> Option<Vec<SeenState>> {
        let is_known = |seen: &SeenState| self.loop_reads.contains(seen);
        if self.known == 0 {
            self.known = READS;
            self.loop_reads = mem::take(&mut self.reads);
            self.loop_reads.sort_unstable();
            self.loop_reads.dedup();
        } else if !self.reads.is_empty() && self.reads.iter().all(is_known) {
            self.reads.clear();
        } else {
            self.leave();
            return None;
        }
        Some(self.loop_reads.clone())
    }

    /// The thread goes on, and is taken to wait in a loop after as many reads as ever.
    pub fn leave(&mut self) {
        self.known = 0;
    }

    /// What the thread has seen, if this round of its loop was like the one before.
    pub fn before_yield(&mut self, op: &mut Op, now: u64) -> Option<Seen> {
        let again = self.yielded_at == Some(op.place) && self.reads == self.before;
        self.yielded_at = Some(op.place);
        self.before = mem::take(&mut self.reads);
        let seen = again.then(|| self.wait(self.before.clone(), op, now));
        seen.filter(|seen| !seen.is_empty())
    }

    #[cold]
    fn wait(&self, mut reads: Vec<SeenState>, op: &mut Op, now: u64) -> Seen {
        reads.sort_unstable();
        reads.dedup();
        if self.reads_clock && op.deadline.is_none() {
            op.deadline = Some(now + TICK);
        }
        Seen(reads)
    }

    /// Whether the thread reads the clock again and again: time has to pass for it.
    pub fn reads_clock(&mut self, op: &mut Op, now: u64) -> bool {
        self.reads_clock = true;
        let (reads, at) = self.clock_reads;
        let reads = if at == now { reads + 1 } else { 1 };
        self.clock_reads = (reads, now);
        self.polls_clock |= reads > READS;
        if self.polls_clock {
            op.guard = Guard::NEVER;
            op.deadline = Some(now + TICK);
        }
        self.polls_clock
    }
}
