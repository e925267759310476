//! Everything that the compiler cannot check, each use with its argument: coroutines,
//! borrowed thread bodies, what threads share without a lock, statics that begin anew, and the
//! heap that is emptied between executions.
//!
//! What all of them rest on: an execution that has ended is over. No coroutine of it is resumed
//! again, no destructor of it runs, and [`clear`] is the last that happens to it.

#![allow(unsafe_code)]

pub(super) mod heap;
pub mod keys;

use std::cell::{Cell, RefCell, RefMut};
use std::fs::{self, File};
use std::io;
use std::mem;
use std::ops::Range;
use std::os::unix::process::parent_id;
use std::panic::{Location, RefUnwindSafe};
use std::process;
use std::ptr;

use corosensei::stack::{DefaultStack, Stack};
use corosensei::{Coroutine, CoroutineResult, Yielder};
#[cfg(target_pointer_width = "32")]
use libc::Elf32_Phdr as Header;
#[cfg(target_pointer_width = "64")]
use libc::Elf64_Phdr as Header;
use memmap2::MmapMut;

use crate::thread::Scope;
use keys::Keys;

/// So many bytes of the statics are put back at a time.
const PIECE: usize = 1024;

thread_local! {
    /// Where the running coroutine suspends itself; null while none runs.
    static YIELDER: Cell<*const Yielder<(), ()>> = const { Cell::new(ptr::null()) };
    /// Where the running coroutine's stack is.
    static STACK: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
    /// Stacks of finished coroutines, for the next ones that want so many bytes.
    static STACKS: Cell<Vec<(usize, DefaultStack)>> = const { Cell::new(Vec::new()) };
}

