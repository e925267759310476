//! A heap of the program's own, which is emptied at once when an execution is over.
//!
//! A real program's threads vanish with the process, and so does what they own: no destructor
//! runs. Here the process goes on, so what the program allocates has to come from where it can
//! be taken back without asking anybody. It also gets the same addresses in each execution, so
//! that nothing depends on them.
//!
//! Blocks have the sizes of the powers of two. A block that is freed is kept in the list of its
//! size for the next that asks, and a new one is cut from where the heap ends.

use std::alloc::Layout;
use std::cell::Cell;
use std::io;
use std::mem;
use std::ptr;

use memmap2::MmapOptions;

use crate::addresses;

/// The bytes that a program may allocate. Only pages that were used take memory.
pub(crate) const SIZE: usize = 1 << 30;

/// Blocks are aligned to their size, but for those that are larger than this.
pub(crate) const PAGE: usize = 4096;

/// The size of the smallest blocks.
const SMALLEST: usize = 16;

/// The sizes of blocks: 16, 32, and so on.
const SIZES: usize = (SIZE / SMALLEST).ilog2() as usize + 1;

/// How many accesses are remembered, and how long they are at most.
const RECENT: usize = 256;
const LONGEST: usize = 16;

/// If accesses are looked at, no block that was freed is given to another until the heap has so many
/// bytes.
const KEPT_BACK: usize = 64 << 20;

/// What the byte of a block says beside the number of its size, which is less than these: that the
/// block has been given back, and that an object stands in it that is known by its address.
const FREED: u8 = 0x40;
const OBJECTS: u8 = 0x80;

thread_local! {
    pub(crate) static HEAP: Heap = const { Heap::new() };
}

/// The heap of the programs that this thread of the operating system explores.
pub(crate) struct Heap {
    /// Whether a thread of the program runs: what is allocated is its own, unless it has asked the
    /// engine for something.
    program_runs: Cell<bool>,
    /// Whether accesses to memory may be looked at.
    is_watched: Cell<bool>,
    /// Whether they are now.
    looks: Cell<bool>,
    /// The accesses that were looked at last, each with the moment at which it was.
    recent: [Cell<(u64, u64)>; RECENT],
    /// The moment: another one whenever an access that was looked at has to be looked at again.
    moment: Cell<u64>,
    /// The address of the first byte; 0 until there is a heap.
    start: Cell<usize>,
    /// The address of the first byte that no block has had since the heap was emptied.
    end: Cell<usize>,
    /// For each size the first block that is free, which begins with the address of the next.
    free: [Cell<*mut u8>; SIZES],
    /// For each smallest block one byte: 0 where no block has begun since the heap was emptied, and
    /// else its size, as the number of its list and 1, and what [`FREED`] and [`OBJECTS`] say of it.
    /// As many as `SIZE` has room for; null until there is a heap.
    blocks: Cell<*mut u8>,
}

/// Why a block cannot be taken back.
pub(crate) enum NotAllocated {
    /// It was taken back before.
    Freed,
    /// No block has begun there.
    Never,
}

/// A thread of the program runs, until this is dropped: also when a panic of its own gets out.
pub(crate) struct ProgramRuns(());

impl ProgramRuns {
    #[inline(always)]
    pub fn begin() -> Self {
        HEAP.with(|heap| heap.program_runs.set(true));
        Self(())
    }
}

impl Drop for ProgramRuns {
    #[inline(always)]
    fn drop(&mut self) {
        HEAP.with(|heap| heap.program_runs.set(false));
    }
}

/// Takes back everything that a program has allocated.
///
/// Whoever calls this has made sure that nothing is used any more of what the program
/// allocated: its coroutines are gone, and its statics are what they were.
///
/// # Errors
///
/// There is no room for a heap.
pub(crate) fn empty() -> io::Result<()> {
    HEAP.with(|heap| {
        if heap.start.get() == 0 {
            let reserve = |bytes| MmapOptions::new().len(bytes).no_reserve_swap().map_anon();
            let map = reserve(SIZE)?;
            heap.start.set(map.as_ptr().expose_provenance());
            heap.end.set(heap.start.get());
            // It is there as long as the process: anybody may still own a block at the end.
            mem::forget(map);
            let mut map = reserve(SIZE / SMALLEST)?;
            heap.blocks.set(map.as_mut_ptr());
            mem::forget(map);
        }
        let used = heap.end.get() - heap.start.get();
        // SAFETY: the bytes are as many as the heap has places, and no reference to them exists.
        unsafe { heap.blocks.get().write_bytes(0, used / SMALLEST) };
        heap.end.set(heap.start.get());
        heap.free
            .iter()
            .for_each(|first| first.set(ptr::null_mut()));
        Ok(())
    })
}

