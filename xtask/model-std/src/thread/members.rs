//! Who belongs to a scope.

use ::std::panic::Location;
use ::std::rc::Rc;
use ::std::sync::atomic::{AtomicBool, Ordering};
use ::std::sync::{Mutex, MutexGuard, PoisonError};

use engine::{Access, Handle, Object, Op, StepId};

use crate::shared::Shared;

/// The threads of a scope. The counter of its object is 0 once all have left: it goes down
/// by 1 for each that is started.
pub(super) struct Members {
    handle: Handle,
    owner: engine::Thread,
    a_thread_panicked: AtomicBool,
    left: Mutex<Vec<StepId>>,
}

impl Members {
    /// None so far, in a scope of the running thread's.
    #[track_caller]
    pub fn new() -> Shared<Self> {
        Shared::new(Rc::new(Self {
            handle: Handle::unordered("scope"),
            owner: engine::current(),
            a_thread_panicked: AtomicBool::new(false),
            left: Mutex::default(),
        }))
    }

    /// What they leave, one after the other.
    pub fn object(&self) -> Object {
        self.handle.object()
    }

    /// A thread panicked, and nobody asked for it.
    pub fn set_panicked(&self) {
        self.a_thread_panicked.store(true, Ordering::Relaxed);
    }

    /// Whether one did.
    pub fn a_thread_panicked(&self) -> bool {
        self.a_thread_panicked.load(Ordering::Relaxed)
    }

    /// With which operation each has left.
    pub fn left(&self) -> MutexGuard<'_, Vec<StepId>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// That a thread belongs to a scope; once it is dropped, it does not any more.
pub(super) struct Membership(Shared<Members>);

impl Membership {
    /// One more thread, which is about to start.
    pub fn new(members: &Shared<Members>) -> Self {
        let object = members.object();
        object.set_counter(object.counter() - 1);
        Self(Shared::clone(members))
    }

    /// The threads of the same scope.
    pub fn members(&self) -> Shared<Members> {
        Shared::clone(&self.0)
    }

    /// Leaves, as an operation. Any two of them commute, unless the last one has to give its
    /// park token to the scope's owner.
    pub fn leave(self, place: &'static Location<'static>) {
        let access = match engine::parks() {
            true => Access::Write,
            false => Access::Read,
        };
        let mut op = Op::new("leave the scope", self.0.object(), access);
        op.place = place;
        op.perform();
        self.0.left().push(engine::latest());
        let members = self.members();
        drop(self);
        if engine::parks() && members.object().counter() == 0 {
            members.owner.unpark("unpark the scope's owner");
        }
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        let object = self.0.object();
        object.set_counter(object.counter() + 1);
    }
}
