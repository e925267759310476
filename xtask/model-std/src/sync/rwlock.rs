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
/// promise, so every order is explored. Where a reader joins others, the searches behind the first have
/// the writers that wait keep it out, as the real one does on Linux.
pub struct RwLock<T: ?Sized> {
    lock: Lock,
    inner: real::RwLock<T>,
}

/// A lock but for its value: so this is compiled once, and not with each program.
///
/// Its object's counter is the number of permits that are left.
struct Lock {
    handle: Handle,
    poison: Flag,
}

/// That the running thread has the lock for writing.
struct Locked {
    object: Object,
    watch: Watch,
    /// Whether its owner may have changed the value.
    changed: bool,
    /// Whether it had to wait, and kept readers out meanwhile.
    has_waited: bool,
}

/// `std::sync::RwLockReadGuard`.
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockReadGuard<'a, T: ?Sized + 'a> {
    object: Object,
    /// Whether it keeps other readers out, as a writer that had to wait does who became this one.
    keeps_out: bool,
    inner: real::RwLockReadGuard<'a, T>,
}

/// `std::sync::RwLockWriteGuard`.
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockWriteGuard<'a, T: ?Sized + 'a> {
    rwlock: &'a RwLock<T>,
    locked: Locked,
    /// Absent once it has become a read guard.
    inner: Option<real::RwLockWriteGuard<'a, T>>,
}

impl<T> RwLock<T> {
    /// A lock that is free.
    #[track_caller]
    pub const fn new(value: T) -> Self {
        Self {
            lock: Lock {
                handle: Handle::new("rwlock"),
                poison: Flag::new(),
            },
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
        self.reader(self.lock.read())
    }

    /// Takes the lock for reading if nobody writes.
    ///
    /// # Errors
    ///
    /// If somebody does, or if it is poisoned.
    #[track_caller]
    pub fn try_read(&self) -> TryLockResult<RwLockReadGuard<'_, T>> {
        match self.lock.try_read() {
            Some(object) => Ok(self.reader(object)?),
            None => Err(TryLockError::WouldBlock),
        }
    }

    /// Waits until nobody reads or writes, and takes the lock for writing.
    ///
    /// # Errors
    ///
    /// If it is poisoned; the error has the guard.
    #[track_caller]
    pub fn write(&self) -> LockResult<RwLockWriteGuard<'_, T>> {
        self.writer(self.lock.write())
    }

    /// Takes the lock for writing if nobody reads or writes.
    ///
    /// # Errors
    ///
    /// If somebody does, or if it is poisoned.
    #[track_caller]
    pub fn try_write(&self) -> TryLockResult<RwLockWriteGuard<'_, T>> {
        match self.lock.try_write() {
            Some(locked) => Ok(self.writer(locked)?),
            None => Err(TryLockError::WouldBlock),
        }
    }

    /// Whether a thread has panicked while it wrote.
    #[track_caller]
    pub fn is_poisoned(&self) -> bool {
        self.lock.poison.ask(self.lock.object())
    }

    /// Takes the poison away.
    #[track_caller]
    pub fn clear_poison(&self) {
        self.lock.poison.take_away(self.lock.object());
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
        self.lock
            .poison
            .result(value.unwrap_or_else(real::PoisonError::into_inner))
    }

    /// The value in place, since nobody else has the lock.
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

    /// The value, which the running thread reads from now on.
    fn reader(&self, object: Object) -> LockResult<RwLockReadGuard<'_, T>> {
        self.lock.poison.result(RwLockReadGuard {
            object,
            keeps_out: false,
            inner: free(self.inner.try_read()),
        })
    }

    /// The value, which the running thread writes from now on.
    fn writer(&self, locked: Locked) -> LockResult<RwLockWriteGuard<'_, T>> {
        self.lock.poison.result(RwLockWriteGuard {
            rwlock: self,
            locked,
            inner: Some(free(self.inner.try_write())),
        })
    }
}

impl Lock {
    #[track_caller]
    fn read(&self) -> Object {
        let object = self.object();
        Op::new("read", object, Access::LockShared)
            .guard(object, 1)
            .perform();
        self.taken_to_read(object)
    }

    #[track_caller]
    fn try_read(&self) -> Option<Object> {
        let object = self.object();
        Op::new("try_read", object, Access::Try).perform();
        if object.counter() <= 0 {
            return busy(object);
        }
        engine::took(object, Access::LockShared);
        Some(self.taken_to_read(object))
    }