/// From here on accesses to memory may be looked at. No program has run yet.
pub(crate) fn watch() {
    HEAP.with(|heap| heap.is_watched.set(true));
}

/// Whether they are looked at in the execution that begins. The one before may have ended while
/// nobody looked.
pub(crate) fn look(looks: bool) {
    HEAP.with(|heap| heap.looks.set(looks));
}

/// Nobody looks at accesses to memory while this is there: they are the library's own. Meanwhile the
/// running thread does not wait. Its two functions are no part of a program, in which each access of theirs
/// would be announced.
struct Unwatched {
    /// Whether they were looked at before.
    looks: bool,
}

impl Unwatched {
    /// Looks no more.
    fn begin() -> Self {
        let looks = HEAP.with(|heap| heap.looks.replace(false));
        Self { looks }
    }
}

impl Drop for Unwatched {
    fn drop(&mut self) {
        HEAP.with(|heap| heap.looks.set(self.looks));
    }
}

/// Does something at whose accesses to memory nobody looks, since they are the library's own. It does
/// not wait.
#[inline(always)]
pub fn unwatched<R>(f: impl FnOnce() -> R) -> R {
    let _nobody_looks = Unwatched::begin();
    f()
}

/// What was looked at before has to be looked at again: a thread has taken a step, or memory has
/// another owner.
#[inline(always)]
pub(crate) fn next_moment() {
    HEAP.with(|heap| heap.moment.set(heap.moment.get() + 1));
}

/// Where in the program's heap this address is, if it is there.
pub(crate) fn place_of(address: usize) -> Option<usize> {
    HEAP.with(|heap| {
        let block = ptr::without_provenance_mut(address);
        heap.has(block).then(|| address - heap.start.get())
    })
}

/// An object that is known by its address stands there. If that is in the program's heap, it is
/// forgotten when its block is freed.
pub(crate) fn mark(address: usize) {
    if place_of(address).is_some() {
        HEAP.with(|heap| heap.mark(address));
    }
}

impl Heap {
    const fn new() -> Self {
        Self {
            program_runs: Cell::new(false),
            is_watched: Cell::new(false),
            looks: Cell::new(false),
            recent: [const { Cell::new((0, 0)) }; RECENT],
            moment: Cell::new(1),
            start: Cell::new(0),
            end: Cell::new(0),
            free: [const { Cell::new(ptr::null_mut()) }; SIZES],
            blocks: Cell::new(ptr::null_mut()),
        }
    }

    /// The byte that tells of the block that begins at this address.
    #[inline]
    fn block(&self, address: usize) -> *mut u8 {
        let place = (address - self.start.get()) / SMALLEST;
        self.blocks.get().wrapping_add(place)
    }

    /// An object that is known by its address stands in the block that has this address.
    fn mark(&self, address: usize) {
        let places = 0..=(address - self.start.get()) / SMALLEST;
        // A block has no byte but its first that is not 0, so the nearest before is its own.
        let mut bytes = places
            .rev()
            .map(|place| self.blocks.get().wrapping_add(place));
        // SAFETY: the bytes are this heap's, and no reference to them exists.
        if let Some(block) = bytes.find(|&byte| unsafe { *byte } != 0) {
            // SAFETY: likewise.
            unsafe { *block |= OBJECTS };
        }
    }

