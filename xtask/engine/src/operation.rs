//! Operations: what a thread does that another could notice.

use std::panic::Location;
use std::time::Duration;

use crate::access::{Access, Accesses};
use crate::object::{Guard, Object, THREAD_NUMBERS};

/// A thread of the running execution; the first is 0, `main`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Thread(pub u32);

/// An operation that has been performed, by its place in the execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct StepId(pub(crate) u32);

/// A visible operation, about to be announced.
#[must_use = "an operation happens when it is performed"]
#[derive(Debug, Clone, Copy)]
pub struct Op {
    /// What reports call it.
    pub verb: &'static str,
    /// Where it stands in the source.
    pub place: &'static Location<'static>,
    /// What it touches.
    pub accesses: Accesses,
    /// It can happen only once this is so.
    pub guard: Guard,
    /// When it happens all the same, in nanoseconds since the start.
    pub deadline: Option<u64>,
}

impl Op {
    /// An operation on an object: `verb` is what reports call it (`"lock"`, `"send"`). Its
    /// place in the source is the first caller outside of `#[track_caller]` functions, so
    /// each function of the library between here and the program carries that attribute.
    #[track_caller]
    #[inline(always)]
    pub fn new(verb: &'static str, object: Object, access: Access) -> Self {
        Self::local(verb, Location::caller()).and(object, access)
    }

    /// An operation that touches nothing.
    #[inline(always)]
    pub(crate) fn local(verb: &'static str, place: &'static Location<'static>) -> Self {
        Self {
            verb,
            place,
            accesses: Accesses::default(),
            guard: Guard::ALWAYS,
            deadline: None,
        }
    }

    /// The object that it is about, if it touches any: to start a thread is about that, and not about the
    /// numbers of all.
    pub fn object(&self) -> Option<u32> {
        let (object, _) = self.accesses.iter().next()?;
        (object != THREAD_NUMBERS).then_some(object)
    }

    /// It touches this object too.
    #[inline(always)]
    pub fn and(mut self, object: Object, access: Access) -> Self {
        self.accesses = self.accesses.and(object.0, access);
        self
    }

    /// It can happen only once the object's counter is at least so much.
    #[inline(always)]
    pub fn guard(mut self, object: Object, at_least: i64) -> Self {
        self.guard = Guard {
            object: object.0,
            at_least,
        };
        self
    }

    /// It happens at this time at the latest, guard or not. Without a guard: not earlier.
    #[inline(always)]
    pub fn deadline(self, at: Duration) -> Self {
        self.at(u64::try_from(at.as_nanos()).ok())
    }

    #[inline(always)]
    pub(crate) fn after(self, now: u64, duration: Duration) -> Self {
        let nanos = u64::try_from(duration.as_nanos()).ok();
        self.at(nanos.and_then(|nanos| now.checked_add(nanos)))
    }

    #[inline(always)]
    fn at(mut self, deadline: Option<u64>) -> Self {
        self.deadline = deadline;
        if !self.guard.waits() {
            self.guard = Guard::NEVER;
        }
        self
    }
}
