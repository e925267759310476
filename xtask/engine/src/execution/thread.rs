//! The threads of an execution, and what those that have not finished wait for.

use std::panic::Location;

use crate::numbers::Numbers;
use crate::object::{Guard, Object, ObjectState};
use crate::operation::Op;
use crate::output::Stream;
use crate::slot::Slot;
use crate::waiting::{Seen, Waiting};

/// One thread of the program.
pub struct ThreadState {
    /// Its name.
    pub name: Option<String>,
    /// Its latest step.
    pub last: Option<u32>,
    /// It panicked, and nobody has joined it.
    pub unjoined_panic: bool,
    /// Its handle is gone, and nobody has joined it.
    pub detached: bool,
    /// Whether it has announced an operation, and waits to be chosen for it.
    pub(crate) waits: bool,
    /// That operation, or the one before.
    pub(crate) op: Op,
    /// By which calls it has come to the operation that it has announced, where nothing else tells in
    /// which place of the source that stands, and somebody wants to know.
    pub calls: Vec<usize>,
    /// Whether it is none of the program's: it does what the operating system does beside that.
    pub is_systems: bool,
    /// Its place among the pending threads, until it has finished.
    pub(crate) index: usize,
    /// What it has seen, if it waits in a loop for something else.
    pub(crate) seen: Seen,
    /// The step since which that has been out of date, if it is.
    pub(crate) woken_by: Option<u32>,
    /// How often it went on although that was not out of date.
    pub(crate) rounds_in_vain: u32,
    /// Where it has been woken, or a weak exchange of its has failed, for no reason.
    pub(crate) failed_at: Vec<&'static Location<'static>>,
    pub(crate) spawned: Option<u32>,
    pub(crate) panicking: bool,
    pub(crate) finished: Object,
    pub(crate) token: Object,
    /// What the library above the engine keeps of the thread.
    pub(crate) slot: Slot,
    pub(crate) deferred: Vec<Box<dyn FnOnce()>>,
    pub(crate) formats: Formats,
    pub(crate) waiting: Box<Waiting>,
    pub(crate) registered: u64,
    /// Its random numbers, once it has asked for some.
    pub(crate) random: Option<Numbers>,
    /// How often another was chosen since its latest step, though it could have gone on.
    pub(crate) passed_over: u32,
}

/// Whether a thread formats what it is about to print. What implements `Display` may be the program's, and
/// do anything: then the library has something to do before.
#[derive(Clone, Copy)]
pub enum Formats {
    /// It does not.
    Not,
    /// It does, and has come to no operation meanwhile: before the first one it does this.
    Undisturbed(Before),
    /// It does, and has come to one.
    Disturbed(Before),
}

/// What a thread does before an operation while it formats.
#[derive(Clone, Copy)]
pub struct Before {
    /// Is called with this, and whether it is called for the first time.
    pub call: fn(&Self, bool),
    /// The stream to which the thread is about to print.
    pub stream: Stream,
    /// The place at which it is to print.
    pub place: &'static Location<'static>,
    /// Where the library keeps what was formatted so far.
    pub line: usize,
}

/// The time at which a thread goes on that waits for no time.
pub(super) const NEVER: u64 = u64::MAX;

/// What a thread waits for that has not finished: this is asked at each step of any thread.
pub(crate) struct Pending {
    pub(crate) thread: u32,
    /// Whether it waits in a loop for something else than it has seen.
    pub(crate) spins: bool,
    /// Whether it does so, and has nothing new to see. That is found out before each choice.
    pub(crate) keeps_waiting: bool,
    pub(crate) guard: Guard,
    /// The time at which it goes on in any case, or [`NEVER`].
    pub(crate) due: u64,
}

impl ThreadState {
    /// What it does next; `None` once it has finished.
    pub fn next(&self) -> Option<&Op> {
        self.waits.then_some(&self.op)
    }

    /// Whether what it has seen is out of date after this step, the latest.
    #[cold]
    pub(crate) fn is_woken(&mut self, objects: &[ObjectState], latest: Option<u32>) -> bool {
        let changed = self.seen.changed(objects).next().is_some();
        let since = self.woken_by.or(latest);
        self.woken_by = since.filter(|_| changed);
        self.woken_by.is_some()
    }
}
