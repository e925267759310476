//! The threads themselves, as the program names them.

use crate::shared::Shared;
use ::std::fmt;
use ::std::num::NonZero;

/// A thread.
#[derive(Clone)]
pub struct Thread {
    pub(super) thread: engine::Thread,
    name: Option<Shared<str>>,
}

impl Thread {
    pub(super) fn of(thread: engine::Thread) -> Self {
        Self {
            thread,
            name: thread.name().map(Shared::from),
        }
    }

    /// Its number.
    #[must_use]
    pub fn id(&self) -> ThreadId {
        ThreadId::of(self.thread)
    }

    /// Its name, if it has one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Lets the thread go on that parks, or that will park next.
    ///
    /// Compiled with the program, which so announces that it reads the handle.
    #[track_caller]
    #[inline]
    pub fn unpark(&self) {
        self.thread.unpark("unpark");
    }
}

impl fmt::Debug for Thread {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Thread")
            .field("id", &self.id())
            .field("name", &self.name())
            .finish_non_exhaustive()
    }
}

/// The number of a thread; that of `main` is 1.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ThreadId(NonZero<u64>);

impl ThreadId {
    /// The number of a thread that panics, for the report.
    pub(crate) fn of(thread: engine::Thread) -> Self {
        Self(NonZero::<u64>::MIN.saturating_add(thread.0.into()))
    }

    /// The number.
    pub(crate) fn number(self) -> u64 {
        self.0.get()
    }
}

impl fmt::Debug for ThreadId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("ThreadId").field(&self.number()).finish()
    }
}

/// The running thread.
#[must_use]
pub fn current() -> Thread {
    Thread::of(engine::current())
}

/// Whether the running thread is unwinding from a panic.
#[must_use]
pub fn panicking() -> bool {
    engine::panicking()
}
