//! A lock that one thread holds at a time.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync as real;
use std::sync::{LockResult, TryLockError, TryLockResult};

use super::free::free;
use super::poison::{Flag, Watch};
use engine::{Access, Handle, Object, Op};

/// `std::sync::Mutex`. Who locks it twice waits for itself.
pub struct Mutex<T: ?Sized> {
    lock: Lock,
    inner: real::Mutex<T>,
}

/// A mutex but for its value: so this is compiled once, and not with each program.
///
/// Its object's counter is 1 while it is free.
struct Lock {
    handle: Handle,
    poison: Flag,
}

/// That the running thread has the mutex.
struct Locked {
    object: Object,
    watch: Watch,
    /// Whether its owner may have changed the value.
    changed: bool,
}

/// `std::sync::MutexGuard`.
#[must_use = "if unused the Mutex will immediately unlock"]
pub struct MutexGuard<'a, T: ?Sized + 'a> {
    mutex: &'a Mutex<T>,
    locked: Locked,
    /// Absent while its owner waits on a condition variable.
    inner: Option<real::MutexGuard<'a, T>>,
}

impl<T> Mutex<T> {
    /// A mutex that is free.
    #[track_caller]
    pub const fn new(value: T) -> Self {
        Self {
            lock: Lock {
                handle: Handle::new("mutex"),
                poison: Flag::new(),
            },
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
        self.guard(self.lock.lock())
    }

    /// Takes the mutex if it is free.
    ///
    /// # Errors
    ///
    /// If it is not, or if it is poisoned.
    #[track_caller]
    pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        match self.lock.try_lock() {
            Some(locked) => Ok(self.guard(locked)?),
            None => Err(TryLockError::WouldBlock),
        }
    }

    /// Whether a thread has panicked with the guard in its hands.
    #[track_caller]
    pub fn is_poisoned(&self) -> bool {
        self.lock.poison.ask(self.lock.object())
    }

    /// Takes the poison away.
    #[track_caller]
    pub fn clear_poison(&self) {
        self.lock.poison.take_away(self.lock.object());
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
        self.lock
            .poison
            .result(value.unwrap_or_else(real::PoisonError::into_inner))
    }

    /// The value in place, since nobody else has the mutex.
    ///
    /// # Errors
    ///
    /// If it is poisoned; the error has the reference.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        let value = self.inner.get_mut();
        self.lock
            .poison
            .result(value.unwrap_or_else(real::PoisonError::into_inner))
    }

    /// The value, which the running thread has from now on.
    fn guard(&self, locked: Locked) -> LockResult<MutexGuard<'_, T>> {
        self.lock.poison.result(MutexGuard {
            mutex: self,
            locked,
            inner: Some(free(self.inner.try_lock())),
        })
    }
}

impl Lock {
    #[track_caller]
    fn lock(&self) -> Locked {
        let object = self.object();
        wait_and_take(object);
        self.taken(object)
    }

    #[track_caller]
    fn try_lock(&self) -> Option<Locked> {
        let object = self.object();
        Op::new("try_lock", object, Access::Try).perform();
        if object.counter() == 0 {
            engine::note_look(object);
            engine::unchanged();
            engine::show(|| "busy".to_string());
            return None;
        }
        engine::took(object, Access::Lock);
        Some(self.taken(object))
    }

    fn object(&self) -> Object {
        self.handle.object_at(1)
    }

    /// The running thread has it from now on.
    fn taken(&self, object: Object) -> Locked {
        self.has(object);
        Locked {
            object,
            watch: self.poison.watch(),
            changed: false,
        }
    }

    fn has(&self, object: Object) {
        object.set_counter(0);
        object.held();
        self.poison.show();
    }

    /// Gives back what the running thread has.
    #[track_caller]
    fn unlock(&self, locked: &mut Locked) {
        Op::new("unlock", locked.object, Access::Unlock).perform();
        self.poison.done(&locked.watch);
        locked.lend();
    }

    /// Waits until the mutex is free, and has it again.
    #[track_caller]
    fn lock_again(&self, locked: &Locked) {
        wait_and_take(locked.object);
        self.has(locked.object);
    }
}

/// The operation that takes a mutex.
#[track_caller]
fn wait_and_take(mutex: Object) {
    Op::new("lock", mutex, Access::Lock)
        .guard(mutex, 1)
        .perform();
}

impl Locked {
    /// The mutex is free from now on.
    fn lend(&mut self) {
        if std::mem::take(&mut self.changed) {
            engine::changed(self.object);
        }
        self.object.set_counter(1);
        self.object.released();
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
        debug.field("poisoned", &self.lock.poison.get());
        debug.finish_non_exhaustive()
    }
}

impl<T: ?Sized> MutexGuard<'_, T> {
    /// The mutex's object.
    pub(super) fn object(&self) -> Object {
        self.locked.object
    }

    /// The mutex is free from now on, and the guard waits to have it again.
    pub(super) fn lend(&mut self) {
        self.inner = None;
        self.locked.lend();
    }

    /// Waits until the mutex is free, and has it again.
    #[track_caller]
    pub(super) fn lock_again(mut self) -> LockResult<Self> {
        self.mutex.lock.lock_again(&self.locked);
        self.inner = Some(free(self.mutex.inner.try_lock()));
        self.mutex.lock.poison.result(self)
    }
}

impl<T: ?Sized> Drop for MutexGuard<'_, T> {
    #[track_caller]
    fn drop(&mut self) {
        if self.inner.is_some() {
            self.mutex.lock.unlock(&mut self.locked);
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
        self.locked.changed = true;
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
