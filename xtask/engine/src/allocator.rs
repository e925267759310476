//! Whose memory is asked for: the program's heap while a thread of the program runs, and the
//! system's while the engine does, or the explorer above it.

#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::ptr;

use crate::perform::{end, refuse};
use crate::races;
use crate::raw::fiber;
use crate::raw::heap::{HEAP, Heap, NotAllocated, PAGE, SIZE};
use crate::record::Ending;
use crate::running::{is_programs_turn, with};

/// Asks the one or the other.
struct Allocator;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

impl Allocator {
    /// A larger alignment than a page's is the system's affair. Such a block is not taken
    /// back at the end, but nobody asks for one.
    fn is_programs(heap: &Heap, layout: Layout) -> bool {
        is_programs_turn(heap) && layout.align() <= PAGE
    }

    #[inline(always)]
    fn allocate(heap: &Heap, layout: Layout) -> *mut u8 {
        let block = heap.allocate(layout);
        if block.is_null() {
            Self::exceed();
        }
        if heap.is_watched() {
            races::allocated(block.addr(), heap.bytes(layout), layout.size());
        }
        block
    }

    /// The function that has this frame gives a block back.
    #[inline(always)]
    fn free(heap: &Heap, block: *mut u8, layout: Layout, frame: usize) {
        if heap.is_watched() && is_programs_turn(heap) {
            let start = block.addr();
            races::free(start..start + layout.size(), frame);
        }
        heap.free(block, layout);
    }

    /// Ends the execution: the program asks for more memory than there is.
    #[cold]
    fn exceed() -> ! {
        let item = with(|_| format!("more than {} GiB of memory", SIZE >> 30));
        refuse(&item, "the explorer's heap has no more")
    }

    /// Ends the execution if a thread of the program gives back what is not allocated.
    #[inline]
    fn check(heap: &Heap, block: *mut u8, layout: Layout) {
        if let Some(why) = heap.is_not_allocated(block)
            && is_programs_turn(heap)
        {
            Self::refuse(&why, layout)
        }
    }

    #[cold]
    fn refuse(why: &NotAllocated, layout: Layout) -> ! {
        let bytes = layout.size();
        end(Ending::InvalidFree(match why {
            NotAllocated::Freed => format!("a block of {bytes} bytes that was freed before"),
            NotAllocated::Never => {
                format!("{bytes} bytes where no block begins that was allocated")
            }
        }))
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
            true => Self::allocate(heap, layout),
            // SAFETY: the caller keeps the contract.
            false => unsafe { System.alloc(layout) },
        })
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        HEAP.with(|heap| match Self::is_programs(heap, layout) {
            true => {
                let block = Self::allocate(heap, layout);
                // SAFETY: the block is new, and so long.
                unsafe { block.write_bytes(0, layout.size()) };
                block
            }
            // SAFETY: the caller keeps the contract.
            false => unsafe { System.alloc_zeroed(layout) },
        })
    }

    // The frame is that of the function by which Rust calls this, and not one in between.
    #[inline(always)]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let frame = fiber::frame();
        HEAP.with(|heap| match heap.has(block) {
            true => {
                Self::check(heap, block, layout);
                Self::free(heap, block, layout, frame);
            }
            // SAFETY: the caller keeps the contract.
            false => unsafe { System.dealloc(block, layout) },
        });
    }

    #[inline(always)]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let frame = fiber::frame();
        HEAP.with(|heap| {
            if !heap.has(block) {
                // SAFETY: the caller keeps the contract.
                return unsafe { System.realloc(block, layout, size) };
            }
            Self::check(heap, block, layout);
            // SAFETY: the caller keeps to what a layout may be.
            let new = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
            if heap.size(layout) == heap.size(new) {
                if heap.is_watched() {
                    races::resized(block.addr(), layout.size(), size);
                }
                return block;
            }
            // SAFETY: the caller keeps the contract.
            let moved = unsafe { self.alloc(new) };
            if !moved.is_null() {
                // SAFETY: the new block is another one, and both are at least as long as what
                // is copied.
                unsafe { ptr::copy_nonoverlapping(block, moved, layout.size().min(size)) };
                Self::free(heap, block, layout, frame);
            }
            moved
        })
    }
}
