//! Threads that borrow, and the wait for them.

use ::std::fmt;
use ::std::marker::PhantomData;
use ::std::mem;
use ::std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use ::std::thread::Result;

use engine::{Access, Object, Op};

use super::current::{Thread, current};
use super::members::{Members, Membership};
use super::packet::{Started, prepare};
use crate::shared::Shared;

/// Threads that may borrow from outside of the scope, which does not end before them.
pub struct Scope<'scope, 'env: 'scope> {
    members: Shared<Members>,
    owner: Thread,
    /// Invariant: a thread must not be able to outlive what it borrows.
    scope: PhantomData<&'scope mut &'scope ()>,
    env: PhantomData<&'env mut &'env ()>,
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
        members: Members::new(),
        owner: current(),
        scope: PhantomData,
        env: PhantomData,
    };
    let result = catch_unwind(AssertUnwindSafe(|| f(&scope)));
    wait_for(&scope.members);
    match result {
        Err(payload) => resume_unwind(payload),
        Ok(_) if scope.members.a_thread_panicked() => {
            panic!("a scoped thread panicked")
        }
        Ok(value) => value,
    }
}

/// Waits until all threads of a scope have left it.
#[track_caller]
fn wait_for(members: &Members) {
    let object = members.object();
    let has_borrowers = HasBorrowers;
    match engine::parks() {
        true => park_until_left(object),
        false => Op::new("end the scope", object, Access::Await)
            .guard(object, 0)
            .perform(),
    }
    mem::forget(has_borrowers);
    for step in members.left().drain(..) {
        engine::after(step);
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
        self.start(None, None, f)
    }

    #[track_caller]
    pub(super) fn start<F, T>(
        &'scope self,
        name: Option<String>,
        stack_size: Option<usize>,
        f: F,
    ) -> ScopedJoinHandle<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        let (body, result) = prepare(f, Some(Membership::new(&self.members)));
        let body = outlived_by_scope(body, self);
        let thread = engine::spawn(name, stack_size, body);
        ScopedJoinHandle(Started::new(thread, result))
    }
}

/// Forgets what the body of a scope's thread borrows.
#[allow(unsafe_code)]
fn outlived_by_scope<'scope>(
    body: Box<dyn FnOnce() + 'scope>,
    _scope: &'scope Scope<'scope, '_>,
) -> Box<dyn FnOnce() + 'static> {
    // SAFETY: only the lifetime changes. What is borrowed outlives the scope, and there is a
    // `Scope` only within a call of `scope`, which neither returns nor unwinds before each body
    // that was started there has run to its end. Where the execution ends before that, the call
    // never returns, and the bodies never go on.
    unsafe { mem::transmute(body) }
}

impl fmt::Debug for Scope<'_, '_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members = &self.members;
        out.debug_struct("Scope")
            .field("num_running_threads", &-members.object().counter())
            .field("a_thread_panicked", &members.a_thread_panicked())
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

    /// Whether the thread's function has returned. Its thread-local values may still be there.
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
