//! Everything that the compiler cannot check, each use with its argument: coroutines,
//! borrowed thread bodies, statics that begin anew, and the counting of memory.

#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::fs::File;
use std::io::{self, Write};
use std::mem;
use std::panic::Location;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

use corosensei::stack::DefaultStack;
use corosensei::{Coroutine, CoroutineResult, Yielder};
use memmap2::MmapMut;

use crate::thread::Scope;

/// The bytes of a thread's stack. Only pages that were used take memory.
const STACK: usize = 2 << 20;

thread_local! {
    /// Where the running coroutine suspends itself; null while none runs.
    static YIELDER: Cell<*const Yielder<(), ()>> = const { Cell::new(ptr::null()) };
    /// Stacks of finished coroutines, for the next ones.
    static STACKS: Cell<Vec<DefaultStack>> = const { Cell::new(Vec::new()) };
}

/// A coroutine: the body of one thread of the program, on a stack of its own.
pub struct Fiber {
    coroutine: Option<Coroutine<(), (), (), DefaultStack>>,
    /// Where it suspends itself; null until it has started.
    yielder: *const Yielder<(), ()>,
}

impl Fiber {
    /// A coroutine that runs this body when it is first resumed.
    ///
    /// # Errors
    ///
    /// There is no room for another stack.
    pub fn new(body: Box<dyn FnOnce()>) -> io::Result<Self> {
        let pooled = with_stacks(Vec::pop);
        let stack = match pooled {
            Some(stack) => stack,
            None => DefaultStack::new(STACK)?,
        };
        let coroutine = Coroutine::with_stack(stack, move |yielder: &Yielder<(), ()>, ()| {
            YIELDER.set(ptr::from_ref(yielder));
            body();
        });
        let yielder = ptr::null();
        Ok(Self {
            coroutine: Some(coroutine),
            yielder,
        })
    }

    /// Lets it run until it suspends itself; whether it has returned instead.
    pub fn resume(&mut self) -> bool {
        let coroutine = self
            .coroutine
            .as_mut()
            .expect("a finished thread does not go on");
        YIELDER.set(self.yielder);
        let result = coroutine.resume(());
        self.yielder = YIELDER.replace(ptr::null());
        let returned = matches!(result, CoroutineResult::Return(()));
        if returned && let Some(done) = self.coroutine.take() {
            with_stacks(|stacks| stacks.push(done.into_stack()));
        }
        returned
    }

    /// Whether it has run at all.
    pub fn started(&self) -> bool {
        self.coroutine.as_ref().is_some_and(Coroutine::started)
    }

    /// Gives up the stack as it stands, without running a destructor.
    pub fn forget(&mut self) {
        let Some(mut coroutine) = self.coroutine.take() else {
            return;
        };
        if coroutine.started() {
            // SAFETY: what is on the stack is leaked, as if each value had been given to
            // `mem::forget`. No other thread's stack can refer to it any more: this is done
            // only after the execution has ended, and no fiber is resumed after it.
            unsafe { coroutine.force_reset() };
            with_stacks(|stacks| stacks.push(coroutine.into_stack()));
        }
    }
}

fn with_stacks<R>(f: impl FnOnce(&mut Vec<DefaultStack>) -> R) -> R {
    let mut stacks = STACKS.take();
    let result = f(&mut stacks);
    STACKS.set(stacks);
    result
}

/// Suspends the running coroutine until it is resumed.
///
/// # Panics
///
/// No coroutine runs.
pub fn suspend() {
    let yielder = YIELDER.get();
    assert!(!yielder.is_null(), "only a thread of the program can wait");
    // SAFETY: `resume` sets the pointer for as long as that coroutine runs, and the
    // yielder lives on the coroutine's stack below every frame that could ask here.
    unsafe { (*yielder).suspend(()) };
}

/// Forgets what the body of a scope's thread borrows.
pub(crate) fn outlived_by_scope<'scope>(
    body: Box<dyn FnOnce() + 'scope>,
    _scope: &'scope Scope<'scope, '_>,
) -> Box<dyn FnOnce() + 'static> {
    // SAFETY: only the lifetime changes. What is borrowed outlives the scope, and there is a
    // `Scope` only within a call of `thread::scope`, which neither returns nor unwinds before
    // each body that was started there has been dropped.
    unsafe { mem::transmute(body) }
}

