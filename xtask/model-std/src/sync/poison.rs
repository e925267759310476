//! Poisoning: the mark that a panic leaves on a lock.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use std::sync::{LockResult, PoisonError};

use engine::{Access, Object, Op};

/// Whether a thread has panicked while it held the lock.
#[derive(Debug)]
pub(super) struct Flag(AtomicBool);

/// Whether a thread was unwinding already when it took the lock: then its panic says
/// nothing about what the lock protects.
#[derive(Debug)]
pub(super) struct Watch {
    unwinding: bool,
}

impl Flag {
    pub(super) const fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    pub(super) fn get(&self) -> bool {
        self.0.load(Relaxed)
    }

    /// Asks for it, as an operation on this lock.
    #[track_caller]
    pub(super) fn ask(&self, lock: Object) -> bool {
        Op::new("is_poisoned", lock, Access::Read).perform();
        engine::note_look(lock);
        let poisoned = self.get();
        engine::show(|| format!("➜ {poisoned}"));
        poisoned
    }

    /// Takes it away, as an operation on this lock.
    #[track_caller]
    pub(super) fn take_away(&self, lock: Object) {
        Op::new("clear_poison", lock, Access::Write).perform();
        self.0.store(false, Relaxed);
    }

    /// The running thread takes the lock.
    pub(super) fn watch(&self) -> Watch {
        Watch {
            unwinding: engine::panicking(),
        }
    }

    /// It gives the lock back.
    pub(super) fn done(&self, watch: &Watch) {
        if !watch.unwinding && engine::panicking() {
            self.0.store(true, Relaxed);
        }
    }

    /// What a function that locks returns.
    pub(super) fn result<T>(&self, value: T) -> LockResult<T> {
        if self.get() {
            Err(PoisonError::new(value))
        } else {
            Ok(value)
        }
    }

    /// How a table shows that the lock was taken.
    pub(super) fn show(&self) {
        engine::show(|| if self.get() { "✓ poisoned" } else { "✓" }.to_string());
    }
}
