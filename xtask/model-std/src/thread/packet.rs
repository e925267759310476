//! What a thread and its handle share, and the body that the thread runs.

use ::std::io;
use ::std::mem;
use ::std::panic::Location;
use ::std::rc::Rc;
use ::std::thread::Result;

use engine::{Access, Handle, Op};

use super::current::Thread;
use super::local::{drop_locals, has_locals_to_drop};
use super::members::{Members, Membership};
use crate::raw::Confined;
use crate::shared::Shared;
use crate::unwind::{abort, catch};

/// The number of the error by which Linux refuses to let a thread wait for itself (`EDEADLK`).
const DEADLOCK: i32 = 35;

/// What became of a thread, as its handle sees it: without the bounds on the type that only
/// the start of the thread needs.
pub trait ThreadResult<T> {
    /// What it returned, or what its panic carried.
    fn take(&self) -> Option<Result<T>>;
    /// What is not of that type.
    fn end(&self) -> &End;
}

pub type SharedResult<'scope, T> = Shared<dyn ThreadResult<T> + Send + Sync + 'scope>;

/// What a thread and its handle share.
struct Packet<T> {
    end: End,
    result: Confined<Option<Result<T>>>,
}

/// The end of a thread, but for what it returns: so this is compiled once, and not with each program.
pub struct End {
    /// Stands for what the thread returns.
    handle: Handle,
    membership: Option<Shared<Members>>,
    /// What leaves the scope when this is dropped, where it matters who does: it wakes the
    /// scope's owner. As in the real library, that is who drops the packet.
    leaving: Confined<Option<Membership>>,
    place: &'static Location<'static>,
    /// Whether somebody notices when what the thread returns is dropped.
    is_dropped: bool,
}

impl<T> Packet<T> {
    fn swap(&self, result: Option<Result<T>>) -> Option<Result<T>> {
        self.result.change(|known| mem::replace(known, result))
    }
}

impl<T: Send> ThreadResult<T> for Packet<T> {
    fn take(&self) -> Option<Result<T>> {
        self.swap(None)
    }

    fn end(&self) -> &End {
        &self.end
    }
}

impl<T> Drop for Packet<T> {
    /// Drops a result that nobody asked for.
    fn drop(&mut self) {
        if let Some(result) = self.swap(None) {
            if result.is_err() {
                self.end.panicked();
            }
            // There is nobody left whom the panic of a destructor could reach.
            if catch(|| drop(result)).is_err() {
                abort();
            }
        }
        self.end.leave();
    }
}

impl End {
    /// That of a thread that this starts.
    #[track_caller]
    fn new(membership: Option<&Membership>, leaving: Option<Membership>, is_dropped: bool) -> Self {
        Self {
            handle: Handle::unordered("result"),
            membership: membership.or(leaving.as_ref()).map(Membership::members),
            leaving: Confined::new(leaving),
            place: Location::caller(),
            is_dropped,
        }
    }

    /// Nobody has asked for the panic of the thread.
    fn panicked(&self) {
        if let Some(members) = &self.membership {
            members.set_panicked();
        }
    }

    /// What is left to do for the last of its two owners.
    fn leave(&self) {
        let leaving = self.leaving.borrow_mut().take();
        if let Some(membership) = leaving {
            membership.leave(self.place);
        }
    }

    /// The thread has come to its end, and is about to let go of what it returns.
    fn returned(&self, panicked: bool) {
        if self.membership.is_none() && panicked {
            engine::current().set_unjoined_panic(true);
        }
        // As soon as the thread has let go of the packet it counts as finished, though its thread-local
        // values are still to be destroyed.
        let is_noticed = has_locals_to_drop();
        self.announce_drop("return", self.place, is_noticed);
        if is_noticed {
            self.handle.object().set_counter(1);
        }
    }

