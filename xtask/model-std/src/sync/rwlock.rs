//! A lock that several readers or one writer hold.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync as real;
use std::sync::{LockResult, TryLockError, TryLockResult};

use super::free::free;
use super::poison::{Flag, Watch};
use engine::{Access, Handle, Object, Op};

/// How many readers there may be: a reader takes one permit, a writer all.
const PERMITS: i64 = 1 << 32;

/// What the counter is lower by while a writer waits and keeps new readers out.
const KEPT_OUT: i64 = 1 << 40;

/// `std::sync::RwLock`. Neither readers nor writers come first: the real one makes no
/// promise, so every order is explored. Where a reader joins others, a search of its own has
/// the writers that wait keep it out, as the real one does on Linux.
///
/// Its object's counter is the number of permits that are left.
pub struct RwLock<T: ?Sized> {
    handle: Handle,
    poison: Flag,
    inner: real::RwLock<T>,
}

/// `std::sync::RwLockReadGuard`.
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockReadGuard<'a, T: ?Sized + 'a> {
    object: Object,
    inner: real::RwLockReadGuard<'a, T>,
}

/// `std::sync::RwLockWriteGuard`.
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockWriteGuard<'a, T: ?Sized + 'a> {
    lock: &'a RwLock<T>,
    object: Object,
    watch: Watch,
    /// Absent once it has become a read guard.
    inner: Option<real::RwLockWriteGuard<'a, T>>,
    /// Whether its owner may have changed the value.
    changed: bool,
}

impl<T> RwLock<T> {
    /// A lock that is free.
    #[track_caller]
    pub const fn new(value: T) -> Self {
        Self {
            handle: Handle::new("rwlock"),
            poison: Flag::new(),
            inner: real::RwLock::new(value),
        }
    }
}

impl<T: ?Sized> RwLock<T> {
    /// Waits until nobody writes, and takes the lock for reading.
    ///
    /// # Errors
    ///
    /// If it is poisoned; the error has the guard.
    #[track_caller]
    pub fn read(&self) -> LockResult<RwLockReadGuard<'_, T>> {
        let object = self.object();
        Op::new("read", object, Access::LockShared)
            .guard(object, 1)
            .perform();
        self.taken_to_read(object)
    }

    /// Takes the lock for reading if nobody writes.
    ///
    /// # Errors
    ///
    /// If somebody does, or if it is poisoned.
    #[track_caller]
    pub fn try_read(&self) -> TryLockResult<RwLockReadGuard<'_, T>> {
        let object = self.object();
        Op::new("try_read", object, Access::Try).perform();
        if object.counter() <= 0 {
            engine::unchanged();
            engine::show(|| "busy".to_string());
            return Err(TryLockError::WouldBlock);
        }
        engine::took(object, Access::LockShared);
        Ok(self.taken_to_read(object)?)
    }

    /// Waits until nobody reads or writes, and takes the lock for writing.
    ///
    /// # Errors
    ///
    /// If it is poisoned; the error has the guard.
    #[track_caller]
    pub fn write(&self) -> LockResult<RwLockWriteGuard<'_, T>> {
        let object = self.object();
        object.is_written();
        if engine::writers_keep_readers_out() {
            return self.write_before_readers(object);
        }
        Op::new("write", object, Access::Lock)
            .guard(object, PERMITS)
            .perform();
        self.taken_to_write(object)
    }

    /// Takes the lock for writing if nobody reads or writes.
    ///
    /// # Errors
    ///
    /// If somebody does, or if it is poisoned.
    #[track_caller]
    pub fn try_write(&self) -> TryLockResult<RwLockWriteGuard<'_, T>> {
        let object = self.object();
        Op::new("try_write", object, Access::Try).perform();
        if object.counter() < PERMITS {
            engine::unchanged();
            engine::show(|| "busy".to_string());
            return Err(TryLockError::WouldBlock);
        }
        engine::took(object, Access::Lock);
        Ok(self.taken_to_write(object)?)
    }

    /// Whether a thread has panicked while it wrote.
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

    /// The value, since nobody else has the lock.
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

    /// The value in place, since nobody else has the lock.
    ///
    /// # Errors
    ///
    /// If it is poisoned; the error has the reference.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        let value = self.inner.get_mut();
        self.poison
            .result(value.unwrap_or_else(real::PoisonError::into_inner))
    }

    /// Takes the lock for writing; while that is not possible, no reader is let in.
    #[track_caller]
    fn write_before_readers(&self, object: Object) -> LockResult<RwLockWriteGuard<'_, T>> {
        Op::new("write", object, Access::Write).perform();
        if object.counter() != PERMITS {
            engine::show(|| "has to wait".to_string());
            object.begin_to_keep_out(KEPT_OUT);
            Op::new("write", object, Access::Lock)
                .guard(object, PERMITS - KEPT_OUT)
                .perform();
            object.end_to_keep_out(KEPT_OUT);
        }
        self.taken_to_write(object)
    }

    fn object(&self) -> Object {
        self.handle.object_at(PERMITS)
    }

    /// The running thread reads from now on.
    fn taken_to_read(&self, object: Object) -> LockResult<RwLockReadGuard<'_, T>> {
        object.set_counter(object.counter() - 1);
        object.begin_reading();
        self.poison.show();
        self.poison.result(RwLockReadGuard {
            object,
            inner: free(self.inner.try_read()),
        })
    }

    /// The running thread writes from now on.
    fn taken_to_write(&self, object: Object) -> LockResult<RwLockWriteGuard<'_, T>> {
        object.set_counter(object.counter() - PERMITS);
        object.held();
        self.poison.show();
        self.poison.result(RwLockWriteGuard {
            lock: self,
            object,
            watch: self.poison.watch(),
            inner: Some(free(self.inner.try_write())),
            changed: false,
        })
    }
}

