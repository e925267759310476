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

pub mod access;
pub mod execution;
pub mod output;
pub mod raw;
pub mod recorder;
mod run;
pub mod search;
mod waiting;

use std::io;
use std::panic::Location;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

pub use access::{Access, Accesses};
pub use execution::{Ending, Execution};
use execution::{ObjectState, Panicked};
pub use run::Program;
use run::with;
use search::TimeModel;
pub use transcript::Stream;

use crate::panic::Panics;
use crate::thread::Local;

/// How many threads the modelled machine runs at once.
pub const CORES: usize = 4;

/// The identity of something that threads share, as it stands in a facade type.
///
/// Constant, so that a facade type can stand in a `static`. The object is known to the
/// engine from its first use in an execution on.
#[derive(Debug)]
pub struct Handle {
    /// The execution in which the object was last used, and its number there.
    slot: AtomicU64,
    /// Absent where the facade type was made of zeroed memory.
    made: Option<(&'static str, &'static Location<'static>)>,
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

impl Handle {
    /// A new object of this kind (`"mutex"`, `"channel"`), created by the caller's caller.
    #[track_caller]
    pub const fn new(kind: &'static str) -> Self {
        Self {
            slot: AtomicU64::new(0),
            made: Some((kind, Location::caller())),
        }
    }

    /// The object in the running execution, registered now if this is its first use.
    #[track_caller]
    pub fn object(&self) -> Object {
        self.object_at(0)
    }

    /// The same, with the counter's value if it is registered now.
    #[track_caller]
    pub fn object_at(&self, counter: i64) -> Object {
        let made = self.made.unwrap_or(("zeroed atomic", Location::caller()));
        run::find(&self.slot, made, counter)
    }
}

/// A new object, created by the caller's caller, of which the counter is this. For what is made
/// while the program runs, and stays on its heap: a [`Handle`] is for what may be a `static`.
#[track_caller]
#[inline]
pub fn object(kind: &'static str, counter: i64) -> Object {
    with(|running| running.register(kind, Location::caller(), counter))
}

/// What an operation waits for: that an object's counter is at least so much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guard {
    object: u32,
    at_least: i64,
}

impl Guard {
    /// Satisfied, whatever the object.
    const ALWAYS: Self = Self {
        object: 0,
        at_least: i64::MIN,
    };

    /// Not satisfied: no stream's counter gets there. Only the time lets the operation happen.
    const NEVER: Self = Self {
        object: 0,
        at_least: i64::MAX,
    };

    /// Whether there is an object that the operation waits for.
    #[inline(always)]
    fn waits(self) -> bool {
        !matches!(self.at_least, i64::MIN | i64::MAX)
    }

    #[inline(always)]
    fn is_open(self, objects: &[ObjectState]) -> bool {
        objects[self.object as usize].counter >= self.at_least
    }
}

impl Object {
    /// The object's counter.
    #[inline]
    pub fn counter(self) -> i64 {
        with(|running| running.objects[self.0 as usize].counter)
    }

    /// Sets the counter. Only right after `perform`, like every change of shared data.
    pub fn set_counter(self, value: i64) {
        Self::set_counters([(self, value)]);
    }

    /// Sets the counters of several objects.
    #[inline]
    pub fn set_counters<const N: usize>(counters: [(Self, i64); N]) {
        with(|running| {
            for (object, value) in counters {
                running.objects[object.0 as usize].counter = value;
            }
        });
    }

    /// Remembers that the running thread holds this lock, alone.
    pub fn held(self) {
        with(|running| running.objects[self.0 as usize].holder = Some(running.current));
    }

    /// Remembers that the running thread reads what this lock protects, beside others.
    pub fn begin_reading(self) {
        with(|running| {
            let is_read = running.readers.iter().any(|(lock, _)| *lock == self);
            running.readers.push((self, running.current));
            if is_read {
                let lock = &mut running.objects[self.0 as usize].readers_and_writers;
                lock.read_beside = true;
                running.reads_beside |= lock.written;
            }
        });
    }

    /// Remembers that a thread asks to write what this lock protects, and waits until it can.
    pub fn is_written(self) {
        with(|running| {
            let lock = &mut running.objects[self.0 as usize].readers_and_writers;
            lock.written = true;
            running.reads_beside |= lock.read_beside;
        });
    }

    /// A writer waits from now on, and keeps readers out: the counter is as much lower.
    pub fn begin_to_keep_out(self, by: i64) {
        with(|running| {
            let state = &mut running.objects[self.0 as usize];
            state.readers_and_writers.waiting += 1;
            if state.readers_and_writers.waiting == 1 {
                state.counter -= by;
            }
        });
    }

