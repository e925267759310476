//! A cell that is written once.

use std::fmt;
use std::sync as real;

use super::once::Once;

/// `std::sync::OnceLock`. An initialiser that asks for the value waits for itself.
pub struct OnceLock<T> {
    once: Once,
    inner: real::OnceLock<T>,
}

impl<T> OnceLock<T> {
    /// A cell without a value.
    #[must_use]
    #[track_caller]
    pub const fn new() -> Self {
        Self {
            once: Once::of("once lock"),
            inner: real::OnceLock::new(),
        }
    }

    /// The value, if there is one.
    #[track_caller]
    pub fn get(&self) -> Option<&T> {
        match self.once.look_inside("empty") {
            true => self.inner.get(),
            false => None,
        }
    }

    /// The value in place, if there is one.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.inner.get_mut()
    }

    /// Waits until there is a value.
    #[track_caller]
    pub fn wait(&self) -> &T {
        self.once.await_completion();
        self.value()
    }

    /// Sets the value.
    ///
    /// # Errors
    ///
    /// If there is one; the error has the new one.
    #[track_caller]
    pub fn set(&self, value: T) -> Result<(), T> {
        match self.once.begin("set") {
            None => Err(value),
            Some(call) => {
                self.fill(value);
                call.completed_at_once();
                Ok(())
            }
        }
    }

    /// The value, made now if there is none; of several who come at once, one makes it
    /// and the others wait. If it panics, the next one tries.
    #[track_caller]
    pub fn get_or_init<F: FnOnce() -> T>(&self, f: F) -> &T {
        if let Some(call) = self.once.begin("get_or_init") {
            self.fill(f());
            call.complete();
        }
        self.value()
    }

    /// The value, if there is one.
    pub fn into_inner(self) -> Option<T> {
        self.inner.into_inner()
    }

    /// Takes the value out, and leaves the cell without one.
    #[track_caller]
    pub fn take(&mut self) -> Option<T> {
        std::mem::take(self).into_inner()
    }

    /// Stores the value, which nobody sees before the call is completed.
    fn fill(&self, value: T) {
        let filled = self.inner.set(value);
        assert!(
            filled.is_ok(),
            "only who runs the initialiser fills the cell"
        );
    }

    fn value(&self) -> &T {
        self.inner.get().expect("it is complete")
    }
}

impl<T> Default for OnceLock<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for OnceLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_tuple("OnceLock");
        match self.get() {
            Some(value) => debug.field(value),
            None => debug.field(&format_args!("<uninit>")),
        };
        debug.finish()
    }
}

impl<T: Clone> Clone for OnceLock<T> {
    #[track_caller]
    fn clone(&self) -> Self {
        match self.get() {
            Some(value) => Self::from(value.clone()),
            None => Self::new(),
        }
    }
}

impl<T> From<T> for OnceLock<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        let mut cell = Self::new();
        cell.fill(value);
        cell.once.settle(true);
        cell
    }
}

impl<T: PartialEq> PartialEq for OnceLock<T> {
    #[track_caller]
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: Eq> Eq for OnceLock<T> {}
