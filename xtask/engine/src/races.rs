//! Data races, and accesses to memory that is not there any more.
//!
//! Two accesses to the same byte, by two threads, race if one of them writes, one of them is no
//! atomic operation, and nothing orders the two. So do two atomic operations of different sizes, if one
//! writes: the memory model of Rust says so (`std::sync::atomic`). What orders them is what the threads' views say
//! ([`memory`](crate::memory)): each thread counts the moments at which it let others see what it
//! has done, and knows up to which moment of each other thread it has seen. The engine keeps the latest
//! accesses to each eight bytes of the program's memory. It forgets an access as soon as a later one
//! would reveal every race that this one could. (Flanagan and Freund, "FastTrack: efficient and precise
//! dynamic race detection", 2009; the words of eight bytes are those of Serebryany and Iskhodzhanov,
//! "ThreadSanitizer: data race detection in practice", 2009.)

use std::ops::Range;
use std::panic::Location;
use std::ptr;

use crate::execution::Execution;
use crate::perform::end;
use crate::raw::statics::{self, linked};
use crate::raw::{fiber, heap};
use crate::record::Ending;
use crate::running::{with, with_if_free};
use crate::shadow::Accessor;

/// How memory is accessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccessKind {
    /// It is read.
    Read,
    /// It is written.
    Write,
    /// It is read by an atomic operation.
    AtomicRead,
    /// It is written by one.
    AtomicWrite,
    /// It is given back.
    Free,
    /// It was never given to anybody: it is behind the end of a block.
    Outside,
}

use AccessKind::*;

impl AccessKind {
    /// The kinds by their numbers. There are six; the rest makes a number of three bits a valid index.
    pub(crate) const ALL: [Self; 8] = [
        Read,
        Write,
        AtomicRead,
        AtomicWrite,
        Free,
        Outside,
        Outside,
        Outside,
    ];

    pub(crate) fn writes(self) -> bool {
        matches!(self, Write | AtomicWrite | Free)
    }

    fn is_atomic(self) -> bool {
        matches!(self, AtomicRead | AtomicWrite)
    }

    /// Whether an access to the memory after this is a fault.
    pub fn is_end(self) -> bool {
        matches!(self, Free | Outside)
    }

    /// Whether this access and that one, unordered, are a race. Two atomic ones are, if they are not
    /// about the same bytes.
    pub(crate) fn conflicts(self, other: Self, are_same_bytes: bool) -> bool {
        let are_atomic = self.is_atomic() && other.is_atomic();
        (self.writes() || other.writes()) && !(are_atomic && are_same_bytes)
    }

    /// Whether all that conflicts with that access conflicts with this one as well.
    #[inline(always)]
    pub(crate) fn stands_for(self, other: Self) -> bool {
        const STANDS_FOR: [u8; 8] = {
            let reads = 1 << Read as u8 | 1 << AtomicRead as u8;
            let atomic = 1 << AtomicRead as u8 | 1 << AtomicWrite as u8;
            let mut of = [u8::MAX; 8];
            of[Read as usize] = reads;
            of[Write as usize] = reads | atomic | 1 << Write as u8;
            of[AtomicRead as usize] = 1 << AtomicRead as u8;
            of[AtomicWrite as usize] = atomic;
            of
        };
        STANDS_FOR[self as usize & 7] >> other as u8 & 1 == 1
    }
}

/// How many calls are kept of those that have led to an access.
const CALLS: usize = 4;

/// Where an access stands. Addresses are as they are in the executable's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum At {
    /// In the innermost of these calls that somebody wrote: the addresses to which they return; 0
    /// where there are fewer.
    Calls([usize; CALLS]),
    /// At this place in the source.
    Place(&'static Location<'static>),
}

impl At {
    /// Nowhere that is known.
    pub(crate) const NOWHERE: Self = At::Calls([0; CALLS]);
}

/// What tells where an access stands.
#[derive(Clone, Copy)]
pub(crate) enum By {
    /// The frame of the function that is called for it.
    Frame(usize),
    /// The place of the operation that it is part of.
    Operation(&'static Location<'static>),
    /// Nothing.
    Nobody,
}

impl By {
    /// Where it stands.
    pub fn at(self) -> At {
        let mut calls = [0; CALLS];
        if let By::Operation(place) = self {
            return At::Place(place);
        }
        if let By::Frame(frame) = self {
            fiber::first_calls(frame, &mut calls);
        }
        At::Calls(calls.map(|call| if call == 0 { 0 } else { linked(call) }))
    }

