//! A value that is made when it is first needed.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::sync as real;

use super::free::free;
use super::once::Once;

/// `std::sync::LazyLock`. An initialiser that asks for the value waits for itself.
pub struct LazyLock<T, F = fn() -> T> {
    once: Once,
    value: real::OnceLock<T>,
    /// Absent once it has been called.
    initialiser: real::Mutex<Option<F>>,
    /// What it may be shared with depends on the closure too.
    like: PhantomData<real::LazyLock<T, F>>,
}

impl<T, F: FnOnce() -> T> LazyLock<T, F> {
    /// A value that this closure will make.
    #[track_caller]
    pub const fn new(f: F) -> Self {
        Self {
            once: Once::of("lazy lock"),
            value: real::OnceLock::new(),
            initialiser: real::Mutex::new(Some(f)),
            like: PhantomData,
        }
    }

    /// The value, made now if it has not been; of several who come at once, one makes it
    /// and the others wait.
    ///
    /// # Panics
    ///
    /// If the closure does, or has.
    #[track_caller]
    pub fn force(this: &Self) -> &T {
        if let Some(call) = this.once.begin("force") {
            if call.is_poisoned() {
                panic_poisoned();
            }
            this.initialise();
            call.complete();
        }
        this.value.get().expect("it is complete")
    }

    /// The same in place, since nobody else has it.
    ///
    /// # Panics
    ///
    /// If the closure does, or has.
    pub fn force_mut(this: &mut Self) -> &mut T {
        if this.once.is_poisoned() {
            panic_poisoned();
        }
        if !this.once.has_completed() {
            // Poisoned, should the closure not return.
            this.once.settle(false);
            this.initialise();
            this.once.settle(true);
        }
        this.value.get_mut().expect("it is complete")
    }

    fn initialise(&self) {
        let initialiser = free(self.initialiser.try_lock()).take();
        let value = initialiser.expect("it is called once")();
        let filled = self.value.set(value);
        assert!(filled.is_ok(), "only the initialiser makes a value");
    }
}

impl<T, F> LazyLock<T, F> {
    /// The value, if it has been made.
    #[track_caller]
    pub fn get(this: &Self) -> Option<&T> {
        match this.once.look_inside("not yet") {
            true => this.value.get(),
            false => None,
        }
    }

    /// The value in place, if it has been made.
    pub fn get_mut(this: &mut Self) -> Option<&mut T> {
        this.value.get_mut()
    }
}

impl<T, F: FnOnce() -> T> Deref for LazyLock<T, F> {
    type Target = T;

    #[track_caller]
    fn deref(&self) -> &T {
        Self::force(self)
    }
}

impl<T, F: FnOnce() -> T> DerefMut for LazyLock<T, F> {
    fn deref_mut(&mut self) -> &mut T {
        Self::force_mut(self)
    }
}

impl<T: Default> Default for LazyLock<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new(T::default)
    }
}

impl<T: fmt::Debug, F> fmt::Debug for LazyLock<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_tuple("LazyLock");
        match Self::get(self) {
            Some(value) => debug.field(value),
            None => debug.field(&format_args!("<uninit>")),
        };
        debug.finish()
    }
}

#[track_caller]
fn panic_poisoned() -> ! {
    panic!("LazyLock instance has previously been poisoned")
}
