//! What of the facade the compiler cannot check, each use with its argument.

#![allow(unsafe_code)]

use ::std::cell::{RefCell, RefMut};
use ::std::mem;
use ::std::os::fd::BorrowedFd;
use ::std::panic::{Location, RefUnwindSafe};
use ::std::ptr;

use engine::unwatched;

::std::thread_local! {
    /// Known by its address alone.
    static HERE: u8 = const { 0 };
}

/// The place in the source, for longer than the panic lasts that told it.
pub(crate) fn outlive(place: &Location<'_>) -> &'static Location<'static> {
    // SAFETY: only the compiler makes places, by `#[track_caller]`, and all are constants. On
    // stable nothing else can: the type has no public constructor but `Location::caller`,
    // which says `'static`; a copy of one may be borrowed for less, but a panic is told the
    // constant itself.
    unsafe { mem::transmute(place) }
}

/// The descriptor of a standard stream, which is 0, 1 or 2.
pub(crate) fn standard<const NUMBER: i32>() -> BorrowedFd<'static> {
    const { assert!(0 <= NUMBER && NUMBER <= 2) };
    // SAFETY: it is open as long as the process: no program can close what it has not opened.
    unsafe { BorrowedFd::borrow_raw(NUMBER) }
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
        assert_is_here(self.home);
        self.value.borrow_mut()
    }

    /// Changes the value, in code that is compiled with the program: these accesses are not looked at.
    ///
    /// # Panics
    ///
    /// As those of [`borrow_mut`](Self::borrow_mut).
    #[inline]
    pub fn change<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        unwatched(|| change(&mut self.borrow_mut()))
    }
}

/// This thread of the operating system has to be the one with that number.
fn assert_is_here(home: usize) {
    assert_eq!(home, here(), "a program runs on one thread");
}

/// A number for this thread of the operating system, which no other has at the same time.
fn here() -> usize {
    HERE.with(|here| ptr::from_ref(here).addr())
}