impl<T> From<T> for RwLock<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: Default> Default for RwLock<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("RwLock");
        match self.try_read() {
            Ok(guard) => debug.field("data", &&*guard),
            Err(TryLockError::Poisoned(error)) => debug.field("data", &&**error.get_ref()),
            Err(TryLockError::WouldBlock) => debug.field("data", &format_args!("<locked>")),
        };
        debug.field("poisoned", &self.poison.get());
        debug.finish_non_exhaustive()
    }
}

impl<'a, T: ?Sized> RwLockWriteGuard<'a, T> {
    /// Lets other readers in and goes on reading, without a writer in between.
    #[track_caller]
    pub fn downgrade(mut s: Self) -> RwLockReadGuard<'a, T> {
        Op::new("downgrade", s.object, Access::Unlock).perform();
        s.object.set_counter(s.object.counter() + PERMITS - 1);
        s.object.released();
        s.object.begin_reading();
        s.tell_changed();
        s.inner = None;
        RwLockReadGuard {
            object: s.object,
            inner: free(s.lock.inner.try_read()),
        }
    }
}

impl<T: ?Sized> RwLockWriteGuard<'_, T> {
    /// The operation that ends the writing is more than that, if the value was written.
    fn tell_changed(&self) {
        if self.changed {
            engine::changed(self.object);
        }
    }
}

impl<T: ?Sized> Drop for RwLockReadGuard<'_, T> {
    #[track_caller]
    fn drop(&mut self) {
        Op::new("unlock", self.object, Access::UnlockShared).perform();
        self.object.set_counter(self.object.counter() + 1);
        self.object.end_reading();
    }
}

impl<T: ?Sized> Drop for RwLockWriteGuard<'_, T> {
    #[track_caller]
    fn drop(&mut self) {
        if self.inner.is_some() {
            Op::new("unlock", self.object, Access::Unlock).perform();
            self.lock.poison.done(&self.watch);
            self.object.set_counter(self.object.counter() + PERMITS);
            self.object.released();
            self.tell_changed();
        }
    }
}

impl<T: ?Sized> Deref for RwLockReadGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inner
    }
}

impl<T: ?Sized> Deref for RwLockWriteGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.inner.as_ref().expect("it still writes")
    }
}

impl<T: ?Sized> DerefMut for RwLockWriteGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.changed = true;
        self.inner.as_mut().expect("it still writes")
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLockReadGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for RwLockReadGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLockWriteGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for RwLockWriteGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
