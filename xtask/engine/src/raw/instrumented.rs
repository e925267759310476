//! What the compiler has put before each access to memory and in place of each atomic operation,
//! where a program was compiled with LLVM's thread-sanitizer pass. The names and what they are given
//! are those of its run-time library (LLVM, `compiler-rt/lib/tsan/rtl/tsan_interface.h` and
//! `tsan_interface_atomic.h`).
//!
//! The atomics of a program are the facade's, which announces them itself, and is compiled without
//! the pass. What is left are the counts of an `Arc`: generic code of the real library, which is
//! compiled with the program. They are as long as a pointer, and on the program's heap. Shorter
//! atomics are in the real locks that the facade's keep their value in, and one that says whether
//! any thread panics is a static: they are nobody's operations.

use std::ffi::{c_int, c_void};
use std::ptr;
use std::sync::atomic::{
    AtomicU8, AtomicU16, AtomicU32, AtomicU64,
    Ordering::{self, AcqRel, Acquire, Relaxed, Release, SeqCst},
    fence,
};

use super::fiber;
use super::heap::{self, HEAP, Heap};
use crate::conflict::AccessKind;
use crate::count::{self, Change};
use crate::memory;
use crate::races;
use crate::running::is_programs_turn;

/// An order as LLVM numbers it: that of C++'s `memory_order`.
fn order(number: c_int) -> Ordering {
    match number {
        0 => Relaxed,
        1 | 2 => Acquire,
        3 => Release,
        4 => AcqRel,
        _ => SeqCst,
    }
}

/// Does something to a word, and returns what was there before. If it is a count, that is an
/// operation of the running thread.
#[inline(always)]
fn do_to<const BYTES: usize>(
    address: usize,
    change: Change,
    orders: [c_int; 2],
    read: impl FnOnce() -> usize,
    perform: impl FnOnce() -> [usize; 2],
) -> usize {
    let is_count = BYTES == count::BYTES && heap::place_of(address).is_some();
    if is_count && HEAP.with(is_programs_turn) {
        return count::change(address, change, orders.map(order), read, perform);
    }
    let [before, _] = perform();
    before
}

/// The atomic operations on words of one length. All that is done here is done on one thread of the
/// operating system: the orders are for the engine.
macro_rules! atomics {
    ($value:ty, $atomic:ty: $load:ident $store:ident $exchange:ident $compare:ident
        $($fetch:ident $change:ident $method:ident)*) => {
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $load(word: *const $atomic, order: c_int) -> $value {
            // SAFETY: the compiler calls this where the program loads an atomic.
            let word = unsafe { &*word };
            let address = word.as_ptr().expose_provenance();
            let read = || word.load(SeqCst) as usize;
            do_to::<{ size_of::<$value>() }>(address, Change::Load, [order; 2], read, || {
                [word.load(SeqCst) as usize; 2]
            }) as $value
        }

        #[unsafe(no_mangle)]
        unsafe extern "C" fn $store(word: *const $atomic, value: $value, order: c_int) {
            // SAFETY: likewise, where it stores one.
            let word = unsafe { &*word };
            let address = word.as_ptr().expose_provenance();
            let read = || word.load(SeqCst) as usize;
            do_to::<{ size_of::<$value>() }>(address, Change::Set, [order; 2], read, || {
                [word.swap(value, SeqCst) as usize, value as usize]
            });
        }

        #[unsafe(no_mangle)]
        unsafe extern "C" fn $exchange(word: *const $atomic, value: $value, order: c_int) -> $value {
            // SAFETY: likewise, where it swaps one.
            let word = unsafe { &*word };
            let address = word.as_ptr().expose_provenance();
            let read = || word.load(SeqCst) as usize;
            do_to::<{ size_of::<$value>() }>(address, Change::Exchange, [order; 2], read, || {
                [word.swap(value, SeqCst) as usize, value as usize]
            }) as $value
        }

        #[unsafe(no_mangle)]
        unsafe extern "C" fn $compare(
            word: *const $atomic,
            current: $value,
            new: $value,
            order: c_int,
            on_failure: c_int,
        ) -> $value {
            // SAFETY: likewise, where it exchanges one.
            let word = unsafe { &*word };
            let address = word.as_ptr().expose_provenance();
            let read = || word.load(SeqCst) as usize;
            do_to::<{ size_of::<$value>() }>(address, Change::Exchange, [order, on_failure], read, || {
                match word.compare_exchange(current, new, SeqCst, SeqCst) {
                    Ok(before) => [before as usize, new as usize],
                    Err(before) => [before as usize; 2],
                }
            }) as $value
        }

        $(
            #[unsafe(no_mangle)]
            unsafe extern "C" fn $fetch(word: *const $atomic, value: $value, order: c_int) -> $value {
                // SAFETY: likewise, where it changes one.
                let word = unsafe { &*word };
                let address = word.as_ptr().expose_provenance();
                let read = || word.load(SeqCst) as usize;
                do_to::<{ size_of::<$value>() }>(address, Change::$change, [order; 2], read, || {
                    let before = word.$method(value, SeqCst);
                    [before as usize, word.load(SeqCst) as usize]
                }) as $value
            }
        )*
    };
}

