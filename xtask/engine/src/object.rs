//! Objects: what threads share, as the engine sees it.

use std::panic::Location;

use crate::raw::statics;
use crate::relaxed::Uses;

/// The number of the object that is the clock, behind those of the two streams.
pub(crate) const CLOCK: u32 = 2;

/// The number of the object that is the panic hook.
pub(crate) const PANIC_HOOK: u32 = 3;

/// The number of the object that is the numbers of threads: who starts one first has the lower number.
pub(crate) const THREAD_NUMBERS: u32 = 4;

/// An object of the running execution. Each has one counter, which starts at 0 unless
/// [`Handle::object_at`](crate::Handle::object_at) says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Object(pub(crate) u32);

/// What an object is, and its counter.
#[derive(Debug, Clone, Copy)]
pub struct ObjectState {
    /// `"mutex"`, `"channel"`.
    pub kind: &'static str,
    /// Where it was created; where it is known by its address alone, where it was first used.
    pub created: &'static Location<'static>,
    /// Whether it is known by its address alone.
    pub is_standing: bool,
    /// Whether who does something to it comes after those who have.
    pub(crate) orders: bool,
    /// How many steps there were when it was made, or known first.
    pub first_step: u32,
    /// The thread that holds it alone.
    pub holder: Option<u32>,
    /// What has been done to a lock for readers and writers.
    pub(crate) readers_and_writers: ReadersAndWriters,
    /// What has been done to it, if it is an atomic.
    pub(crate) uses: Uses,
    /// The thread that first used it, and how many that thread had used before: the same in
    /// every schedule that differs only in the order of what commutes.
    pub key: u64,
    /// Its address as it was first used; 0 if it has none.
    pub(crate) address: usize,
    /// Its address as it was used last, if a type of the library stands there; else 0.
    pub(crate) used_at: usize,
    /// What guards ask for; each kind of object counts something else.
    pub counter: i64,
    /// Changes with whatever changes it beside its counter.
    pub(crate) version: u32,
}

impl ObjectState {
    /// Where it stands in the program's memory, in every execution and in every process; `None` if
    /// it stands nowhere.
    pub fn stands_at(&self) -> Option<usize> {
        let address = Some(self.address).filter(|&address| address > 0);
        address.map(statics::lasting)
    }

    /// What it is called in all executions, as far as these go alike: by its address, if that is how it
    /// is known, else by who made it, and when.
    pub(crate) fn name(&self) -> u64 {
        match self.is_standing {
            true => self.address as u64,
            false => self.key,
        }
    }
}

/// What has been done to a lock for readers and writers in the execution.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ReadersAndWriters {
    /// The first thread that has read.
    pub reader: Option<u32>,
    /// Another thread has read, or one has begun to read once more. On this schedule the two need not have read
    /// at the same time: that they do commutes with that they do not.
    pub read_beside: bool,
    /// A thread has asked to write, and would have waited.
    pub written: bool,
    /// How many writers wait and keep readers out.
    pub waiting: u32,
}

/// What an operation waits for: that an object's counter is at least so much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guard {
    pub(crate) object: u32,
    pub(crate) at_least: i64,
}

impl Guard {
    /// Satisfied, whatever the object.
    pub(crate) const ALWAYS: Self = Self {
        object: 0,
        at_least: i64::MIN,
    };

    /// Not satisfied: no stream's counter gets there. Only the time lets the operation happen.
    pub(crate) const NEVER: Self = Self {
        object: 0,
        at_least: i64::MAX,
    };

    /// Whether there is an object that the operation waits for.
    #[inline(always)]
    pub(crate) fn waits(self) -> bool {
        !matches!(self.at_least, i64::MIN | i64::MAX)
    }

    #[inline(always)]
    pub(crate) fn is_open(self, objects: &[ObjectState]) -> bool {
        objects[self.object as usize].counter >= self.at_least
    }
}
