//! The engine: every thread of the program is a coroutine on one thread of the
//! operating system, and a scheduler decides which of them goes on.
//!
//! The facade's types call this module and nothing else. Each *visible operation*
//! (one that another thread could notice) is announced with [`Op::perform`], which
//! returns when the scheduler has chosen the thread; between two announcements a
//! thread runs alone. So a facade type keeps plain data, changes it right after
//! `perform` returns, and needs no wait queue: a thread that must wait announces a
//! [`Op::guard`], a counter that has not yet reached what it waits for.
//!
//! The memory model is sequential consistency.

use std::panic::Location;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The identity of something that threads share, as it stands in a facade type.
///
/// Constant, so that a facade type can stand in a `static`. The object is known to the
/// engine from its first use in an execution on.
#[derive(Debug)]
pub struct Handle {
    /// The execution in which the object was last used, and its number there.
    slot: AtomicU64,
    kind: &'static str,
    created: &'static Location<'static>,
}

/// An object of the running execution. Each has one counter, which starts at 0 unless
/// [`Handle::object_at`] says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Object(u32);

/// A thread of the running execution; the first is 0, `main`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Thread(pub u32);

/// An operation that has been performed, by its place in the execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event(u32);

/// How an operation touches an object: what decides which operations commute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Commutes with other reads, and with nothing else.
    Read,
    /// Commutes with nothing.
    Write,
    /// Takes a lock that one thread may hold. Two of them do not commute.
    Lock,
    /// Takes a lock that several may hold; two of them commute.
    LockShared,
    /// Gives a lock back: comes after the taking, so it never races with one.
    Unlock,
    /// Gives a shared lock back.
    UnlockShared,
    /// Puts a message at the end of a queue. Commutes with `Receive`, not with `Send`.
    Send,
    /// Takes the message from the head of a queue, which must be there (or the queue closed).
    Receive,
    /// Waits for something that, once true, stays true: commutes with everything.
    Await,
}

/// Why [`Op::perform`] returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The guard was satisfied, or there was none.
    Ready,
    /// The deadline came first.
    TimedOut,
}

/// The stream that is printed to.
pub use invariants::Stream;

/// A visible operation, about to be announced.
#[must_use = "an operation happens when it is performed"]
pub struct Op {}

impl Handle {
    /// A new object of this kind (`"mutex"`, `"channel"`), created by the caller's caller.
    #[track_caller]
    pub const fn new(kind: &'static str) -> Self {
        Self {
            slot: AtomicU64::new(0),
            kind,
            created: Location::caller(),
        }
    }

    /// The object in the running execution, registered now if this is its first use.
    ///
    /// `owner` is the whole value that this handle is part of: if that is in a `static`, it
    /// is put back at the end of the execution to what it is now.
    pub fn object<T: ?Sized>(&self, owner: &T) -> Object {
        self.object_at(owner, 0)
    }

    /// The same, with the counter's value if it is registered now.
    pub fn object_at<T: ?Sized>(&self, _owner: &T, _counter: i64) -> Object {
        let _ = (self.slot.load(Ordering::Relaxed), self.kind, self.created);
        todo!()
    }
}

impl Object {
    /// The object's counter.
    pub fn counter(self) -> i64 {
        todo!()
    }
    /// Sets the counter. Only right after `perform`, like every change of shared data.
    pub fn set_counter(self, _value: i64) {
        todo!()
    }
    /// Remembers that the running thread holds this lock, for the report of a deadlock.
    pub fn held(self) {
        todo!()
    }
    /// The running thread no longer holds it.
    pub fn released(self) {
        todo!()
    }
}

impl Op {
    /// An operation on an object: `verb` is what reports call it (`"lock"`, `"send"`). Its
    /// place in the source is the first caller outside of `#[track_caller]` functions, so
    /// each function of the facade between here and the program carries that attribute.
    #[track_caller]
    pub fn new(_verb: &'static str, _object: Object, _access: Access) -> Self {
        todo!()
    }
    /// It touches this object too.
    pub fn and(self, _object: Object, _access: Access) -> Self {
        todo!()
    }
    /// It can happen only once the object's counter is at least so much.
    pub fn guard(self, _object: Object, _at_least: i64) -> Self {
        todo!()
    }
    /// It happens at this time at the latest, guard or not. Without a guard: not earlier.
    pub fn deadline(self, _at: Duration) -> Self {
        todo!()
    }
    /// Announces the operation, and returns when the scheduler has chosen it.
    ///
    /// After the end of an execution (the program's destructors still run then, unseen) an
    /// operation that can happen does, and one that cannot never returns.
    pub fn perform(self) -> Turn {
        todo!()
    }
}