    /// It waits no longer.
    pub fn end_to_keep_out(self, by: i64) {
        with(|running| {
            let state = &mut running.objects[self.0 as usize];
            state.readers_and_writers.waiting -= 1;
            if state.readers_and_writers.waiting == 0 {
                state.counter += by;
            }
        });
    }

    /// The running thread reads it once less.
    pub fn end_reading(self) {
        with(|running| {
            let reader = (self, running.current);
            let last = running.readers.iter().rposition(|known| *known == reader);
            if let Some(last) = last {
                running.readers.remove(last);
            }
        });
    }

    /// Nobody holds it any more.
    pub fn released(self) {
        with(|running| running.objects[self.0 as usize].holder = None);
    }

    /// Whether the running thread holds it.
    pub fn is_mine(self) -> bool {
        with(|running| running.objects[self.0 as usize].holder == Some(running.current))
    }
}

impl Op {
    /// An operation on an object: `verb` is what reports call it (`"lock"`, `"send"`). Its
    /// place in the source is the first caller outside of `#[track_caller]` functions, so
    /// each function of the facade between here and the program carries that attribute.
    #[track_caller]
    #[inline(always)]
    pub fn new(verb: &'static str, object: Object, access: Access) -> Self {
        Self::local(verb, Location::caller()).and(object, access)
    }

    /// An operation that touches nothing.
    #[inline(always)]
    fn local(verb: &'static str, place: &'static Location<'static>) -> Self {
        Self {
            verb,
            place,
            accesses: Accesses::default(),
            guard: Guard::ALWAYS,
            deadline: None,
        }
    }

