//! Threads that borrow, and the wait for them.

use ::std::fmt;
use ::std::marker::PhantomData;
use ::std::mem;
use ::std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use ::std::sync::atomic::{AtomicBool, Ordering};
use ::std::sync::{Arc, Mutex, PoisonError};

use super::{Builder, Result, Started, Thread, current, prepare};
use crate::engine::{self, Access, Event, Handle, Object, Op, raw};

/// Threads that may borrow from outside of the scope, which does not end before them.
pub struct Scope<'scope, 'env: 'scope> {
    members: Arc<Members>,
    owner: Thread,
    /// Invariant: a thread must not be able to outlive what it borrows.
    scope: PhantomData<&'scope mut &'scope ()>,
    env: PhantomData<&'env mut &'env ()>,
}

/// The threads of a scope. The counter of its object is 0 once all have left: it goes down
/// by 1 for each that is started.
pub(super) struct Members {
    handle: Handle,
    owner: engine::Thread,
    a_thread_panicked: AtomicBool,
    left: Mutex<Vec<Event>>,
}

impl Members {
    fn object(&self) -> Object {
        self.handle.object()
    }

    /// A thread panicked, and nobody asked for it.
    pub(super) fn panicked(&self) {
        self.a_thread_panicked.store(true, Ordering::Relaxed);
    }

    fn left(&self) -> ::std::sync::MutexGuard<'_, Vec<Event>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// That a thread belongs to a scope; once it is dropped, it does not any more.
pub(super) struct Membership(Arc<Members>);

impl Membership {
    fn new(members: &Arc<Members>) -> Self {
        let object = members.object();
        object.set_counter(object.counter() - 1);
        Self(Arc::clone(members))
    }

    pub(super) fn members(&self) -> Arc<Members> {
        Arc::clone(&self.0)
    }

    /// Leaves, as an operation. Any two of them commute, unless the last one has to give its
    /// park token to the scope's owner.
    pub(super) fn leave(self, place: &'static Location<'static>) {
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

/// Calls a function that starts threads, and waits for all of them.
///
/// # Panics
///
/// A thread panicked that was not joined.
#[track_caller]
pub fn scope<'env, F, T>(f: F) -> T
where
    F: for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T,
{
    let scope = Scope {
        members: Arc::new(Members {
            handle: Handle::new("scope"),
            owner: engine::current(),
            a_thread_panicked: AtomicBool::new(false),
            left: Mutex::default(),
        }),
        owner: current(),
        scope: PhantomData,
        env: PhantomData,
    };
    let object = scope.members.object();
    let wait = Op::new("end the scope", object, Access::Await).guard(object, 0);
    let result = catch_unwind(AssertUnwindSafe(|| f(&scope)));
    let has_borrowers = HasBorrowers;
    match engine::parks() {
        true => park_until_left(object),
        false => wait.perform(),
    }
    mem::forget(has_borrowers);
    for event in scope.members.left().drain(..) {
        engine::after(event);
    }
    match result {
        Err(payload) => resume_unwind(payload),
        Ok(_) if scope.members.a_thread_panicked.load(Ordering::Relaxed) => {
            panic!("a scoped thread panicked")
        }
        Ok(value) => value,
    }
}

/// There may be threads that borrow from the caller, who must not get back before they have left:
/// not by a panic either, which would be a fault of the engine.
struct HasBorrowers;

impl Drop for HasBorrowers {
    fn drop(&mut self) {
        ::std::process::abort();
    }
}

/// Waits as the real library does: the owner parks until all have left. So it uses up a token
/// that it was given before, and keeps one that it is given after it has seen the last leave.
#[track_caller]
fn park_until_left(members: Object) {
    loop {
        Op::new("end the scope", members, Access::Read).perform();
        if members.counter() >= 0 {
            return;
        }
        engine::park_in("end the scope", members, None);
    }
}

impl<'scope> Scope<'scope, '_> {
    /// Starts a thread in the scope.
    ///
    /// # Panics
    ///
    /// Never: the explorer has room for as many threads as it allows.
    #[track_caller]
    pub fn spawn<F, T>(&'scope self, f: F) -> ScopedJoinHandle<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        self.start(Builder::new(), f)
    }

    #[track_caller]
    pub(super) fn start<F, T>(&'scope self, builder: Builder, f: F) -> ScopedJoinHandle<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        builder.check();
        let (body, outcome) = prepare(f, Some(Membership::new(&self.members)));
        let body = raw::outlived_by_scope(body, self);
        let thread = engine::spawn(builder.name, builder.stack_size, body);
        ScopedJoinHandle(Started::new(thread, outcome))
    }
}

impl fmt::Debug for Scope<'_, '_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members = &self.members;
        let panicked = members.a_thread_panicked.load(Ordering::Relaxed);
        out.debug_struct("Scope")
            .field("num_running_threads", &-members.object().counter())
            .field("a_thread_panicked", &panicked)
            .field("main_thread", &self.owner)
            .finish_non_exhaustive()
    }
}

/// A thread of a scope, that can be waited for.
pub struct ScopedJoinHandle<'scope, T>(Started<'scope, T>);

impl<T> ScopedJoinHandle<'_, T> {
    /// The thread.
    #[must_use]
    pub fn thread(&self) -> &Thread {
        &self.0.thread
    }

    /// Waits until the thread has finished.
    ///
    /// # Errors
    ///
    /// The thread panicked; the error is what the panic carried.
    #[track_caller]
    pub fn join(self) -> Result<T> {
        self.0.join()
    }

    /// Whether the thread has finished, its thread-local values included.
    #[track_caller]
    pub fn is_finished(&self) -> bool {
        self.0.is_finished()
    }
}

impl<T> fmt::Debug for ScopedJoinHandle<'_, T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ScopedJoinHandle").finish_non_exhaustive()
    }
}
