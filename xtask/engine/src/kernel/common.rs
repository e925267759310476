//! What all operations on the kernel have in common: they are announced, change what it keeps, and set
//! what others wait for.

use std::ffi::c_int;
use std::time::Duration;

use super::answer::Answer;
use super::table::Kernel;
use crate::access::Access;
use crate::execution::Execution;
use crate::object::Object;
use crate::operation::{Op, StepId};
use crate::perform::{after, latest};
use crate::running::with;

/// Asks the execution for something that there may not be.
pub(super) fn ask<T>(question: impl FnOnce(&mut Execution) -> Answer<T>) -> Answer<T> {
    with(question)
}

/// The index in `Kernel::things` of what this descriptor refers to.
pub(super) fn thing(descriptor: c_int) -> Answer<usize> {
    ask(|running| running.kernel.thing(descriptor))
}

/// A number of bytes, in words.
pub(super) fn counted(count: usize) -> String {
    match count {
        1 => "1 byte".to_string(),
        count => format!("{count} bytes"),
    }
}

/// How a call is to be made.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct How {
    /// It does not wait, whatever the descriptor says.
    pub never_waits: bool,
    /// It leaves what it reads where it is.
    pub peeks: bool,
}

impl Execution {
    /// An object of the operating system's. It stands nowhere, and orders nothing by itself.
    pub(super) fn system_object(&mut self, kind: &'static str) -> Object {
        self.register_opened(kind)
    }

    /// What stands for the readiness of all that is watched, if these are.
    fn readiness_of(&self, things: &[usize]) -> Option<Object> {
        let readiness = self.kernel.readiness?;
        let mut things = things.iter();
        let is_watched = things.any(|&thing| self.kernel.is_watched(thing));
        is_watched.then_some(readiness)
    }

    /// After a change: sets what operations wait for.
    pub(super) fn settle(&mut self) {
        self.kernel.settle(&mut self.objects);
    }
}

/// Announces what the running thread does to these, as whoever watches them may notice.
pub(super) fn perform(things: &[usize], op: Op) {
    perform_on_all(|_| things, op);
}

/// The same, of things that may be others once the operation is performed.
pub(super) fn perform_on_all<T: AsRef<[usize]>>(things: impl Fn(&Kernel) -> T, op: Op) {
    let readiness = || {
        with(|running| {
            let things = things(&running.kernel);
            running.readiness_of(things.as_ref())
        })
    };
    match readiness() {
        Some(readiness) => op.and(readiness, Access::Write).perform_by_calls(),
        None => {
            op.perform_by_calls();
            // Somebody may watch them since it was announced.
            if let Some(readiness) = readiness() {
                with(|running| running.touches_too(readiness, Access::Write));
            }
        }
    }
}

/// An operation on this as a whole: on both directions of a connection.
pub(super) fn on_all(verb: &'static str, thing: usize) -> Option<Op> {
    let [first, second] = with(|running| running.kernel.objects_of(thing));
    let op = Op::new(verb, first.or(second)?, Access::Write);
    Some(match (first, second) {
        (Some(_), Some(second)) => op.and(second, Access::Write),
        _ => op,
    })
}

/// Changes what the system keeps, for the operation that the running thread has just performed.
pub(super) fn change<R>(things: &[usize], change: impl FnOnce(&mut Kernel) -> R) -> R {
    with(|running| {
        let result = change(&mut running.kernel);
        running.kernel.changed.extend(things);
        running.settle();
        result
    })
}

/// The running thread's latest operation comes after these, as far as it is none of them.
pub(super) fn come_after(steps: impl IntoIterator<Item = StepId>) {
    let own = latest();
    for step in steps.into_iter().filter(|step| *step != own) {
        after(step);
    }
}

/// How long an operation waits for a counter.
#[derive(Debug, Clone, Copy)]
pub(super) enum Patience {
    /// Not at all.
    None,
    /// So long at most.
    AtMost(Duration),
    Forever,
}

impl Patience {
    /// The operation waits for the object's counter for so long.
    pub fn wait(self, op: Op, object: Object) -> Op {
        match self {
            Self::None => op,
            Self::AtMost(time) => op.guard(object, 1).within(time),
            Self::Forever => op.guard(object, 1),
        }
    }

    pub fn waits(self) -> bool {
        !matches!(self, Self::None)
    }
}

pub(super) fn patience_of(time: Option<Duration>) -> Patience {
    time.map_or(Patience::Forever, Patience::AtMost)
}

impl Kernel {
    /// How long a read (0) or a write (1) on it waits.
    pub(super) fn patience(&self, thing: usize, direction: usize, how: How) -> Patience {
        let thing = &self.things[thing];
        match thing.is_nonblocking || how.never_waits {
            true => Patience::None,
            false => patience_of(thing.patience[direction]),
        }
    }
}
