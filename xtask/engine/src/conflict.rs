//! Accesses to memory, and two of them that must not be.

use std::panic::Location;
use std::ptr;

use crate::raw::fiber;
use crate::raw::statics::{self, linked};

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
    /// A lock that stands there is used, or what else threads wait at.
    Use = 8,
}

use AccessKind::*;

impl AccessKind {
    /// The kind with this number, of four bits. The third is that of the [ends](Self::is_end).
    pub(crate) fn of(number: u64) -> Self {
        const ALL: [AccessKind; 16] = {
            let mut all = [Use; 16];
            all[Read as usize] = Read;
            all[Write as usize] = Write;
            all[AtomicRead as usize] = AtomicRead;
            all[AtomicWrite as usize] = AtomicWrite;
            all[Free as usize] = Free;
            all[Outside as usize] = Outside;
            all
        };
        ALL[number as usize & 15]
    }

    pub(crate) fn writes(self) -> bool {
        matches!(self, Write | AtomicWrite | Free)
    }

    fn is_atomic(self) -> bool {
        matches!(self, AtomicRead | AtomicWrite | Use)
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
        const STANDS_FOR: [u16; 16] = {
            let shared = 1 << AtomicRead as u8 | 1 << Use as u8;
            let atomic = shared | 1 << AtomicWrite as u8;
            let mut of = [u16::MAX; 16];
            of[Read as usize] = shared | 1 << Read as u8;
            of[Write as usize] = atomic | 1 << Read as u8 | 1 << Write as u8;
            of[AtomicRead as usize] = shared;
            of[Use as usize] = shared;
            of[AtomicWrite as usize] = atomic;
            of
        };
        STANDS_FOR[self as usize & 15] >> other as u8 & 1 == 1
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
    /// It is not known.
    Unknown,
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
            By::Unknown => return 0,
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