/// A coroutine: the body of one thread of the program, on a stack of its own.
pub struct Fiber {
    coroutine: Option<Coroutine<(), (), (), DefaultStack>>,
    /// The bytes of its stack.
    stack: usize,
    /// Where that is: its lowest address, and the first one above it.
    place: (usize, usize),
    /// Where it suspends itself; null until it has started.
    yielder: *const Yielder<(), ()>,
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
        let pooled = with_stacks(|stacks| {
            let index = stacks.iter().rposition(|(size, _)| *size == stack)?;
            Some(stacks.swap_remove(index).1)
        });
        let memory = match pooled {
            Some(memory) => memory,
            None => DefaultStack::new(stack)?,
        };
        let place = (memory.limit().get(), memory.base().get());
        let coroutine = Coroutine::with_stack(memory, move |yielder: &Yielder<(), ()>, ()| {
            YIELDER.set(ptr::from_ref(yielder));
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

    /// Makes the first `RandomState` of this.
    pub fn set_keys(&mut self, keys: Keys) {
        self.keys = Some((keys, keys));
    }

    /// Whether it has made a `RandomState`, as far as that is known.
    pub fn has_used_keys(&self) -> bool {
        self.keys.is_some_and(|(next, first)| next != first)
    }

    /// Lets it run until it suspends itself; whether it has returned instead.
    #[inline(always)]
    pub fn resume(&mut self) -> bool {
        let coroutine = self
            .coroutine
            .as_mut()
            .expect("a finished thread does not go on");
        YIELDER.set(self.yielder);
        STACK.set(self.place);
        if let Some((keys, _)) = &mut self.keys {
            keys::swap(keys);
        }
        let runs = heap::ProgramRuns::begin();
        let result = coroutine.resume(());
        drop(runs);
        if let Some((keys, _)) = &mut self.keys {
            keys::swap(keys);
        }
        self.yielder = YIELDER.replace(ptr::null());
        let returned = matches!(result, CoroutineResult::Return(()));
        if returned && let Some(done) = self.coroutine.take() {
            with_stacks(|stacks| stacks.push((self.stack, done.into_stack())));
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
        with_stacks(|stacks| stacks.push((self.stack, coroutine.into_stack())));
    }
}

fn with_stacks<R>(f: impl FnOnce(&mut Vec<(usize, DefaultStack)>) -> R) -> R {
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

/// How many calls of a stack are looked at.
const CALLS: u32 = 64;

/// A number that is another one, as a rule, where the running coroutine has come here by other
/// calls: made of the addresses to which they return.
///
/// What is compiled for the explorer keeps frame pointers; the standard library does not, so
/// calls from inside of it may be left out.
#[inline(never)]
pub fn call_stack() -> u64 {
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
    let (limit, base) = STACK.get();
    let here = ptr::from_ref(&frame).addr();
    let mut lowest = here.max(limit);
    let mut frame = frame;
    let mut hash = 0u64;
    for _ in 0..CALLS {
        let is_inside = frame >= lowest && frame.saturating_add(2 * size_of::<usize>()) <= base;
        if !is_inside || !frame.is_multiple_of(align_of::<usize>()) {
            break;
        }
        // SAFETY: both words are inside of the running coroutine's stack, above what it uses
        // last, so they are mapped, and this thread alone could change them.
        let [next, returns_to] = unsafe { ptr::read_volatile(frame as *const [usize; 2]) };
        hash = (hash.rotate_left(5) ^ returns_to as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        lowest = frame + size_of::<usize>();
        frame = next;
    }
    hash
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

/// What stood in the statics of this process at some moment; nothing, if nobody has looked.
pub struct Statics {
    start: *mut mem::MaybeUninit<u8>,
    /// Their bytes, one behind the other; some may be padding.
    bytes: Vec<mem::MaybeUninit<u8>>,
}

impl Statics {
    pub(super) const fn none() -> Self {
        Self {
            start: ptr::null_mut(),
            bytes: Vec::new(),
        }
    }

    /// What stands in them now: a `static mut`, a cell of the program's own and what the real
    /// library keeps are among them, and all of it is a few kilobytes.
    ///
    /// # Errors
    ///
    /// The process has another thread, which could use them while they are put back; or the
    /// statics of the C library are among them.
    pub(super) fn now() -> io::Result<Self> {
        let is_linked_dynamically = headers()
            .iter()
            .any(|header| header.p_type == libc::PT_INTERP);
        if !is_linked_dynamically {
            return Err(io::Error::other(
                "the C library is linked statically (`crt-static`), so that it would forget what it \
                 has allocated; explore on a target that links it dynamically, as \
                 x86_64-unknown-linux-gnu does",
            ));
        }
        if fs::read_dir("/proc/self/task")?.count() != 1 {
            return Err(io::Error::other("the process has another thread"));
        }
        // Its buffer is made now, and not after each execution anew.
        drop(io::stdout().lock());
        let Range { start, end } = written();
        let start: *mut mem::MaybeUninit<u8> = ptr::with_exposed_provenance_mut(start);
        // SAFETY: the executable has mapped this memory to write to. Nobody else runs, so that
        // nothing of it changes meanwhile; some of it may be padding, hence `MaybeUninit`.
        let bytes = unsafe { std::slice::from_raw_parts(start, end - start.addr()) };
        Ok(Self {
            start,
            bytes: bytes.to_vec(),
        })
    }

    /// Whether this stands in a `static`, and nobody has looked what was there before.
    pub fn are_lost<T>(&self, value: &T) -> bool {
        let executable = (&raw const START).addr()..(&raw const END).addr();
        self.bytes.is_empty() && executable.contains(&ptr::from_ref(value).addr())
    }
}

/// What the executable says of its segments.
fn headers() -> &'static [Header] {
    // SAFETY: so many headers are there, as long as the process is.
    unsafe {
        let first = libc::getauxval(libc::AT_PHDR) as usize;
        let count = libc::getauxval(libc::AT_PHNUM) as usize;
        std::slice::from_raw_parts(ptr::with_exposed_provenance::<Header>(first), count)
    }
}

/// The addresses of the executable that a program can write to: the last of its segments, without
/// what only the dynamic linker has written.
fn written() -> Range<usize> {
    let headers = headers();
    let base = (&raw const START).expose_provenance();
    let range = |header: &Header| {
        let start = base + header.p_vaddr as usize;
        start..start + header.p_memsz as usize
    };
    let is_written =
        |header: &&Header| header.p_type == libc::PT_LOAD && header.p_flags & libc::PF_W != 0;
    let written = headers.iter().rfind(is_written).map_or(0..0, range);
    let fixed = headers
        .iter()
        .find(|header| header.p_type == libc::PT_GNU_RELRO);
    let fixed = fixed.map_or(0..0, range);
    written.start.max(fixed.end.min(written.end))..written.end
}

/// Ends an execution for good: the statics are what they were, and what it has allocated is
/// taken back. Its fibers have to be gone.
///
/// # Errors
///
/// There is no room for a program's heap.
pub fn clear(statics: &Statics) -> io::Result<()> {
    // A copy of more than about 2 KB is made in another way, which takes longer to begin.
    for (nth, piece) in statics.bytes.chunks(PIECE).enumerate() {
        // SAFETY: these are the bytes that stood there before the program ran, and nobody refers
        // to any of them: its fibers are gone, there is no other thread, and this function uses
        // none. What the program's statics own is taken back below. Those of the real library
        // that change while a program runs are what they were as well; what they owned then is
        // not freed in between: the buffer of the standard output is, when the process ends.
        unsafe {
            let to = statics.start.add(nth * PIECE);
            ptr::copy_nonoverlapping(piece.as_ptr(), to, piece.len());
        }
    }
    heap::empty()
}

unsafe extern "C" {
    // The first byte of the executable in memory, and the one behind its last, by the linker.
    #[link_name = "__executable_start"]
    static START: u8;
    #[link_name = "end"]
    static END: u8;
}

/// From here on this process ends with the one that has started it, which is this, however that
/// ends.
///
/// # Errors
///
/// The system does not see to it.
pub(crate) fn end_with(parent: u32) -> io::Result<()> {
    // SAFETY: sets a property of this process, and takes no address.
    if unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // It may have been gone by then.
    if parent_id() != parent {
        process::exit(1);
    }
    Ok(())
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
