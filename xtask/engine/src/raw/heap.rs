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
use std::io::{self, Write};
use std::mem;
use std::process;
use std::ptr;

use memmap2::MmapOptions;

use crate::addresses;

/// The bytes that a program may allocate. Only pages that were used take memory.
const SIZE: usize = 1 << 30;

/// Blocks are aligned to their size, but for those that are larger than this.
pub(crate) const PAGE: usize = 4096;

/// The size of the smallest blocks.
const SMALLEST: usize = 16;

/// The sizes of blocks: 16, 32, and so on.
const SIZES: usize = (SIZE / SMALLEST).ilog2() as usize + 1;

/// One bit for each smallest block of the heap, in words of so many bits.
const MARKS: usize = u64::BITS as usize;

/// What the process says on standard error before it aborts for want of memory.
const OUT_OF_MEMORY: &str = "the program allocates without end\n";

thread_local! {
    pub(crate) static HEAP: Heap = const { Heap::new() };
}

/// The heap of the programs that this thread of the operating system explores.
pub(crate) struct Heap {
    /// Whether a thread of the program runs: what is allocated is its own, unless it has asked the
    /// engine for something.
    program_runs: Cell<bool>,
    /// The address of the first byte; 0 until there is a heap.
    start: Cell<usize>,
    /// The address of the first byte that no block has had since the heap was emptied.
    end: Cell<usize>,
    /// For each size the first block that is free, which begins with the address of the next.
    free: [Cell<*mut u8>; SIZES],
    /// For each smallest block one bit: whether an object stands there that is known by its
    /// address. As many words as `SIZE` has room for; null until there is a heap.
    marks: Cell<*mut u64>,
    /// Likewise whether a block begins there that is allocated, and whether one has been freed.
    allocated: Cell<*mut u64>,
    freed: Cell<*mut u64>,
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
            for bits in heap.bits() {
                let mut map = reserve(SIZE / SMALLEST / 8)?;
                bits.set(map.as_mut_ptr().cast());
                mem::forget(map);
            }
        }
        let used = heap.end.get() - heap.start.get();
        for bits in heap.bits() {
            // SAFETY: the bits are as many as the heap has places, and no reference to them exists.
            unsafe { bits.get().write_bytes(0, used.div_ceil(SMALLEST * MARKS)) };
        }
        heap.end.set(heap.start.get());
        heap.free
            .iter()
            .for_each(|first| first.set(ptr::null_mut()));
        Ok(())
    })
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
        HEAP.with(|heap| heap.set(&heap.marks, address, true));
    }
}

impl Heap {
    const fn new() -> Self {
        Self {
            program_runs: Cell::new(false),
            start: Cell::new(0),
            end: Cell::new(0),
            free: [const { Cell::new(ptr::null_mut()) }; SIZES],
            marks: Cell::new(ptr::null_mut()),
            allocated: Cell::new(ptr::null_mut()),
            freed: Cell::new(ptr::null_mut()),
        }
    }

    fn bits(&self) -> [&Cell<*mut u64>; 3] {
        [&self.marks, &self.allocated, &self.freed]
    }

    /// The word of these bits that tells of an address, and which bit of it.
    #[inline]
    fn word(&self, bits: &Cell<*mut u64>, address: usize) -> (*mut u64, u64) {
        let place = (address - self.start.get()) / SMALLEST;
        (bits.get().wrapping_add(place / MARKS), 1 << (place % MARKS))
    }

    /// Sets the bit of an address, or takes it away.
    #[inline]
    fn set(&self, bits: &Cell<*mut u64>, address: usize, is_set: bool) {
        let (word, bit) = self.word(bits, address);
        // SAFETY: the word is one of this heap's bits, and no reference to it exists.
        unsafe {
            match is_set {
                true => *word |= bit,
                false => *word &= !bit,
            }
        }
    }

    /// Why there is no block to take back at an address, if there is none.
    pub fn is_not_allocated(&self, block: *mut u8) -> Option<NotAllocated> {
        let is_set = |bits| {
            let (word, bit) = self.word(bits, block.addr());
            // SAFETY: likewise.
            unsafe { *word & bit != 0 }
        };
        let begins_one = block.addr().is_multiple_of(SMALLEST);
        match begins_one && is_set(&self.allocated) {
            true => None,
            false if begins_one && is_set(&self.freed) => Some(NotAllocated::Freed),
            false => Some(NotAllocated::Never),
        }
    }

    /// Whether a thread of the program runs.
    #[inline]
    pub fn program_runs(&self) -> bool {
        self.program_runs.get()
    }

    /// Whether the block is of this heap, and not of the system's.
    #[inline]
    pub fn has(&self, block: *mut u8) -> bool {
        block.addr().wrapping_sub(self.start.get()) < SIZE && self.start.get() != 0
    }

    /// Which size a block with this layout has: the number of its list.
    #[inline]
    pub fn size(layout: Layout) -> usize {
        let bytes = layout.size().max(layout.align()).max(SMALLEST);
        bytes.div_ceil(SMALLEST).next_power_of_two().ilog2() as usize
    }

    /// A block with this layout.
    pub fn allocate(&self, layout: Layout) -> *mut u8 {
        let size = Self::size(layout);
        let Some(first) = self.free.get(size) else {
            out_of_memory()
        };
        let block = first.get();
        if !block.is_null() {
            // SAFETY: a block in a list is free, was allocated here, and has room for an
            // address, which `free` has written there.
            first.set(unsafe { block.cast::<*mut u8>().read() });
            self.set(&self.allocated, block.addr(), true);
            return block;
        }
        let bytes = SMALLEST << size;
        let start = self.end.get().next_multiple_of(bytes.min(PAGE));
        if start + bytes > self.start.get() + SIZE {
            out_of_memory();
        }
        self.end.set(start + bytes);
        self.set(&self.allocated, start, true);
        ptr::with_exposed_provenance_mut(start)
    }

    /// Takes a block back that [`allocate`](Self::allocate) has given.
    pub fn free(&self, block: *mut u8, layout: Layout) {
        let size = Self::size(layout);
        self.unmark(block.addr(), SMALLEST << size);
        self.set(&self.allocated, block.addr(), false);
        self.set(&self.freed, block.addr(), true);
        let first = &self.free[size];
        // SAFETY: the block is the caller's to give back, is at least 16 bytes long, and is
        // aligned to as much.
        unsafe { block.cast::<*mut u8>().write(first.get()) };
        first.set(block);
    }

    /// Forgets which objects stand in a block.
    #[inline]
    fn unmark(&self, address: usize, bytes: usize) {
        // A block of more marks than a word has begins with one, as its alignment is as large.
        let (first_word, first_bit) = self.word(&self.marks, address);
        let count = bytes / SMALLEST;
        let mask = match count < MARKS {
            true => ((1 << count) - 1) * first_bit,
            false => u64::MAX,
        };
        for nth in 0..count.div_ceil(MARKS) {
            // SAFETY: the word is one of this heap's bits, and no other reference to it exists.
            let word = unsafe { &mut *first_word.add(nth) };
            if *word & mask != 0 {
                *word &= !mask;
                let length = bytes.min(MARKS * SMALLEST);
                let start = address + nth * MARKS * SMALLEST;
                addresses::forget(start..start + length);
            }
        }
    }
}

/// Says so in one write, without allocating; the runner, whose process it is, does the rest.
fn out_of_memory() -> ! {
    HEAP.with(|heap| heap.program_runs.set(false));
    let _nobody_may_read_it = io::stderr().write_all(OUT_OF_MEMORY.as_bytes());
    process::abort();
}