/// The place in the source, for longer than the panic lasts that told it.
pub(crate) fn outlive(place: &Location<'_>) -> &'static Location<'static> {
    // SAFETY: only the compiler makes places, by `#[track_caller]`, and all are constants. On
    // stable nothing else can: the type has no public constructor but `Location::caller`,
    // which says `'static`; a copy of one may be borrowed for less, but a panic is told the
    // constant itself.
    unsafe { mem::transmute(place) }
}

/// What a value in a `static` was before the program first used it.
pub struct Snapshot {
    address: *mut u8,
    bytes: Box<[mem::MaybeUninit<u8>]>,
    drop: Box<dyn Fn()>,
}

impl Snapshot {
    /// The value as it is, if it stands in a `static`.
    pub fn of<T: ?Sized>(value: &T) -> Option<Self> {
        let address = ptr::from_ref(value).cast::<u8>().cast_mut();
        if !is_static(address) {
            return None;
        }
        let start = address.cast::<mem::MaybeUninit<u8>>();
        // SAFETY: the bytes of a live value, which may be padding, hence `MaybeUninit`.
        let bytes = unsafe { std::slice::from_raw_parts(start, size_of_val(value)) };
        let bytes = bytes.into();
        let pointer = ptr::from_ref(value).cast_mut();
        let drop: Box<dyn Fn() + '_> = Box::new(move || {
            // SAFETY: `restore` asks for this when nothing refers to the value.
            unsafe { ptr::drop_in_place(pointer) }
        });
        // SAFETY: the value is in a `static`, so it is there for ever.
        let drop = unsafe { mem::transmute::<Box<dyn Fn() + '_>, Box<dyn Fn() + 'static>>(drop) };
        Some(Self {
            address,
            bytes,
            drop,
        })
    }

    /// Drops the value, and puts back what it was.
    ///
    /// Only between executions: then no coroutine is left that could hold a reference. A
    /// `static` is initialised by a constant, which owns nothing that could be freed twice,
    /// so its bytes are a new value however often they are copied.
    pub fn restore(&self) {
        (self.drop)();
        // SAFETY: as above; the destination is a `static` with interior mutability, of just
        // this length, and the value there has been dropped.
        unsafe {
            ptr::copy_nonoverlapping(self.bytes.as_ptr(), self.address.cast(), self.bytes.len())
        };
    }
}

unsafe extern "C" {
    // The first and the last byte of the executable in memory, by the linker.
    #[link_name = "__executable_start"]
    static START: u8;
    #[link_name = "end"]
    static END: u8;
}

fn is_static(address: *const u8) -> bool {
    (&raw const START..&raw const END).contains(&address)
}

/// A file in memory that another process can read, whatever becomes of this one.
///
/// # Errors
///
/// The file cannot be mapped.
pub fn map(file: &File) -> io::Result<MmapMut> {
    // SAFETY: the other process only reads, and nobody makes the file shorter.
    unsafe { MmapMut::map_mut(file) }
}

/// Counts what is allocated, so that a program that allocates without end is stopped
/// before the machine is.
struct Counting;

static ALLOCATED: AtomicUsize = AtomicUsize::new(0);
static ALLOWED: AtomicUsize = AtomicUsize::new(usize::MAX);

/// The bytes that are allocated now.
pub fn allocated() -> usize {
    ALLOCATED.load(Ordering::Relaxed)
}

/// From here on the process aborts once it has allocated more than so many bytes.
pub fn allow(bytes: usize) {
    ALLOWED.store(bytes, Ordering::Relaxed);
}

#[global_allocator]
static COUNTING: Counting = Counting;

// SAFETY: every call goes to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // One thread of the operating system runs the program, so nothing is lost between
        // the two; another thread's allocation would make the sum a little wrong, no more.
        let left = ALLOCATED
            .load(Ordering::Relaxed)
            .wrapping_sub(layout.size());
        ALLOCATED.store(left, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size.wrapping_sub(layout.size()));
        // SAFETY: the caller keeps the contract.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

fn count(more: usize) {
    let sum = ALLOCATED.load(Ordering::Relaxed).wrapping_add(more);
    ALLOCATED.store(sum, Ordering::Relaxed);
    // A sum beyond half of the address space is one that fell below zero.
    if sum > ALLOWED.load(Ordering::Relaxed) && sum < usize::MAX / 2 {
        allow(usize::MAX);
        // Says it in one write, without allocating, and the parent process does the rest.
        let _ = io::stderr().write_all(OUT_OF_MEMORY.as_bytes());
        std::process::abort();
    }
}

/// What the process says on standard error before it aborts for want of memory.
pub const OUT_OF_MEMORY: &str = "the program allocates without end\n";
