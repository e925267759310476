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

use crate::conflict::AccessKind::{self, AtomicRead, AtomicWrite, Free, Outside, Use};
use crate::conflict::{By, Conflict};
use crate::execution::Execution;
use crate::perform::end;
use crate::raw::heap;
use crate::record::Ending;
use crate::running::{with, with_if_free};
use crate::shadow::Accessor;

/// The bytes of a [`Handle`](crate::Handle) that are looked at where it is used.
const HANDLE: usize = size_of::<u64>();

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

    /// The running thread's latest step uses what stands in memory: locks, and what else it waits at. If it
    /// must not, the execution is over.
    ///
    /// This is so before the step orders anything: who gives a lock back uses it no more afterwards.
    #[inline(never)]
    pub(crate) fn use_objects(&mut self) {
        let op = &self.threads[self.current as usize].op;
        let (accesses, by) = (op.accesses, By::Operation(op.place));
        for (object, _) in accesses.iter() {
            let address = self.objects[object as usize].used_at;
            if address == 0 {
                continue;
            }
            if let Err(conflict) = self.access(address..address + HANDLE, Use, by) {
                self.ending = Some(Ending::Conflict(*conflict));
                return;
            }
        }
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
        let closed = self.access(addresses, Outside, By::Unknown);
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
