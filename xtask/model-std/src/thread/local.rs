//! Thread-local values, each made when it is first used.

use ::std::any::Any;
use ::std::cell::{Cell, RefCell};
use ::std::error::Error;
use ::std::fmt;
use ::std::mem::{self, ManuallyDrop};
use ::std::ptr;
use ::std::rc::Rc;

use crate::unwind::{abort, catch};

/// The value of one key on one thread.
struct Local {
    /// The address of its key.
    key: usize,
    /// `None` once it has been destroyed. What an execution leaves behind at its end vanishes without
    /// being dropped.
    value: Option<ManuallyDrop<Rc<dyn Any>>>,
    /// Whether it has a destructor. One without stays to the end of its thread.
    drops: bool,
}

/// Changes the running thread's thread-local values, in the order in which they were made.
fn with_locals<R>(f: impl FnOnce(&mut Vec<Local>) -> R) -> R {
    engine::with_thread_slot(f)
}

/// Whether the running thread has thread-local values that are to be destroyed.
pub(crate) fn has_locals_to_drop() -> bool {
    engine::has_thread_slot()
        && with_locals(|locals| {
            locals
                .iter()
                .any(|local| local.drops && local.value.is_some())
        })
}

/// Destroys the running thread's thread-local values, the latest first. A destructor may
/// make new ones.
pub(crate) fn drop_locals() {
    if !engine::has_thread_slot() {
        return;
    }
    let next = || {
        with_locals(|locals| {
            let mut latest_first = locals.iter_mut().rev().filter(|local| local.drops);
            let value = latest_first.find_map(|local| local.value.take());
            value.map(ManuallyDrop::into_inner)
        })
    };
    while let Some(value) = next() {
        // There is nobody left whom the panic of a destructor could reach.
        if catch(|| drop(value)).is_err() {
            abort();
        }
    }
}

/// The running thread's value of the key at this address, if it was made: `Some(None)` once it has been
/// destroyed.
fn find(key: usize) -> Option<Option<Rc<dyn Any>>> {
    with_locals(|locals| {
        let mut locals = locals.iter();
        let local = locals.find(|local| local.key == key)?;
        Some(local.value.as_deref().cloned())
    })
}

/// Keeps a value of the running thread, which may have a destructor. One that was made meanwhile, by this
/// one's initialiser, is replaced.
fn keep(key: usize, value: Rc<dyn Any>, drops: bool) {
    let value = ManuallyDrop::new(value);
    let replaced = with_locals(|locals| {
        let mut known = locals.iter_mut();
        if let Some(local) = known.find(|local| local.key == key) {
            return local.value.replace(value).map(ManuallyDrop::into_inner);
        }
        locals.push(Local {
            key,
            value: Some(value),
            drops,
        });
        None
    });
    drop(replaced);
}

/// A value of which each thread has its own.
pub struct LocalKey<T: 'static> {
    make: fn() -> T,
}

impl<T: 'static> LocalKey<T> {
    #[doc(hidden)]
    pub const fn _new(make: fn() -> T) -> Self {
        Self { make }
    }

    /// Calls a function with the running thread's value.
    ///
    /// # Panics
    ///
    /// The value has been destroyed: the thread is about to finish.
    #[track_caller]
    pub fn with<F, R>(&'static self, f: F) -> R
    where
        F: FnOnce(&T) -> R,
    {
        f(&*or_panic(self.value()))
    }

    /// Calls a function with the running thread's value.
    ///
    /// # Errors
    ///
    /// The value has been destroyed: the thread is about to finish.
    pub fn try_with<F, R>(&'static self, f: F) -> Result<R, AccessError>
    where
        F: FnOnce(&T) -> R,
    {
        Ok(f(&*self.value()?))
    }

    fn value(&'static self) -> Result<Rc<T>, AccessError> {
        match self.find()? {
            Some(value) => Ok(value),
            None => Ok(self.insert((self.make)())),
        }
    }

    fn key(&'static self) -> usize {
        ptr::from_ref(self).addr()
    }

    fn find(&'static self) -> Result<Option<Rc<T>>, AccessError> {
        match find(self.key()) {
            None => Ok(None),
            Some(None) => Err(AccessError),
            Some(Some(value)) => Ok(value.downcast().ok()),
        }
    }

    fn insert(&'static self, value: T) -> Rc<T> {
        let value = Rc::new(value);
        keep(self.key(), Rc::<T>::clone(&value), mem::needs_drop::<T>());
        value
    }
}

#[track_caller]
fn or_panic<T>(value: Result<T, AccessError>) -> T {
    match value {
        Ok(value) => value,
        Err(error) => panic!(
            "cannot access a Thread Local Storage value during or after destruction: {error:?}"
        ),
    }
}

impl<T: 'static> LocalKey<Cell<T>> {
    /// Sets the value, without making the first one if there is none.
    #[track_caller]
    pub fn set(&'static self, value: T) {
        match or_panic(self.find()) {
            Some(cell) => cell.set(value),
            None => drop(self.insert(Cell::new(value))),
        }
    }

    /// A copy of the value.
    #[track_caller]
    pub fn get(&'static self) -> T
    where
        T: Copy,
    {
        self.with(Cell::get)
    }

    /// The value, for which the default is left.
    #[track_caller]
    pub fn take(&'static self) -> T
    where
        T: Default,
    {
        self.with(Cell::take)
    }

    /// The value, for which another is left.
    #[track_caller]
    pub fn replace(&'static self, value: T) -> T {
        self.with(|cell| cell.replace(value))
    }
}

impl<T: 'static> LocalKey<RefCell<T>> {
    /// Calls a function with the value.
    ///
    /// # Panics
    ///
    /// It is borrowed mutably.
    #[track_caller]
    pub fn with_borrow<F, R>(&'static self, f: F) -> R
    where
        F: FnOnce(&T) -> R,
    {
        f(&or_panic(self.value()).borrow())
    }

    /// Calls a function with the value, to change it.
    ///
    /// # Panics
    ///
    /// It is borrowed.
    #[track_caller]
    pub fn with_borrow_mut<F, R>(&'static self, f: F) -> R
    where
        F: FnOnce(&mut T) -> R,
    {
        f(&mut or_panic(self.value()).borrow_mut())
    }

    /// Sets the value, without making the first one if there is none.
    ///
    /// # Panics
    ///
    /// It is borrowed.
    #[track_caller]
    pub fn set(&'static self, value: T) {
        match or_panic(self.find()) {
            Some(cell) => drop(cell.replace(value)),
            None => drop(self.insert(RefCell::new(value))),
        }
    }

    /// The value, for which the default is left.
    ///
    /// # Panics
    ///
    /// It is borrowed.
    #[track_caller]
    pub fn take(&'static self) -> T
    where
        T: Default,
    {
        or_panic(self.value()).take()
    }

    /// The value, for which another is left.
    ///
    /// # Panics
    ///
    /// It is borrowed.
    #[track_caller]
    pub fn replace(&'static self, value: T) -> T {
        or_panic(self.value()).replace(value)
    }
}

impl<T: 'static> fmt::Debug for LocalKey<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("LocalKey").finish_non_exhaustive()
    }
}

/// The thread-local value has been destroyed.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessError;

impl fmt::Display for AccessError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("already destroyed")
    }
}

impl Error for AccessError {}