    /// Whoever of a thread and its handle is done last drops what the thread returned. Where
    /// that can be noticed, or when the thread is done, who is last has to be the scheduler's choice.
    fn announce_drop(&self, verb: &'static str, place: &'static Location<'static>, noticed: bool) {
        if noticed || self.is_dropped || self.leaving.borrow_mut().is_some() {
            let mut op = Op::new(verb, self.handle.object(), Access::Write);
            op.place = place;
            op.perform();
        }
    }

    /// Waits until the thread has finished.
    #[track_caller]
    fn join(thread: engine::Thread) {
        if thread == engine::current() {
            // The system refuses that, and the real library panics.
            let error = io::Error::from_raw_os_error(DEADLOCK);
            panic!("failed to join thread: {error}");
        }
        let finished = thread.finished();
        let op = Op::new("join", finished, Access::Await);
        op.guard(finished, 1).perform();
        if let Some(step) = thread.last_step() {
            engine::after(step);
        }
        thread.set_unjoined_panic(false);
    }

    /// Shows what became of a thread that was joined.
    fn show(panicked: bool) {
        engine::show(|| if panicked { "panicked" } else { "✓" }.to_string());
    }

    /// Whether the thread's function has returned.
    #[track_caller]
    fn is_finished(&self, thread: engine::Thread) -> bool {
        let finished = thread.finished();
        let result = self.handle.object();
        let op = Op::new("is_finished", finished, Access::Read);
        op.and(result, Access::Read).perform();
        engine::note_look(result);
        // Or whether it has let go of what it returns.
        let is_finished = finished.counter() == 1 || result.counter() == 1;
        engine::show(|| format!("➜ {is_finished}"));
        is_finished
    }

    /// The handle of a thread that was not joined is dropped.
    fn detach(&self, thread: engine::Thread, place: &'static Location<'static>) {
        thread.set_detached();
        self.announce_drop("drop the handle", place, false);
    }
}

/// A thread's body, and what its handle needs.
#[track_caller]
pub fn prepare<'scope, F, T>(
    f: F,
    membership: Option<Membership>,
) -> (Box<dyn FnOnce() + 'scope>, SharedResult<'scope, T>)
where
    F: FnOnce() -> T + Send + 'scope,
    T: Send + 'scope,
{
    let (membership, leaving) = match engine::parks() {
        true => (None, membership),
        false => (membership, None),
    };
    let packet = Rc::new(Packet {
        end: End::new(membership.as_ref(), leaving, mem::needs_drop::<T>()),
        result: Confined::new(None),
    });
    let body = Body {
        f,
        packet: Shared::new(Rc::clone(&packet)),
        membership,
        place: Location::caller(),
    };
    let body = move || {
        body.run();
        drop_locals();
    };
    (Box::new(body), Shared::new(packet))
}

/// A thread's body. The fields are dropped in this order, if it never runs: a scope may end
/// as soon as the last one is gone.
struct Body<F, T> {
    f: F,
    packet: Shared<Packet<T>>,
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
        packet.end.returned(result.is_err());
        packet.swap(Some(result));
        drop(packet);
        if let Some(membership) = membership {
            membership.leave(place);
        }
    }
}

/// What both kinds of handles are.
pub struct Started<'scope, T> {
    pub thread: Thread,
    result: SharedResult<'scope, T>,
    place: &'static Location<'static>,
    joined: bool,
}

impl<'scope, T> Started<'scope, T> {
    #[track_caller]
    pub fn new(thread: engine::Thread, result: SharedResult<'scope, T>) -> Self {
        Self {
            thread: Thread::of(thread),
            result,
            place: Location::caller(),
            joined: false,
        }
    }

    #[track_caller]
    pub fn join(mut self) -> Result<T> {
        End::join(self.thread.thread);
        self.joined = true;
        let result = self.result.take().expect("a finished thread has a result");
        End::show(result.is_err());
        result
    }

    #[track_caller]
    pub fn is_finished(&self) -> bool {
        self.result.end().is_finished(self.thread.thread)
    }
}

impl<T> Drop for Started<'_, T> {
    fn drop(&mut self) {
        if !self.joined {
            self.result.end().detach(self.thread.thread, self.place);
        }
    }
}
