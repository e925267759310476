//! A heap of the program's own, which is emptied at once when an execution is over.
//!
//! A real program's threads vanish with the process, and so does what they own: no destructor
//! runs. Here the process goes on, so what the program allocates has to come from where it can
//! be taken back without asking anybody. It also gets the same addresses in each execution, so
//! that nothing depends on them.
//!
//! Blocks have the sizes of the powers of two. A block that is freed is kept in the list of its
//! size for the next that asks, and a new one is cut from where the heap ends.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::{self, Write};
use std::mem;
use std::process;
use std::ptr;

use memmap2::MmapOptions;

use crate::engine::run::is_at_work;

/// The bytes that a program may allocate. Only pages that were used take memory.
const SIZE: usize = 1 << 30;

/// Blocks are aligned to their size, but for those that are larger than this.
const PAGE: usize = 4096;

/// The size of the smallest blocks.
const SMALLEST: usize = 16;

/// The sizes of blocks: 16, 32, and so on.
const SIZES: usize = (SIZE / SMALLEST).ilog2() as usize + 1;

/// What the process says on standard error before it aborts for want of memory.
pub const OUT_OF_MEMORY: &str = "the program allocates without end\n";

thread_local! {
    static HEAP: Heap = const { Heap::new() };
}

/// The heap of the programs that this thread of the operating system explores.
struct Heap {
    /// Whether a thread of the program runs: what is allocated is its own, unless it has asked the
    /// engine for something.
    program_runs: Cell<bool>,
    /// The address of the first byte; 0 until there is a heap.
    start: Cell<usize>,
    /// The address of the first byte that no block has had since the heap was emptied.
    end: Cell<usize>,
    /// For each size the first block that is free, which begins with the address of the next.
    free: [Cell<*mut u8>; SIZES],
}

/// A thread of the program runs, until this is dropped: also when a panic of its own gets out.
pub(super) struct ProgramRuns(());

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
pub(super) fn empty() -> io::Result<()> {
    HEAP.with(|heap| {
        if heap.start.get() == 0 {
            let map = MmapOptions::new().len(SIZE).no_reserve_swap().map_anon()?;
            heap.start.set(map.as_ptr().expose_provenance());
            // It is there as long as the process: anybody may still own a block at the end.
            mem::forget(map);
        }
        heap.end.set(heap.start.get());
        heap.free
            .iter()
            .for_each(|first| first.set(ptr::null_mut()));
        Ok(())
    })
}

impl Heap {
    const fn new() -> Self {
        Self {
            program_runs: Cell::new(false),
            start: Cell::new(0),
            end: Cell::new(0),
            free: [const { Cell::new(ptr::null_mut()) }; SIZES],
        }
    }

    fn has(&self, block: *mut u8) -> bool {
        block.addr().wrapping_sub(self.start.get()) < SIZE && self.start.get() != 0
    }

    /// Which size a block with this layout has: the number of its list.
    fn size(layout: Layout) -> usize {
        let bytes = layout.size().max(layout.align()).max(SMALLEST);
        bytes.div_ceil(SMALLEST).next_power_of_two().ilog2() as usize
    }

    fn allocate(&self, layout: Layout) -> *mut u8 {
        let size = Self::size(layout);
        let Some(first) = self.free.get(size) else {
            out_of_memory()
        };
        let block = first.get();
        if !block.is_null() {
            // SAFETY: a block in a list is free, was allocated here, and has room for an
            // address, which `free` has written there.
            first.set(unsafe { block.cast::<*mut u8>().read() });
            return block;
        }
        let bytes = SMALLEST << size;
        let start = self.end.get().next_multiple_of(bytes.min(PAGE));
        if start + bytes > self.start.get() + SIZE {
            out_of_memory();
        }
        self.end.set(start + bytes);
        ptr::with_exposed_provenance_mut(start)
    }

    fn free(&self, block: *mut u8, layout: Layout) {
        let first = &self.free[Self::size(layout)];
        // SAFETY: the block is the caller's to give back, is at least 16 bytes long, and is
        // aligned to as much.
        unsafe { block.cast::<*mut u8>().write(first.get()) };
        first.set(block);
    }
}

/// Says so in one write, without allocating; the runner, whose process it is, does the rest.
fn out_of_memory() -> ! {
    HEAP.with(|heap| heap.program_runs.set(false));
    let _nobody_may_read_it = io::stderr().write_all(OUT_OF_MEMORY.as_bytes());
    process::abort();
}

/// The program's heap while the program runs, and the system's while the explorer does.
struct Allocator;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

impl Allocator {
    /// A larger alignment than a page's is the system's affair. Such a block is not taken
    /// back at the end, but nobody asks for one.
    fn is_programs(heap: &Heap, layout: Layout) -> bool {
        heap.program_runs.get() && !is_at_work() && layout.align() <= PAGE
    }
}

// SAFETY: a block comes from the heap or from the system, and its address tells from which, so
// that it goes back there. Blocks of the heap do not overlap: each is cut from the end, once,
// or taken from a list, where it is only while it is free. Each is as large as its layout asks,
// and aligned to its size or to a page, as the start of the heap is. The heap is a thread's
// own, and so is the program.
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HEAP.with(|heap| match Self::is_programs(heap, layout) {
            true => heap.allocate(layout),
            // SAFETY: the caller keeps the contract.
            false => unsafe { System.alloc(layout) },
        })
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        HEAP.with(|heap| match Self::is_programs(heap, layout) {
            true => {
                let block = heap.allocate(layout);
                // SAFETY: the block is new, and so long.
                unsafe { block.write_bytes(0, layout.size()) };
                block
            }
            // SAFETY: the caller keeps the contract.
            false => unsafe { System.alloc_zeroed(layout) },
        })
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        HEAP.with(|heap| match heap.has(block) {
            true => heap.free(block, layout),
            // SAFETY: the caller keeps the contract.
            false => unsafe { System.dealloc(block, layout) },
        });
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        HEAP.with(|heap| {
            if !heap.has(block) {
                // SAFETY: the caller keeps the contract.
                return unsafe { System.realloc(block, layout, size) };
            }
            // SAFETY: the caller keeps to what a layout may be.
            let new = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
            if Heap::size(layout) == Heap::size(new) {
                return block;
            }
            // SAFETY: the caller keeps the contract.
            let moved = unsafe { self.alloc(new) };
            if !moved.is_null() {
                // SAFETY: the new block is another one, and both are at least as long as what
                // is copied.
                unsafe { ptr::copy_nonoverlapping(block, moved, layout.size().min(size)) };
                heap.free(block, layout);
            }
            moved
        })
    }
}
