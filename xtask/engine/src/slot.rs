//! Room for what the library above the engine keeps.

use std::any::Any;

/// Room for one value of a type that the engine does not know, such as the thread-local values of a
/// thread.
///
/// The value is dropped when the next execution begins. What it has of the program's own must not
/// be dropped with it: no destructor of a program runs after its end, and its memory is gone. So
/// such parts are wrapped in [`ManuallyDrop`](std::mem::ManuallyDrop).
#[derive(Default)]
pub(crate) struct Slot(Option<Box<dyn Any>>);

impl Slot {
    /// Without a value.
    pub const EMPTY: Self = Self(None);

    /// Whether nobody has asked for the value yet.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The value, which is the default until somebody has changed it.
    ///
    /// # Panics
    ///
    /// The slot has a value of another type.
    #[inline]
    pub fn value<T: Any + Default>(&mut self) -> &mut T {
        let value = self.0.get_or_insert_with(|| Box::new(T::default()));
        value.downcast_mut().expect("a slot is one library's")
    }
}
