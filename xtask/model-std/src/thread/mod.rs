//! Threads: each is a coroutine of the [`engine`].

mod local;
mod scope;

pub use ::std::thread::Result;
pub use local::{AccessError, LocalKey};
pub(crate) use local::{Local, drop_locals};
pub use scope::{Scope, ScopedJoinHandle, scope};

use ::std::ffi::CString;
use ::std::fmt;
use ::std::io;
use ::std::mem;
use ::std::num::NonZero;
use ::std::panic::Location;
use ::std::sync::{Arc, Mutex, PoisonError};

use crate::engine::{self, Access, Handle, Object, Op};
use crate::panic::catch;
use crate::process;
use crate::time::Duration;
use scope::Membership;

/// Starts a thread.
///
/// # Panics
///
/// Never: the explorer has room for as many threads as it allows.
#[track_caller]
pub fn spawn<F, T>(f: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    JoinHandle(start(Builder::new(), f))
}

/// What a thread is to be like.
#[must_use = "a thread is started by `spawn`"]
pub struct Builder {
    name: Option<String>,
    stack_size: Option<usize>,
}

impl Builder {
    /// A thread without a name.
    #[expect(clippy::new_without_default, reason = "the real one has no default")]
    pub fn new() -> Self {
        Self {
            name: None,
            stack_size: None,
        }
    }

    /// A thread with this name.
    pub fn name(mut self, name: String) -> Self {
        self.name = Some(name);
        self
    }

    /// A thread with a stack of so many bytes, but not of fewer than it would have had.
    pub fn stack_size(mut self, size: usize) -> Self {
        self.stack_size = Some(size);
        self
    }

    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// Never.
    ///
    /// # Panics
    ///
    /// The name has a null byte.
    #[track_caller]
    pub fn spawn<F, T>(self, f: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        Ok(JoinHandle(start(self, f)))
    }

    /// Starts the thread in a scope.
    ///
    /// # Errors
    ///
    /// Never.
    ///
    /// # Panics
    ///
    /// The name has a null byte.
    #[track_caller]
    pub fn spawn_scoped<'scope, F, T>(
        self,
        scope: &'scope Scope<'scope, '_>,
        f: F,
    ) -> io::Result<ScopedJoinHandle<'scope, T>>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        Ok(scope.start(self, f))
    }
}

impl Builder {
    /// Whether the operating system would take the name.
    #[track_caller]
    fn check(&self) {
        if let Some(name) = &self.name {
            CString::new(name.as_str()).expect("thread name may not contain interior null bytes");
        }
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Builder")
            .field("name", &self.name)
            .field("stack_size", &self.stack_size)
            // There is no stable way to have any, but the real one says so.
            .field("no_hooks", &false)
            .finish()
    }
}

/// Starts a thread that belongs to no scope.
#[track_caller]
fn start<F, T>(builder: Builder, f: F) -> Started<'static, T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    builder.check();
    let (body, outcome) = prepare(f, None);
    let thread = engine::spawn(builder.name, builder.stack_size, body);
    Started::new(thread, outcome)
}

/// What became of a thread, as its handle sees it: without the bounds on the type that only
/// the start of the thread needs.
trait Outcome<T> {
    /// What it returned, or what its panic carried.
    fn take(&self) -> Option<Result<T>>;
    /// The object that stands for what it returned.
    fn object(&self) -> Object;
    /// Whether the last of its two owners leaves a scope for it.
    fn leaves_scope(&self) -> bool;
}

type SharedOutcome<'scope, T> = Arc<dyn Outcome<T> + Send + Sync + 'scope>;

/// What a thread and its handle share.
struct Packet<T> {
    handle: Handle,
    result: Mutex<Option<Result<T>>>,
    membership: Option<Arc<scope::Members>>,
    /// What leaves the scope when this is dropped, where it matters who does: it wakes the
    /// scope's owner. As in the real library, that is who drops the packet.
    leaving: Mutex<Option<Membership>>,
    place: &'static Location<'static>,
}

impl<T> Packet<T> {
    fn swap(&self, result: Option<Result<T>>) -> Option<Result<T>> {
        let mut place = self.result.lock().unwrap_or_else(PoisonError::into_inner);
        mem::replace(&mut place, result)
    }
}

impl<T: Send> Outcome<T> for Packet<T> {
    fn take(&self) -> Option<Result<T>> {
        self.swap(None)
    }

    fn object(&self) -> Object {
        self.handle.object()
    }

    fn leaves_scope(&self) -> bool {
        let leaving = self.leaving.lock().unwrap_or_else(PoisonError::into_inner);
        leaving.is_some()
    }
}

impl<T> Drop for Packet<T> {
    /// Drops a result that nobody asked for.
    fn drop(&mut self) {
        let result = self.swap(None);
        if let (Some(members), Some(Err(_))) = (&self.membership, &result) {
            members.panicked();
        }
        // There is nobody left whom the panic of a destructor could reach.
        if catch(|| drop(result)).is_err() {
            process::abort();
        }
        let leaving = self
            .leaving
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(membership) = leaving.take() {
            membership.leave(self.place);
        }
    }
}

/// A thread's body, and what its handle needs.
#[track_caller]
fn prepare<'scope, F, T>(
    f: F,
    membership: Option<Membership>,
) -> (Box<dyn FnOnce() + 'scope>, SharedOutcome<'scope, T>)
where
    F: FnOnce() -> T + Send + 'scope,
    T: Send + 'scope,
{
    let members = membership.as_ref().map(Membership::members);
    let (membership, leaving) = match engine::parks() {
        true => (None, membership),
        false => (membership, None),
    };
    let place = Location::caller();
    let packet = Arc::new(Packet {
        handle: Handle::new("result"),
        result: Mutex::new(None),
        membership: members,
        leaving: Mutex::new(leaving),
        place,
    });
    let body = Body {
        f,
        packet: Arc::clone(&packet),
        membership,
        place,
    };
    (Box::new(move || body.run()), packet)
}

