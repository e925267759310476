//! What happens once, whoever comes first.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use engine::{Access, Handle, Object, Op};

/// `std::sync::Once`. Whoever calls it again from inside its own closure waits for itself.
///
/// The state is the counter of its object as well: who wants to run the closure waits
/// until nobody runs it, and who waits for the outcome until it has one.
pub struct Once {
    handle: Handle,
    state: AtomicI64,
}

/// What the closure of [`Once::call_once_force`] is told.
pub struct OnceState {
    poisoned: bool,
    /// Not to be shared with another thread, as the real one is not.
    like: PhantomData<Cell<()>>,
}

/// A closure is running.
const RUNNING: i64 = 0;
/// None has run yet.
const INCOMPLETE: i64 = 1;
/// One has panicked.
const POISONED: i64 = 2;
/// One has returned. It stays so.
const COMPLETE: i64 = 3;

/// `std::sync::ONCE_INIT`.
#[deprecated(since = "1.38.0", note = "the `Once::new()` function is now preferred")]
#[allow(clippy::declare_interior_mutable_const)] // Each use makes a new one: that is its purpose.
pub const ONCE_INIT: Once = Once::new();

/// The running thread has to run the closure. Dropping this leaves poison behind.
pub(super) struct Call<'a> {
    once: &'a Once,
    object: Object,
    poisoned: bool,
}

impl Once {
    /// One whose closure has not run.
    #[allow(clippy::new_without_default)] // The real one has none.
    #[must_use]
    #[track_caller]
    pub const fn new() -> Self {
        Self::of("once")
    }

    /// Runs the closure unless one has run, or waits while another thread does.
    ///
    /// # Panics
    ///
    /// If an earlier closure has panicked.
    #[track_caller]
    pub fn call_once<F: FnOnce()>(&self, f: F) {
        if let Some(call) = self.begin("call_once") {
            if call.poisoned {
                // What is poisoned stays so.
                panic!("Once instance has previously been poisoned");
            }
            f();
            call.complete();
        }
    }

    /// The same, but after a panic it runs the closure nevertheless.
    #[track_caller]
    pub fn call_once_force<F: FnOnce(&OnceState)>(&self, f: F) {
        if let Some(call) = self.begin("call_once_force") {
            f(&OnceState {
                poisoned: call.poisoned,
                like: PhantomData,
            });
            call.complete();
        }
    }

    /// Whether a closure has returned.
    #[track_caller]
    pub fn is_completed(&self) -> bool {
        let completed = self.look("is_completed");
        engine::show(|| format!("➜ {completed}"));
        completed
    }

    /// Waits until a closure has returned.
    ///
    /// # Panics
    ///
    /// If one has panicked.
    #[track_caller]
    pub fn wait(&self) {
        let object = self.object();
        Op::new("wait", object, Access::LockShared)
            .guard(object, POISONED)
            .perform();
        if !self.has_completed() {
            panic!("Once instance has previously been poisoned");
        }
    }

    /// Waits until a closure has returned, whichever have panicked.
    #[track_caller]
    pub fn wait_force(&self) {
        self.await_completion();
    }

    /// One that is part of something of this kind.
    #[track_caller]
    pub(super) const fn of(kind: &'static str) -> Self {
        Self {
            handle: Handle::new(kind),
            state: AtomicI64::new(INCOMPLETE),
        }
    }

    /// How it went, said by who has it alone: no operation.
    pub(super) fn settle(&mut self, completed: bool) {
        *self.state.get_mut() = if completed { COMPLETE } else { POISONED };
    }

    /// Whether a closure has panicked, asked by who has it alone: no operation.
    pub(super) fn is_poisoned(&mut self) -> bool {
        *self.state.get_mut() == POISONED
    }

    /// Whether a closure has returned, as part of another operation.
    pub(super) fn has_completed(&self) -> bool {
        self.state.load(Relaxed) == COMPLETE
    }

    /// Asks, as an operation, whether a closure has returned.
    #[track_caller]
    pub(super) fn look(&self, verb: &'static str) -> bool {
        let object = self.object();
        Op::new(verb, object, Access::Read).perform();
        let completed = self.has_completed();
        if completed {
            engine::memory::acquire(object);
        }
        completed
    }

    /// The same, of who wants to see what the closure has returned; otherwise the table shows this.
    #[track_caller]
    pub(super) fn look_inside(&self, otherwise: &'static str) -> bool {
        let completed = self.look("get");
        engine::show(|| if completed { "✓" } else { otherwise }.to_string());
        completed
    }

    /// Waits until a closure has returned.
    #[track_caller]
    pub(super) fn await_completion(&self) {
        let object = self.object();
        Op::new("wait", object, Access::LockShared)
            .guard(object, COMPLETE)
            .perform();
    }

    /// Waits while another thread runs a closure, and says whether this one has to.
    #[track_caller]
    pub(super) fn begin(&self, verb: &'static str) -> Option<Call<'_>> {
        let object = self.object();
        Op::new(verb, object, Access::Lock)
            .guard(object, INCOMPLETE)
            .perform();
        if self.has_completed() {
            engine::unchanged();
            engine::show(|| "done already".to_string());
            return None;
        }
        let poisoned = self.state.load(Relaxed) == POISONED;
        self.set(object, RUNNING);
        object.held();
        engine::show(|| if poisoned { "✓ poisoned" } else { "✓" }.to_string());
        Some(Call {
            once: self,
            object,
            poisoned,
        })
    }

    fn set(&self, object: Object, state: i64) {
        self.state.store(state, Relaxed);
        object.set_counter(state);
    }

    fn object(&self) -> Object {
        self.handle.object_at(self.state.load(Relaxed))
    }
}

impl Call<'_> {
    /// Whether the one before has panicked.
    pub(super) fn is_poisoned(&self) -> bool {
        self.poisoned
    }

    /// The closure has returned.
    #[track_caller]
    pub(super) fn complete(self) {
        Op::new("complete", self.object, Access::Unlock).perform();
        self.completed();
    }

    /// The same as part of the operation that began the call.
    pub(super) fn completed_at_once(self) {
        engine::memory::release(self.object);
        self.completed();
    }

    fn completed(self) {
        self.end(COMPLETE);
        std::mem::forget(self);
    }

    fn end(&self, state: i64) {
        self.once.set(self.object, state);
        self.object.released();
    }
}

impl Drop for Call<'_> {
    #[track_caller]
    fn drop(&mut self) {
        Op::new("poison", self.object, Access::Unlock).perform();
        self.end(POISONED);
    }
}

impl fmt::Debug for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Once").finish_non_exhaustive()
    }
}

impl OnceState {
    /// Whether the closure before has panicked.
    #[must_use]
    pub fn is_poisoned(&self) -> bool {
        self.poisoned
    }
}

impl fmt::Debug for OnceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnceState")
            .field("poisoned", &self.is_poisoned())
            .finish()
    }
}