atomics!(
    u8, AtomicU8: __tsan_atomic8_load __tsan_atomic8_store __tsan_atomic8_exchange
    __tsan_atomic8_compare_exchange_val
    __tsan_atomic8_fetch_add Add fetch_add
    __tsan_atomic8_fetch_sub Subtract fetch_sub
    __tsan_atomic8_fetch_and Exchange fetch_and
    __tsan_atomic8_fetch_or Exchange fetch_or
    __tsan_atomic8_fetch_xor Exchange fetch_xor
    __tsan_atomic8_fetch_nand Exchange fetch_nand
);
atomics!(
    u16, AtomicU16: __tsan_atomic16_load __tsan_atomic16_store __tsan_atomic16_exchange
    __tsan_atomic16_compare_exchange_val
    __tsan_atomic16_fetch_add Add fetch_add
    __tsan_atomic16_fetch_sub Subtract fetch_sub
    __tsan_atomic16_fetch_and Exchange fetch_and
    __tsan_atomic16_fetch_or Exchange fetch_or
    __tsan_atomic16_fetch_xor Exchange fetch_xor
    __tsan_atomic16_fetch_nand Exchange fetch_nand
);
atomics!(
    u32, AtomicU32: __tsan_atomic32_load __tsan_atomic32_store __tsan_atomic32_exchange
    __tsan_atomic32_compare_exchange_val
    __tsan_atomic32_fetch_add Add fetch_add
    __tsan_atomic32_fetch_sub Subtract fetch_sub
    __tsan_atomic32_fetch_and Exchange fetch_and
    __tsan_atomic32_fetch_or Exchange fetch_or
    __tsan_atomic32_fetch_xor Exchange fetch_xor
    __tsan_atomic32_fetch_nand Exchange fetch_nand
);
atomics!(
    u64, AtomicU64: __tsan_atomic64_load __tsan_atomic64_store __tsan_atomic64_exchange
    __tsan_atomic64_compare_exchange_val
    __tsan_atomic64_fetch_add Add fetch_add
    __tsan_atomic64_fetch_sub Subtract fetch_sub
    __tsan_atomic64_fetch_and Exchange fetch_and
    __tsan_atomic64_fetch_or Exchange fetch_or
    __tsan_atomic64_fetch_xor Exchange fetch_xor
    __tsan_atomic64_fetch_nand Exchange fetch_nand
);

/// A fence of the running thread: it is an operation where memory is weak, as the facade's are.
#[unsafe(no_mangle)]
extern "C" fn __tsan_atomic_thread_fence(number: c_int) {
    fence(SeqCst);
    if HEAP.with(is_programs_turn) {
        memory::fence(order(number));
    }
}

/// What orders a thread with its own signal handlers, of which a program has none here.
#[unsafe(no_mangle)]
extern "C" fn __tsan_atomic_signal_fence(_number: c_int) {}

/// The running thread accesses so many bytes from this address on. There may be millions of accesses,
/// and mostly nobody looks: that has to be found out in a few instructions.
#[inline(always)]
fn access(address: *const c_void, bytes: usize, kind: AccessKind) {
    if HEAP.with(Heap::looks) {
        look_at(address.addr(), bytes, kind, fiber::frame());
    }
}

#[inline(never)]
fn look_at(address: usize, bytes: usize, kind: AccessKind, frame: usize) {
    HEAP.with(|heap| {
        heap.access(address, bytes, kind as u8, || {
            races::access(address..address + bytes, kind, frame)
        });
    });
}

/// Plain accesses, each with how many bytes it is about.
macro_rules! accesses {
    ($($name:ident $bytes:literal $kind:ident)*) => { $(
        #[unsafe(no_mangle)]
        extern "C" fn $name(address: *const c_void) {
            access(address, $bytes, AccessKind::$kind);
        }
    )* };
}

accesses! {
    __tsan_read1 1 Read
    __tsan_read2 2 Read
    __tsan_read4 4 Read
    __tsan_read8 8 Read
    __tsan_read16 16 Read
    __tsan_unaligned_read2 2 Read
    __tsan_unaligned_read4 4 Read
    __tsan_unaligned_read8 8 Read
    __tsan_unaligned_read16 16 Read
    __tsan_write1 1 Write
    __tsan_write2 2 Write
    __tsan_write4 4 Write
    __tsan_write8 8 Write
    __tsan_write16 16 Write
    __tsan_unaligned_write2 2 Write
    __tsan_unaligned_write4 4 Write
    __tsan_unaligned_write8 8 Write
    __tsan_unaligned_write16 16 Write
}

/// Functions of the C library that copy so many bytes.
macro_rules! copies {
    ($($name:ident $copy:ident)*) => { $(
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name(
            to: *mut c_void,
            from: *const c_void,
            bytes: usize,
        ) -> *mut c_void {
            access(from, bytes, AccessKind::Read);
            access(to, bytes, AccessKind::Write);
            // SAFETY: the compiler calls this where the program copies so many bytes in this way.
            unsafe { ptr::$copy(from.cast::<u8>(), to.cast::<u8>(), bytes) };
            to
        }
    )* };
}

copies! {
    __tsan_memmove copy
    __tsan_memcpy copy_nonoverlapping
}

/// `memset`.
#[unsafe(no_mangle)]
unsafe extern "C" fn __tsan_memset(to: *mut c_void, value: c_int, bytes: usize) -> *mut c_void {
    access(to, bytes, AccessKind::Write);
    // SAFETY: likewise, where the program sets so many bytes to one value.
    unsafe { ptr::write_bytes(to.cast::<u8>(), value as u8, bytes) };
    to
}