/// A thread's body. The fields are dropped in this order, if it never runs: a scope may end
/// as soon as the last one is gone.
struct Body<F, T> {
    f: F,
    packet: Arc<Packet<T>>,
    membership: Option<Membership>,
    place: &'static Location<'static>,
}

impl<F: FnOnce() -> T, T: Send> Body<F, T> {
    fn run(self) {
        let Self {
            membership,
            packet,
            f,
            place,
        } = self;
        let result = catch(f);
        if packet.membership.is_none() && result.is_err() {
            engine::current().set_unjoined_panic(true);
        }
        announce_drop::<T>("return", &*packet, place);
        packet.swap(Some(result));
        drop(packet);
        if let Some(membership) = membership {
            membership.leave(place);
        }
    }
}

/// Whoever of a thread and its handle is done last drops what the thread returned. Where
/// that can be noticed, who is last has to be the scheduler's choice.
fn announce_drop<T>(
    verb: &'static str,
    outcome: &dyn Outcome<T>,
    place: &'static Location<'static>,
) {
    if mem::needs_drop::<T>() || outcome.leaves_scope() {
        let mut op = Op::new(verb, outcome.object(), Access::Write);
        op.place = place;
        op.perform();
    }
}

/// What both kinds of handles are.
struct Started<'scope, T> {
    thread: Thread,
    outcome: SharedOutcome<'scope, T>,
    place: &'static Location<'static>,
    joined: bool,
}

impl<'scope, T> Started<'scope, T> {
    #[track_caller]
    fn new(thread: engine::Thread, outcome: SharedOutcome<'scope, T>) -> Self {
        Self {
            thread: Thread::of(thread),
            outcome,
            place: Location::caller(),
            joined: false,
        }
    }

    #[track_caller]
    fn join(mut self) -> Result<T> {
        let thread = self.thread.thread;
        let finished = thread.finished();
        let op = Op::new("join", finished, Access::Await);
        op.guard(finished, 1).perform();
        if let Some(event) = thread.last_event() {
            engine::after(event);
        }
        thread.set_unjoined_panic(false);
        self.joined = true;
        let result = self.outcome.take().expect("a finished thread has a result");
        engine::show(|| if result.is_ok() { "✓" } else { "panicked" }.to_string());
        result
    }

    #[track_caller]
    fn is_finished(&self) -> bool {
        let finished = self.thread.thread.finished();
        Op::new("is_finished", finished, Access::Read).perform();
        let is_finished = finished.counter() == 1;
        engine::show(|| format!("➜ {is_finished}"));
        is_finished
    }
}

impl<T> Drop for Started<'_, T> {
    fn drop(&mut self) {
        if !self.joined {
            self.thread.thread.set_detached();
            announce_drop::<T>("drop the handle", &*self.outcome, self.place);
        }
    }
}

/// A thread that can be waited for.
pub struct JoinHandle<T>(Started<'static, T>);

impl<T> JoinHandle<T> {
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

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("JoinHandle").finish_non_exhaustive()
    }
}

/// A thread.
#[derive(Clone)]
pub struct Thread {
    thread: engine::Thread,
    name: Option<Arc<str>>,
}

impl Thread {
    fn of(thread: engine::Thread) -> Self {
        Self {
            thread,
            name: thread.name().map(Arc::from),
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
    #[track_caller]
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

/// Waits until somebody has unparked the running thread.
#[track_caller]
pub fn park() {
    wait_for_token(None);
}

/// Waits until somebody has unparked the running thread, but no longer than this.
#[track_caller]
pub fn park_timeout(timeout: Duration) {
    wait_for_token(Some(timeout));
}

/// What [`park`] and [`park_timeout`] do, and nothing else: a program parks threads itself if
/// this function is part of it, as [`crate::explore`] finds out.
#[track_caller]
#[inline(never)]
fn wait_for_token(timeout: Option<Duration>) {
    let token = engine::current().token();
    let op = Op::new("park", token, Access::Write);
    let spurious = engine::may_fail_for_no_reason();
    match timeout {
        _ if spurious => op.perform(),
        Some(timeout) => op.guard(token, 1).within(timeout).perform(),
        None => op.guard(token, 1).perform(),
    }
    if spurious && token.counter() == 0 {
        engine::failed_for_no_reason();
        engine::show(|| "for no reason".to_string());
    }
    token.set_counter(0);
}

/// Waits until somebody has unparked the running thread, but no longer than this.
#[deprecated(note = "replaced by `std::thread::park_timeout`")]
#[track_caller]
pub fn park_timeout_ms(milliseconds: u32) {
    park_timeout(Duration::from_millis(milliseconds.into()));
}

/// Waits for so long, in virtual time.
#[track_caller]
pub fn sleep(duration: Duration) {
    engine::sleep(duration);
    engine::show(|| format!("{duration:?}"));
}

/// Waits for so long, in virtual time.
#[deprecated(note = "replaced by `std::thread::sleep`")]
#[track_caller]
pub fn sleep_ms(milliseconds: u32) {
    sleep(Duration::from_millis(milliseconds.into()));
}

/// Lets the others go first.
#[track_caller]
pub fn yield_now() {
    engine::yield_now("yield");
}

/// How many threads the modelled machine runs at once.
///
/// # Errors
///
/// Never.
pub fn available_parallelism() -> io::Result<NonZero<usize>> {
    Ok(NonZero::new(engine::CORES).expect("the machine has a core"))
}