/// The running thread's latest operation.
pub fn latest() -> Event {
    todo!()
}

/// The running thread's latest operation could not have happened before that one, by
/// another thread: the message was sent there, the room was made there.
pub fn after(_event: Event) {
    todo!()
}

/// What the latest operation read or wrote, for the table of a failing schedule
/// (`➜ 0`, `✓`, `"alpha"`). Asked for only when the execution is recorded.
pub fn show(_value: impl FnOnce() -> String) {
    todo!()
}

/// The running thread.
pub fn current() -> Thread {
    todo!()
}

/// Starts a thread with this body, and says which. The body catches its own panics.
///
/// A body that borrows is made `'static` by [`raw::erase`] first.
#[track_caller]
pub fn spawn(_name: Option<String>, _body: Box<dyn FnOnce() + 'static>) -> Thread {
    todo!()
}

impl Thread {
    /// The object whose counter is 1 once the thread has finished; finishing is a `Write`.
    pub fn finished(self) -> Object {
        todo!()
    }
    /// The object whose counter is the thread's park token.
    pub fn token(self) -> Object {
        todo!()
    }
    /// The operation with which it finished, if it has.
    pub fn last_event(self) -> Option<Event> {
        todo!()
    }
    /// Its name; `main` for the first.
    pub fn name(self) -> Option<String> {
        todo!()
    }
}

/// Whether the running thread is unwinding from a panic of its own.
pub fn panicking() -> bool {
    todo!()
}

/// The running thread has begun to unwind, or has stopped.
pub fn set_panicking(_panicking: bool) {
    todo!()
}

/// The running thread's thread-local values, by the address of their key, in the order in
/// which they were made. The engine drops them when the thread has finished.
pub fn with_locals<R>(
    _f: impl FnOnce(&mut Vec<(usize, std::rc::Rc<dyn std::any::Any>)>) -> R,
) -> R {
    todo!()
}

/// Prints, as one operation on the stream.
#[track_caller]
pub fn print(_stream: Stream, _text: &[u8]) {
    todo!()
}

/// The object that stands for a stream: its lock's counter is 1 while it is free.
pub fn stream(_stream: Stream) -> Object {
    todo!()
}

/// Virtual time since the start of the execution. A read of it is an operation only where
/// the time model makes it one.
#[track_caller]
pub fn now() -> Duration {
    todo!()
}

/// Lets the others go first: in a loop that sees nothing new, until something has changed.
#[track_caller]
pub fn yield_now(_verb: &'static str) {
    todo!()
}

/// Ends the program at once, with this status.
#[track_caller]
pub fn exit(_code: i32) -> ! {
    todo!()
}

/// Ends the program at once, as killed by this signal.
#[track_caller]
pub fn killed(_signal: i32) -> ! {
    todo!()
}

/// Ends the execution as one that the explorer cannot follow: the message names the item.
pub fn refuse(_item: &str, _why: &str) -> ! {
    todo!()
}

/// Whether the execution has ended, and what still runs are destructors that nobody sees.
/// Whoever catches a panic then has to pass it on.
pub fn has_ended() -> bool {
    todo!()
}

/// How many threads the modelled machine runs at once.
pub const CORES: usize = 4;

pub mod raw {
    //! Everything that the compiler cannot check, each with its argument.
    #![allow(unsafe_code)]

    /// Forgets what a thread's body borrows.
    ///
    /// # Safety
    ///
    /// What it borrows must outlive the thread: the scope that spawned it has to wait for it.
    pub unsafe fn erase<'a>(body: Box<dyn FnOnce() + 'a>) -> Box<dyn FnOnce() + 'static> {
        // SAFETY: only the lifetime changes, and the caller answers for that.
        unsafe { std::mem::transmute(body) }
    }
}
