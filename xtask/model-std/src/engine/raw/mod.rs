//! Everything that the compiler cannot check, each use with its argument: coroutines,
//! borrowed thread bodies, what threads share without a lock, statics that begin anew, and the
//! heap that is emptied between executions.
//!
//! What all of them rest on: an execution that has ended is over. No coroutine of it is resumed
//! again, no destructor of it runs, and [`clear`] is the last that happens to it.

#![allow(unsafe_code)]

pub(super) mod heap;

use std::cell::{Cell, RefCell, RefMut};
use std::fs::File;
use std::io;
use std::mem;
use std::panic::{Location, RefUnwindSafe};
use std::ptr;

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
    #[inline(always)]
    pub fn resume(&mut self) -> bool {
        let coroutine = self
            .coroutine
            .as_mut()
            .expect("a finished thread does not go on");
        YIELDER.set(self.yielder);
        heap::set_program_runs(true);
        let result = coroutine.resume(());
        heap::set_program_runs(false);
        self.yielder = YIELDER.replace(ptr::null());
        let returned = matches!(result, CoroutineResult::Return(()));
        if returned && let Some(done) = self.coroutine.take() {
            with_stacks(|stacks| stacks.push(done.into_stack()));
        }
        returned
    }
}

impl Drop for Fiber {
    /// Gives up the stack as it stands: no destructor of the program runs.
    fn drop(&mut self) {
        let Some(mut coroutine) = self.coroutine.take() else {
            return;
        };
        // SAFETY: what is on the stack is leaked, as if each value had been given to
        // `mem::forget`. What it owns is taken back by `clear`. Nobody refers to it: a thread
        // that is left is dropped only when the execution has ended, and then no other is
        // resumed.
        unsafe { coroutine.force_reset() };
        with_stacks(|stacks| stacks.push(coroutine.into_stack()));
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
#[inline(always)]
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
    // each body that was started there has run to its end. Where the execution ends before
    // that, the call never returns, and the bodies never go on.
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

/// A value that the threads of a program share. All of them are coroutines on the thread of the
/// operating system that made it, and it stays there: so it needs no lock.
pub(crate) struct Confined<T> {
    home: usize,
    value: RefCell<T>,
}

// SAFETY: the value is reached by `borrow_mut` alone, and only on the thread that it was made on;
// or by whoever owns it, which may be any thread, since it can be sent. Another thread can have
// the same home only when the first has ended.
unsafe impl<T: Send> Sync for Confined<T> {}

/// As with a lock: who panics in the middle of a change leaves it as it is.
impl<T> RefUnwindSafe for Confined<T> {}

impl<T> Confined<T> {
    /// A value that stays on this thread of the operating system.
    pub fn new(value: T) -> Self {
        Self {
            home: here(),
            value: RefCell::new(value),
        }
    }

    /// The value.
    ///
    /// # Panics
    ///
    /// Somebody has it already, or this is another thread of the operating system.
    #[inline]
    pub fn borrow_mut(&self) -> RefMut<'_, T> {
        assert_eq!(self.home, here(), "a program runs on one thread");
        self.value.borrow_mut()
    }
}

/// A number for this thread of the operating system, which no other has at the same time.
#[inline]
fn here() -> usize {
    YIELDER.with(|yielder| ptr::from_ref(yielder).addr())
}

/// What the values in `static`s were before the program first used them.
pub struct Statics {
    values: Vec<(*mut mem::MaybeUninit<u8>, usize)>,
    /// Their bytes, one behind the other; some may be padding.
    bytes: Vec<mem::MaybeUninit<u8>>,
}

impl Statics {
    pub(super) const fn new() -> Self {
        Self {
            values: Vec::new(),
            bytes: Vec::new(),
        }
    }

    /// Remembers what the value is now, if it stands in a `static`.
    pub fn add<T: ?Sized>(&mut self, value: &T) {
        let address = ptr::from_ref(value).cast::<mem::MaybeUninit<u8>>();
        if is_static(address.cast()) {
            let length = size_of_val(value);
            // SAFETY: the bytes of a live value, which may be padding, hence `MaybeUninit`.
            let bytes = unsafe { std::slice::from_raw_parts(address, length) };
            self.values.push((address.cast_mut(), length));
            self.bytes.extend_from_slice(bytes);
        }
    }
}

/// Ends an execution for good: its statics are what they were, and what it has allocated is
/// taken back. Its fibers have to be gone.
///
/// # Errors
///
/// There is no room for a program's heap.
pub fn clear(statics: &mut Statics) -> io::Result<()> {
    // The latest first: it may be a part of one that is known from earlier.
    while let Some((address, length)) = statics.values.pop() {
        let start = statics.bytes.len() - length;
        // SAFETY: the destination is a `static` with interior mutability, of just this
        // length, and nobody refers to it: the fibers are gone. Its value was made by a
        // constant, so that it owns nothing, and its bytes are a new value however often
        // they are copied. What the value owns that is there now is taken back below.
        unsafe { ptr::copy_nonoverlapping(statics.bytes[start..].as_ptr(), address, length) };
        statics.bytes.truncate(start);
    }
    heap::empty()
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