    /// Why there is no block to take back at an address, if there is none.
    #[inline]
    pub fn is_not_allocated(&self, block: *mut u8) -> Option<NotAllocated> {
        // SAFETY: the byte is one of this heap's, and no reference to it exists.
        let byte = unsafe { *self.block(block.addr()) };
        match block.addr().is_multiple_of(SMALLEST) && byte != 0 {
            true if byte & FREED == 0 => None,
            true => Some(NotAllocated::Freed),
            false => Some(NotAllocated::Never),
        }
    }

    /// Whether a thread of the program runs.
    #[inline]
    pub fn program_runs(&self) -> bool {
        self.program_runs.get()
    }

    /// Whether accesses to memory are looked at now.
    #[inline(always)]
    pub fn looks(&self) -> bool {
        self.looks.get()
    }

    /// Has an access of a thread of the program looked at; but not one that is as another was at the
    /// same moment. `look` says whether it could.
    #[inline(always)]
    pub fn access(&self, address: usize, bytes: usize, kind: u8, look: impl FnOnce() -> bool) {
        if !self.program_runs() {
            return;
        }
        let access = (address as u64) << 16 | (bytes as u64 & 0xff) << 8 | u64::from(kind);
        // What is read is often written next.
        let place = address / size_of::<u64>() * 2 + usize::from(kind);
        let recent = &self.recent[place % RECENT];
        let now = (access, self.moment.get());
        if (recent.get() != now || bytes > LONGEST) && look() {
            recent.set(now);
        }
    }

    /// Whether accesses to memory may be looked at. Then a block has a byte at least behind what was
    /// asked for.
    #[inline]
    pub fn is_watched(&self) -> bool {
        self.is_watched.get()
    }

    /// Whether the block is of this heap, and not of the system's.
    #[inline]
    pub fn has(&self, block: *mut u8) -> bool {
        block.addr().wrapping_sub(self.start.get()) < SIZE && self.start.get() != 0
    }

    /// Which size a block with this layout has: the number of its list.
    #[inline]
    pub fn size(&self, layout: Layout) -> usize {
        // An alignment is 1 at least.
        let asked = layout.size() + usize::from(self.is_watched());
        let last = asked.max(layout.align()) - 1;
        (usize::BITS - (last / SMALLEST).leading_zeros()) as usize
    }

    /// How many bytes a block with this layout has.
    pub fn bytes(&self, layout: Layout) -> usize {
        SMALLEST << self.size(layout)
    }

    /// A block with this layout; null if the heap has no room for it.
    pub fn allocate(&self, layout: Layout) -> *mut u8 {
        let size = self.size(layout);
        let Some(first) = self.free.get(size) else {
            return ptr::null_mut();
        };
        let block = first.get();
        if !block.is_null() {
            // SAFETY: a block in a list is free, was allocated here, and has room for an
            // address, which `free` has written there.
            first.set(unsafe { block.cast::<*mut u8>().read() });
            // SAFETY: the byte is one of this heap's, and no reference to it exists.
            unsafe { *self.block(block.addr()) = size as u8 + 1 };
            return block;
        }
        let bytes = SMALLEST << size;
        let start = self.end.get().next_multiple_of(bytes.min(PAGE));
        if start + bytes > self.start.get() + SIZE {
            return ptr::null_mut();
        }
        self.end.set(start + bytes);
        // SAFETY: likewise.
        unsafe { *self.block(start) = size as u8 + 1 };
        ptr::with_exposed_provenance_mut(start)
    }

    /// Takes a block back that [`allocate`](Self::allocate) has given.
    pub fn free(&self, block: *mut u8, layout: Layout) {
        let size = self.size(layout);
        let byte = self.block(block.addr());
        // SAFETY: the byte is one of this heap's, and no reference to it exists.
        unsafe {
            if *byte & OBJECTS != 0 {
                addresses::forget(block.addr()..block.addr() + (SMALLEST << size));
            }
            *byte = FREED | (size as u8 + 1);
        }
        // Who still uses it shall not find another's values there.
        if self.is_watched() && self.end.get() - self.start.get() < KEPT_BACK {
            return;
        }
        let first = &self.free[size];
        // SAFETY: the block is the caller's to give back, is at least 16 bytes long, and is
        // aligned to as much.
        unsafe { block.cast::<*mut u8>().write(first.get()) };
        first.set(block);
    }
}
