//! A lock that one thread holds at a time.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync as real;
use std::sync::{LockResult, TryLockError, TryLockResult};

use super::free::free;
use super::poison::{Flag, Watch};
use engine::{Access, Handle, Object, Op};

/// `std::sync::Mutex`. Who locks it twice waits for itself.
///
/// Its object's counter is 1 while it is free.
pub struct Mutex<T: ?Sized> {
    handle: Handle,
    poison: Flag,
    inner: real::Mutex<T>,
}

/// `std::sync::MutexGuard`.
#[must_use = "if unused the Mutex will immediately unlock"]
pub struct MutexGuard<'a, T: ?Sized + 'a> {
    lock: &'a Mutex<T>,
    object: Object,
    watch: Watch,
    /// Absent while its owner waits on a condition variable.
    inner: Option<real::MutexGuard<'a, T>>,
    /// Whether its owner may have changed the value.
    changed: bool,
}

impl<T> Mutex<T> {
    /// A mutex that is free.
    #[track_caller]
    pub const fn new(value: T) -> Self {
        Self {
            handle: Handle::new("mutex"),
            poison: Flag::new(),
            inner: real::Mutex::new(value),
        }
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Waits until the mutex is free, and takes it.
    ///
    /// # Errors
    ///
    /// If it is poisoned; the error has the guard.
    #[track_caller]
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        let object = self.object();
        Op::new("lock", object, Access::Lock)
            .guard(object, 1)
            .perform();
        self.taken(object)
    }

    /// Takes the mutex if it is free.
    ///
    /// # Errors
    ///
    /// If it is not, or if it is poisoned.
    #[track_caller]
    pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        let object = self.object();
        Op::new("try_lock", object, Access::Try).perform();
        if object.counter() == 0 {
            engine::unchanged();
            engine::show(|| "busy".to_string());
            return Err(TryLockError::WouldBlock);
        }
        engine::took(object, Access::Lock);
        Ok(self.taken(object)?)
    }

    /// Whether a thread has panicked with the guard in its hands.
    #[track_caller]
    pub fn is_poisoned(&self) -> bool {
        Op::new("is_poisoned", self.object(), Access::Read).perform();
        let poisoned = self.poison.get();
        engine::show(|| format!("➜ {poisoned}"));
        poisoned
    }

    /// Takes the poison away.
    #[track_caller]
    pub fn clear_poison(&self) {
        Op::new("clear_poison", self.object(), Access::Write).perform();
        self.poison.clear();
    }

    /// The value, since nobody else has the mutex.
    ///
    /// # Errors
    ///
    /// If it is poisoned; the error has the value.
    pub fn into_inner(self) -> LockResult<T>
    where
        T: Sized,
    {
        let value = self.inner.into_inner();
        self.poison
            .result(value.unwrap_or_else(real::PoisonError::into_inner))
    }

    /// The value in place, since nobody else has the mutex.
    ///
    /// # Errors
    ///
    /// If it is poisoned; the error has the reference.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        let value = self.inner.get_mut();
        self.poison
            .result(value.unwrap_or_else(real::PoisonError::into_inner))
    }

    fn object(&self) -> Object {
        self.handle.object_at(1)
    }

    /// The running thread has it from now on.
    fn taken(&self, object: Object) -> LockResult<MutexGuard<'_, T>> {
        object.set_counter(0);
        object.held();
        self.poison.show();
        self.poison.result(MutexGuard {
            lock: self,
            object,
            watch: self.poison.watch(),
            inner: Some(free(self.inner.try_lock())),
            changed: false,
        })
    }
}

impl<T> From<T> for Mutex<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: Default> Default for Mutex<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Mutex");
        match self.try_lock() {
            Ok(guard) => debug.field("data", &&*guard),
            Err(TryLockError::Poisoned(error)) => debug.field("data", &&**error.get_ref()),
            // With quotes, which those of the `RwLock` are without: so it is in the real one.
            Err(TryLockError::WouldBlock) => debug.field("data", &"<locked>"),
        };
        debug.field("poisoned", &self.poison.get());
        debug.finish_non_exhaustive()
    }
}

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    /// The mutex's object.
    pub(super) fn object(&self) -> Object {
        self.object
    }

    /// The mutex is free from now on, and the guard waits to have it again.
    pub(super) fn lend(&mut self) {
        self.inner = None;
        if std::mem::take(&mut self.changed) {
            engine::changed(self.object);
        }
        self.object.set_counter(1);
        self.object.released();
    }

    /// Waits until the mutex is free, and has it again.
    #[track_caller]
    pub(super) fn lock_again(mut self) -> LockResult<Self> {
        Op::new("lock", self.object, Access::Lock)
            .guard(self.object, 1)
            .perform();
        self.object.set_counter(0);
        self.object.held();
        self.lock.poison.show();
        self.inner = Some(free(self.lock.inner.try_lock()));
        self.lock.poison.result(self)
    }
}

impl<T: ?Sized> Drop for MutexGuard<'_, T> {
    #[track_caller]
    fn drop(&mut self) {
        if self.inner.is_some() {
            Op::new("unlock", self.object, Access::Unlock).perform();
            self.lock.poison.done(&self.watch);
            self.lend();
        }
    }
}

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.inner.as_ref().expect("only a waiting guard has none")
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.changed = true;
        self.inner.as_mut().expect("only a waiting guard has none")
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
