//! Coroutines: each thread of a program is one, and all of them run on one thread of the operating
//! system.

use std::cell::{Cell, RefCell};
use std::io;
use std::iter;
use std::ops::Range;
use std::ptr;

use corosensei::stack::{DefaultStack, Stack};
use corosensei::{Coroutine, CoroutineResult, Yielder};

use super::heap::ProgramRuns;
use super::keys::{self, Keys};
use crate::addresses;

thread_local! {
    /// Where the running coroutine suspends itself; null while none runs.
    static YIELDER: Cell<*const Yielder<First, ()>> = const { Cell::new(ptr::null()) };
    /// Where the running coroutine's stack is.
    static STACK: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
    /// Where there are stacks.
    static PLACES: RefCell<Vec<Range<usize>>> = const { RefCell::new(Vec::new()) };
    /// Stacks of finished coroutines, for the next ones that want so many bytes.
    static STACKS: RefCell<Vec<(usize, DefaultStack)>> = const { RefCell::new(Vec::new()) };
}

/// What a coroutine does first when it is resumed, if anything.
pub type First = Option<fn()>;

/// A coroutine: the body of one thread of the program, on a stack of its own.
pub struct Fiber {
    coroutine: Option<Coroutine<First, (), (), DefaultStack>>,
    /// The bytes of its stack.
    stack: usize,
    /// Where that is: its lowest address, and the first one above it.
    place: (usize, usize),
    /// Where it suspends itself; null until it has started.
    yielder: *const Yielder<First, ()>,
    /// What the next `RandomState` is made of, and what the first one was, if it is known where
    /// that is kept.
    keys: Option<(Keys, Keys)>,
}

impl Fiber {
    /// A coroutine that runs this body when it is first resumed, on a stack of so many bytes.
    /// Only pages that were used take memory.
    ///
    /// # Errors
    ///
    /// There is no room for another stack.
    pub fn new(stack: usize, body: Box<dyn FnOnce()>) -> io::Result<Self> {
        let pooled = STACKS.with_borrow_mut(|stacks| {
            let index = stacks.iter().rposition(|(size, _)| *size == stack)?;
            Some(stacks.swap_remove(index).1)
        });
        let memory = match pooled {
            Some(memory) => memory,
            None => new_stack(stack)?,
        };
        let place = (memory.limit().get(), memory.base().get());
        let coroutine =
            Coroutine::with_stack(memory, move |yielder: &Yielder<First, ()>, first: First| {
                YIELDER.set(ptr::from_ref(yielder));
                if let Some(first) = first {
                    first();
                }
                body();
            });
        let yielder = ptr::null();
        Ok(Self {
            coroutine: Some(coroutine),
            stack,
            place,
            yielder,
            keys: None,
        })
    }

    /// Where its stack stands.
    pub fn addresses(&self) -> Range<usize> {
        let (limit, base) = self.place;
        limit..base
    }

    /// Makes the first `RandomState` of this.
    pub fn set_keys(&mut self, keys: Keys) {
        self.keys = Some((keys, keys));
    }

    /// Whether it has made a `RandomState`, as far as that is known.
    pub fn has_used_keys(&self) -> bool {
        self.keys.is_some_and(|(next, first)| next != first)
    }

    /// Lets it run until it suspends itself; whether it has returned instead. If there is something to
    /// do first, it does that on its own stack.
    #[inline(always)]
    pub fn resume(&mut self, first: First) -> bool {
        let coroutine = self
            .coroutine
            .as_mut()
            .expect("a finished thread does not go on");
        YIELDER.set(self.yielder);
        STACK.set(self.place);
        if let Some((keys, _)) = &self.keys {
            keys::set(*keys);
        }
        let runs = ProgramRuns::begin();
        let result = coroutine.resume(first);
        drop(runs);
        if let Some((keys, _)) = &mut self.keys {
            *keys = keys::get();
        }
        self.yielder = YIELDER.replace(ptr::null());
        let returned = matches!(result, CoroutineResult::Return(()));
        if returned && let Some(done) = self.coroutine.take() {
            let (limit, base) = self.place;
            addresses::forget(limit..base);
            STACKS.with_borrow_mut(|stacks| stacks.push((self.stack, done.into_stack())));
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
        STACKS.with_borrow_mut(|stacks| stacks.push((self.stack, coroutine.into_stack())));
    }
}

fn new_stack(bytes: usize) -> io::Result<DefaultStack> {
    let stack = DefaultStack::new(bytes)?;
    let place = stack.limit().get()..stack.base().get();
    PLACES.with_borrow_mut(|places| places.push(place));
    Ok(stack)
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
    let first = unsafe { (*yielder).suspend(()) };
    if let Some(first) = first {
        first();
    }
}

/// How many calls of a stack are looked at.
const CALLS: usize = 64;

/// A number that is another one, as a rule, where the running coroutine has come here by other
/// calls: made of the addresses to which they return.
#[inline(never)]
pub fn call_stack() -> u64 {
    calls().fold(0, |hash, returns_to| {
        (hash.rotate_left(5) ^ returns_to as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    })
}

/// The frame of the function that this is compiled into.
#[inline(always)]
pub fn frame() -> usize {
    let frame: usize;
    // SAFETY: only a register is read.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        std::arch::asm!("mov {}, rbp", out(reg) frame, options(nomem, nostack, preserves_flags));
    }
    // SAFETY: likewise.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        std::arch::asm!("mov {}, x29", out(reg) frame, options(nomem, nostack, preserves_flags));
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    {
        frame = 0;
    }
    frame
}

/// The addresses to which the calls of the running coroutine return, the innermost first.
///
/// What is compiled for the explorer keeps frame pointers; the standard library does not, so
/// calls from inside of it may be left out.
#[inline(always)]
pub fn calls() -> impl Iterator<Item = usize> {
    let mut walk = Walk::from(frame());
    iter::from_fn(move || walk.next()).take(CALLS)
}

/// The first of them from the function on that has this frame; what is beyond the last stays as it is.
#[inline(always)]
pub fn first_calls(frame: usize, calls: &mut [usize]) {
    let mut walk = Walk::from(frame);
    for call in calls {
        let Some(returns_to) = walk.next() else {
            return;
        };
        *call = returns_to;
    }
}

/// The first of them.
#[inline(always)]
pub fn returns_to(frame: usize) -> usize {
    Walk::from(frame).next().unwrap_or(0)
}

/// A walk from frame to frame, up the running coroutine's stack.
struct Walk {
    frame: usize,
    lowest: usize,
    base: usize,
}

impl Walk {
    #[inline(always)]
    fn from(frame: usize) -> Self {
        let (limit, base) = STACK.get();
        let lowest = frame.max(limit);
        Self {
            frame,
            lowest,
            base,
        }
    }

    /// Where the call returns to that has made this frame.
    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        let above = self.frame.saturating_add(2 * size_of::<usize>());
        let is_inside = self.frame >= self.lowest && above <= self.base;
        if !is_inside || !self.frame.is_multiple_of(align_of::<usize>()) {
            return None;
        }
        // SAFETY: both words are inside of the running coroutine's stack, above what it uses
        // last, so they are mapped, and this thread alone could change them.
        let [next, returns_to] = unsafe { ptr::read_volatile(self.frame as *const [usize; 2]) };
        self.lowest = self.frame + size_of::<usize>();
        self.frame = next;
        Some(returns_to)
    }
}

/// Whether this address is on a thread's stack.
pub fn has(address: usize) -> bool {
    PLACES.with_borrow(|places| places.iter().any(|place| place.contains(&address)))
}
