//! What several threads of a program share inside of the facade.

use ::std::mem::ManuallyDrop;
use ::std::ops::Deref;
use ::std::rc::Rc;

/// A value with several owners. It is what an `Arc` would be, but counts them without atomics: the
/// counts of an `Arc` are operations of the program that has it, and this one is no program's. As
/// those of an `Arc`, its owners let go of it one after the other.
pub(crate) struct Shared<T: ?Sized>(ManuallyDrop<Rc<T>>);

// SAFETY: all threads of a program are coroutines on one thread of the operating system, and change
// places only where an operation is announced: never while a count changes.
#[allow(unsafe_code)]
unsafe impl<T: ?Sized + Send + Sync> Send for Shared<T> {}

// SAFETY: likewise.
#[allow(unsafe_code)]
unsafe impl<T: ?Sized + Send + Sync> Sync for Shared<T> {}

impl<T: ?Sized> Shared<T> {
    /// One of the owners of the value. All others are of this type as well, or will be before
    /// another thread has one.
    pub fn new(value: Rc<T>) -> Self {
        Self(ManuallyDrop::new(value))
    }

    /// Where it stands.
    fn address(&self) -> usize {
        Rc::as_ptr(&self.0).addr()
    }
}

impl<T: ?Sized> Drop for Shared<T> {
    fn drop(&mut self) {
        let is_last = engine::unwatched(|| Rc::strong_count(&self.0) == 1);
        engine::memory::let_go(self.address(), is_last);
        // SAFETY: nobody uses it after this.
        #[allow(unsafe_code)]
        let value = unsafe { ManuallyDrop::take(&mut self.0) };
        match is_last {
            true => drop(value),
            false => engine::unwatched(|| drop(value)),
        }
    }
}

impl From<String> for Shared<str> {
    fn from(text: String) -> Self {
        Self::new(Rc::from(text))
    }
}

impl<T: ?Sized> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(engine::unwatched(|| self.0.clone()))
    }
}

impl<T: ?Sized> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