    /// An address that tells it from others, in a hurry. An executable is shorter than 4 GB.
    #[inline(always)]
    pub fn site(self) -> u32 {
        let address = match self {
            By::Frame(frame) => fiber::returns_to(frame),
            By::Operation(place) => ptr::from_ref(place).addr(),
            By::Nobody => return 0,
        };
        statics::within(address) as u32
    }
}

/// An access by a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MemoryAccess {
    /// Whose it is.
    pub thread: u32,
    /// What it does.
    pub kind: AccessKind,
    /// An address that tells where it stands, in the executable's file; 0 if nothing does.
    pub site: u32,
    /// Where it stands.
    pub at: At,
    /// The thread's moment: how often it had let others see what it had done, and 1.
    pub(crate) moment: u32,
}

/// An access that must not be, and the earlier one with which it must not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Conflict {
    /// The later one.
    pub access: MemoryAccess,
    /// How many bytes it is about.
    pub bytes: usize,
    /// Where the first of them stands in the executable's file, as the linker has numbered it, if it is of
    /// a static.
    pub in_executable: Option<usize>,
    /// The earlier one. If memory was given back, or never given to anybody, that was this.
    pub earlier: MemoryAccess,
}

impl Execution {
    /// The running thread accesses memory.
    fn access(
        &mut self,
        addresses: Range<usize>,
        kind: AccessKind,
        by: By,
    ) -> Result<(), Box<Conflict>> {
        let looks = self.is_running && self.looks;
        let (true, Some(shadow), Some(memory)) = (looks, &mut self.shadow, &self.memory) else {
            return Ok(());
        };
        let thread = self.current;
        let accessor = Accessor {
            thread,
            moment: memory.moment(thread),
            kind,
            seen: |other| memory.seen(thread, other),
        };
        let result = shadow.access(addresses, &accessor, by);
        if result.is_err()
            && let Some(memory) = &mut self.memory
        {
            memory.take_in(thread);
        }
        result
    }

    /// The running thread accesses memory by the atomic operation that is its latest step.
    pub(crate) fn access_atomic(
        &mut self,
        addresses: Range<usize>,
        writes: bool,
    ) -> Result<(), Box<Conflict>> {
        let kind = if writes { AtomicWrite } else { AtomicRead };
        let place = self.threads[self.current as usize].op.place;
        self.access(addresses, kind, By::Operation(place))
    }

    /// Whether the program has accessed memory, as far as that was looked at.
    pub fn accesses_memory(&self) -> bool {
        let shadow = self.shadow.as_ref();
        shadow.is_some_and(|shadow| shadow.has_seen_any())
    }

    /// What was done to these addresses was done to something else.
    fn forget(&mut self, addresses: Range<usize>) {
        if let Some(shadow) = self.shadow.as_mut().filter(|_| self.looks) {
            shadow.forget(addresses);
            heap::next_moment();
        }
    }

    /// Nobody may access these addresses, which were forgotten.
    fn close(&mut self, addresses: Range<usize>) {
        let closed = self.access(addresses, Outside, By::Nobody);
        assert!(closed.is_ok(), "nothing is known of these addresses");
    }
}

/// Looks for data races from here on, and for accesses to memory that is not the program's: the
/// compiler announces them.
pub fn look_for_races() {
    with(|running| running.shadow = Some(Box::default()));
    heap::watch();
}

/// The running thread accesses memory in the function that has this frame, unless it is the engine
/// that does: whether it is the thread. If it must not, the execution is over.
#[inline(never)]
pub(crate) fn access(addresses: Range<usize>, kind: AccessKind, frame: usize) -> bool {
    let result = with_if_free(|running| running.access(addresses, kind, By::Frame(frame)));
    if let Some(Err(conflict)) = result {
        end(Ending::Conflict(*conflict));
    }
    result.is_some()
}

/// The running thread gives memory back in the function that has this frame.
pub(crate) fn free(addresses: Range<usize>, frame: usize) {
    access(addresses, Free, frame);
    heap::next_moment();
}

/// A block of the heap is new, with so many bytes, of which so many were asked for.
#[inline(never)]
pub(crate) fn allocated(block: usize, bytes: usize, asked: usize) {
    with(|running| {
        running.forget(block..block + bytes);
        running.close(block + asked..block + bytes);
    });
}

/// Of the bytes of a block not so many are asked for any more, but as many as the second number says.
#[inline(never)]
pub(crate) fn resized(block: usize, before: usize, asked: usize) {
    with(|running| {
        running.forget(block + before.min(asked)..block + before.max(asked));
        running.close(block + asked..block + before);
    });
}

/// Memory is given to another thread, as its stack.
pub(crate) fn forget(addresses: Range<usize>) {
    with(|running| running.forget(addresses));
}