    /// The object that it is about, if it touches any.
    pub fn object(&self) -> Option<u32> {
        self.accesses.iter().next().map(|(object, _)| object)
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

    /// It happens after so much time at the latest, guard or not; never for this reason if
    /// there is no such time.
    #[inline(always)]
    pub fn within(self, duration: Duration) -> Self {
        self.after(with(|running| running.now), duration)
    }

    #[inline(always)]
    fn after(self, now: u64, duration: Duration) -> Self {
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

    /// Announces the operation, and returns when the scheduler has chosen it; never, if the
    /// execution ends before that.
    #[inline(always)]
    pub fn perform(self) {
        run::perform(self);
    }
}

/// The running thread's latest operation.
#[inline]
pub fn latest() -> Event {
    with(|running| running.latest())
}

/// The running thread's latest operation, which this returns, could not have happened before
/// that one, by another thread: the message was sent there, the room was made there.
#[inline]
pub fn after(event: Event) -> Event {
    with(|running| {
        let latest = running.latest();
        if running.is_running && running.traced {
            running.edges.push((latest.0, event.0));
        }
        latest
    })
}

/// The running thread's latest operation has changed nothing: the lock was taken, the
/// queue was empty, the value was not the expected one. It counts as a read from here on.
pub fn unchanged() {
    with(|running| {
        if running.is_running {
            running.unchanged();
        }
    });
}

/// The running thread's latest operation, which gave a lock back, has also changed what the
/// lock protects: who looks at it in a loop will see something new.
pub fn changed(object: Object) {
    with(|running| {
        if running.is_running {
            running.changed(object);
        }
    });
}

/// What the latest operation read or wrote, for the table of a failing schedule
/// (`➜ 0`, `✓`, `"alpha"`). Asked for only when the execution is recorded.
#[inline(always)]
pub fn show(value: impl FnOnce() -> String) {
    if with(|running| running.recorded && running.is_running) {
        let value = value();
        with(|running| running.show(|| value));
    }
}

/// An end of a channel, which a report names where a thread waits for it forever.
#[derive(Debug, Clone, Copy)]
pub struct ChannelEnd(Option<usize>);

impl ChannelEnd {
    /// The running thread has made it. It is kept only when the execution is recorded.
    #[track_caller]
    pub fn made(channel: Object, sends: bool) -> Self {
        let made = Location::caller();
        with(|running| {
            if !(running.recorded && running.is_running) {
                return Self(None);
            }
            let end = execution::ChannelEnd {
                channel: channel.0,
                sends,
                made,
                thread: running.current,
                used: false,
            };
            running.channel_ends.push(Some(end));
            Self(Some(running.channel_ends.len() - 1))
        })
    }

    /// The running thread uses it.
    pub fn used(self) {
        let Self(Some(index)) = self else { return };
        with(|running| {
            let thread = running.current;
            if let Some(Some(end)) = running.channel_ends.get_mut(index) {
                end.thread = thread;
                end.used = true;
            }
        });
    }

    /// It is gone.
    pub fn dropped(self) {
        let Self(Some(index)) = self else { return };
        with(|running| {
            if let Some(end) = running.channel_ends.get_mut(index) {
                *end = None;
            }
        });
    }
}

/// The running thread.
#[inline]
pub fn current() -> Thread {
    with(|running| Thread(running.current))
}

/// Which execution this is, from 1 on: what is kept from another is out of date.
pub fn execution() -> u32 {
    with(|running| running.number)
}

/// From here on each execution begins with the statics of this process as they are now, whatever
/// the one before has left in them. For a process that does nothing else than to explore; in any
/// other a program may have none.
///
/// # Errors
///
/// The process has another thread.
pub fn keep_statics() -> io::Result<()> {
    // Where the hook is kept is a static too.
    crate::panic::install_hook();
    let statics = raw::Statics::now()?;
    with(|running| running.statics = statics);
    Ok(())
}

/// From here on the seed of an execution decides what each `RandomState` of the program is made of,
/// and so the order of a `HashMap`; unless it is not known how.
pub fn keep_hash_order() {
    raw::keys::find();
}

/// Starts a thread with this body, and says which. The body catches its own panics. The stack has
/// at least so many bytes, if that is said.
///
/// A body that borrows is made `'static` by `raw::outlived_by_scope` first.
#[track_caller]
pub fn spawn(
    name: Option<String>,
    stack: Option<usize>,
    body: Box<dyn FnOnce() + 'static>,
) -> Thread {
    run::spawn(name, stack, Location::caller(), body)
}

impl Thread {
    /// The object whose counter is 1 once the thread has finished; finishing is a `Write`.
    pub fn finished(self) -> Object {
        with(|running| running.threads[self.0 as usize].finished)
    }

    /// Gives the thread its park token, as an operation.
    #[track_caller]
    pub fn unpark(self, verb: &'static str) {
        let token = self.token();
        Op::new(verb, token, Access::Write).perform();
        token.set_counter(1);
    }

    /// The object whose counter is the thread's park token.
    pub fn token(self) -> Object {
        with(|running| running.threads[self.0 as usize].token)
    }

    /// Its latest operation; once it has finished, the one with which it did.
    pub fn last_event(self) -> Option<Event> {
        with(|running| running.threads[self.0 as usize].last.map(Event))
    }

    /// Its name; `main` for the first.
    pub fn name(self) -> Option<String> {
        with(|running| running.threads[self.0 as usize].name.clone())
    }

    /// Its handle is gone, and nobody has joined it.
    pub fn set_detached(self) {
        with(|running| running.threads[self.0 as usize].detached = true);
    }

    /// It ended with a panic (`true`), or somebody has asked how it ended (`false`).
    pub fn set_unjoined_panic(self, unjoined: bool) {
        with(|running| running.threads[self.0 as usize].unjoined_panic = unjoined);
    }
}

/// Whether the running thread is unwinding from a panic of its own.
pub fn panicking() -> bool {
    with(|running| {
        let thread = running.threads.get(running.current as usize);
        thread.is_some_and(|thread| thread.panicking)
    })
}

/// The running thread has begun to unwind, or has stopped.
pub fn set_panicking(panicking: bool) {
    with(|running| {
        if let Some(thread) = running.threads.get_mut(running.current as usize) {
            thread.panicking = panicking;
        }
    });
}

/// The running thread has begun to unwind from a panic with this message.
pub fn panicked(place: &'static Location<'static>, message: &str) {
    with(|running| {
        let thread = running.current;
        running.threads[thread as usize].panicking = true;
        running.panicked.push(Panicked {
            thread,
            place,
            message: message.to_string(),
        });
    });
}

/// The running thread's thread-local values, in the order in which they were made.
pub(crate) fn with_locals<R>(f: impl FnOnce(&mut Vec<Local>) -> R) -> R {
    with(|running| f(&mut running.threads[running.current as usize].locals))
}

/// What is kept of panics, for all threads of the execution.
pub(crate) fn with_panics<R>(f: impl FnOnce(&mut Panics) -> R) -> R {
    with(|running| f(&mut running.panics))
}

/// The object that stands for the panic hook.
pub fn panic_hook() -> Object {
    Object(execution::PANIC_HOOK)
}

/// Has the running thread do this before its next operation, or before it is known to have
/// caught a panic: for work that comes up where a thread must not wait.
pub fn put_off(work: Box<dyn FnOnce()>) {
    with(|running| running.threads[running.current as usize].put_off.push(work));
}

/// Does what the running thread has put off.
pub fn catch_up() {
    for work in with(Execution::take_put_off) {
        work();
    }
}

/// Prints, as one operation on the stream.
#[track_caller]
#[inline(always)]
pub fn print(stream: Stream, text: &[u8]) {
    run::print(stream, Location::caller(), text);
}

/// Adds to what the program has printed, by the running thread's latest operation.
pub fn write(stream: Stream, text: &[u8]) {
    run::write(stream, text);
}

/// The object that stands for a stream: a lock whose counter is 1 while it is free.
pub fn stream(stream: Stream) -> Object {
    Object(stream as u32)
}

/// Virtual time since the start of the execution. A read of it is an operation only where
/// the time model makes it one.
#[track_caller]
pub fn now() -> Duration {
    run::now(Location::caller())
}

/// Waits for so long, in virtual time.
#[track_caller]
pub fn sleep(duration: Duration) {
    run::sleep(Location::caller(), duration);
}

/// Says whether the program parks threads itself. Only then does it matter which calls of the
/// standard library use up a thread's park token or leave one, and only then is that modelled:
/// it takes several operations where one would do.
pub fn set_parks(parks: bool) {
    with(|running| running.parks = parks);
}

/// Whether the program parks threads itself.
#[inline]
pub fn parks() -> bool {
    with(|running| running.parks)
}

/// Waits for the running thread's park token and uses it up, on behalf of a call that parks; or
/// waits until this time. The object is what the call waits for.
#[track_caller]
pub fn park_in(verb: &'static str, object: Object, deadline: Option<Duration>) {
    let token = current().token();
    let mut op = Op::new(verb, object, Access::Await)
        .and(token, Access::Write)
        .guard(token, 1);
    if let Some(deadline) = deadline {
        op = op.deadline(deadline);
    }
    op.perform();
    show(|| match token.counter() {
        0 => "timed out".to_string(),
        _ => "unparked".to_string(),
    });
    token.set_counter(0);
}

/// Whether the running thread, which is about to wait, may be woken for no reason: it then has
/// not to wait at all. Likewise, whether its weak exchange may fail. If that is what comes of it,
/// it says so by [`failed_for_no_reason`].
pub fn may_fail_for_no_reason() -> bool {
    with(|running| {
        running.may_be_spurious = true;
        let thread = running.threads.get(running.current as usize);
        running.time == TimeModel::Spurious && thread.is_some_and(|thread| !thread.spurious)
    })
}

/// Whether a writer that waits keeps new readers out.
pub fn writers_keep_readers_out() -> bool {
    with(|running| running.time == TimeModel::Writers)
}

/// The running thread has been woken for no reason, or its weak exchange has failed. That is so
/// once at most, so that a loop in which it tries again comes to an end.
pub fn failed_for_no_reason() {
    with(|running| running.threads[running.current as usize].spurious = true);
}

/// The program asks for an order of memory that is weaker than the one that all have here.
#[track_caller]
#[inline]
pub fn note_weak_order(name: &'static str) {
    let place = Location::caller();
    with(|running| {
        let mut known = running.weak_orders.iter();
        let is_known = known.any(|(order, at)| *order == name && std::ptr::eq(*at, place));
        if running.is_running && !is_known {
            running.weak_orders.push((name, place));
        }
    });
}

/// The orders of memory, weaker than the one that all have here, that the program has asked for
/// in all executions so far, each with its place.
pub fn weak_orders() -> Vec<(&'static str, &'static Location<'static>)> {
    with(|running| running.weak_orders.clone())
}

/// Lets the others go first: in a loop that sees nothing new, until something has changed.
#[track_caller]
pub fn yield_now(verb: &'static str) {
    run::yield_now(Op::local(verb, Location::caller()));
}

/// Ends the program at once, with this status.
#[track_caller]
pub fn exit(code: i32) -> ! {
    run::exit(Location::caller(), Ending::Exited(code))
}

/// Ends the program at once, as killed by this signal.
#[track_caller]
pub fn killed(signal: i32) -> ! {
    run::exit(Location::caller(), Ending::Killed(signal))
}

/// Ends the execution as one that the explorer cannot follow: the message names the item.
pub fn refuse(item: &str, why: &str) -> ! {
    run::end(Ending::Refused(format!("{item}: {why}")))
}

/// Does something as the explorer, in the middle of the program: what it allocates outlives the
/// execution. Nothing that it keeps may be the program's, nor may it ask the engine.
pub fn outside<R>(f: impl FnOnce() -> R) -> R {
    with(|_| f())
}

/// Whether a program is under way, so that what is printed is its own.
pub fn is_running() -> bool {
    with(|running| running.is_running)
}