    #[track_caller]
    fn write(&self) -> Locked {
        let object = self.object();
        object.is_written();
        let has_waited = match engine::writers_keep_readers_out() {
            true => write_before_readers(object),
            false => {
                let op = Op::new("write", object, Access::Lock);
                op.guard(object, PERMITS).perform();
                false
            }
        };
        Locked {
            has_waited,
            ..self.taken_to_write(object)
        }
    }

    #[track_caller]
    fn try_write(&self) -> Option<Locked> {
        let object = self.object();
        Op::new("try_write", object, Access::Try).perform();
        if object.counter() < PERMITS {
            return busy(object);
        }
        engine::took(object, Access::Lock);
        Some(self.taken_to_write(object))
    }

    fn object(&self) -> Object {
        self.handle.object_at(PERMITS)
    }

    /// The running thread reads from now on.
    fn taken_to_read(&self, object: Object) -> Object {
        object.set_counter(object.counter() - 1);
        object.begin_reading();
        self.poison.show();
        object
    }

    /// The running thread writes from now on.
    fn taken_to_write(&self, object: Object) -> Locked {
        object.set_counter(object.counter() - PERMITS);
        object.held();
        self.poison.show();
        Locked {
            object,
            watch: self.poison.watch(),
            changed: false,
            has_waited: false,
        }
    }

    /// The running thread writes no more.
    #[track_caller]
    fn unlock(&self, locked: &Locked) {
        Op::new("unlock", locked.object, Access::Unlock).perform();
        self.poison.done(&locked.watch);
        locked.end(PERMITS);
    }
}

/// Waits until the lock is free; meanwhile no reader is let in. Whether it had to.
#[track_caller]
fn write_before_readers(lock: Object) -> bool {
    Op::new("write", lock, Access::Write).perform();
    let has_to_wait = lock.counter() != PERMITS;
    if has_to_wait {
        engine::show(|| "has to wait".to_string());
        lock.begin_to_keep_out(KEPT_OUT);
        Op::new("write", lock, Access::Lock)
            .guard(lock, PERMITS - KEPT_OUT)
            .perform();
        lock.end_to_keep_out(KEPT_OUT);
    }
    has_to_wait
}

/// The lock was not taken.
#[track_caller]
fn busy<L>(lock: Object) -> Option<L> {
    engine::note_look(lock);
    engine::unchanged();
    engine::show(|| "busy".to_string());
    None
}

/// The running thread reads no more.
#[track_caller]
fn unlock_shared(lock: Object) {
    Op::new("unlock", lock, Access::UnlockShared).perform();
    lock.set_counter(lock.counter() + 1);
    lock.end_reading();
}

impl Locked {
    /// Lets other readers in and goes on reading, without a writer in between. On Linux, who had to wait to
    /// write does not know whether other writers wait, and leaves readers kept out until it reads no more.
    #[track_caller]
    fn downgrade(&self) {
        Op::new("downgrade", self.object, Access::Unlock).perform();
        self.end(PERMITS - 1);
        self.object.begin_reading();
        if self.has_waited {
            engine::show(|| "keeps readers out".to_string());
            self.object.begin_to_keep_out(KEPT_OUT);
        }
    }

    /// The writing has ended, and so many permits are given back. The operation that does it is more
    /// than that, if the value was written.
    fn end(&self, permits: i64) {
        self.object.set_counter(self.object.counter() + permits);
        self.object.released();
        if self.changed {
            engine::changed(self.object);
        }
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
        debug.field("poisoned", &self.lock.poison.get());
        debug.finish_non_exhaustive()
    }
}

impl<'a, T: ?Sized> RwLockWriteGuard<'a, T> {
    /// Lets other readers in and goes on reading, without a writer in between.
    #[track_caller]
    pub fn downgrade(mut s: Self) -> RwLockReadGuard<'a, T> {
        s.locked.downgrade();
        s.inner = None;
        RwLockReadGuard {
            object: s.locked.object,
            keeps_out: s.locked.has_waited,
            inner: free(s.rwlock.inner.try_read()),
        }
    }
}

impl<T: ?Sized> Drop for RwLockReadGuard<'_, T> {
    #[track_caller]
    fn drop(&mut self) {
        unlock_shared(self.object);
        if self.keeps_out {
            self.object.end_to_keep_out(KEPT_OUT);
        }
    }
}

impl<T: ?Sized> Drop for RwLockWriteGuard<'_, T> {
    #[track_caller]
    fn drop(&mut self) {
        if self.inner.is_some() {
            self.rwlock.lock.unlock(&self.locked);
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
        self.locked.changed = true;
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
