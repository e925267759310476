//! What a thread and its handle share, and the body that the thread runs.

use ::std::io;
use ::std::mem;
use ::std::panic::Location;
use ::std::rc::Rc;
use ::std::thread::Result;

use engine::{Access, Handle, Object, Op};

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
    /// The object that stands for what it returned.
    fn object(&self) -> Object;
    /// Whether the last of its two owners leaves a scope for it.
    fn leaves_scope(&self) -> bool;
    /// Whether the thread has let go of it.
    fn is_left(&self) -> bool;
}

pub type SharedResult<'scope, T> = Shared<dyn ThreadResult<T> + Send + Sync + 'scope>;

/// What a thread and its handle share.
struct Packet<T> {
    handle: Handle,
    result: Confined<Option<Result<T>>>,
    membership: Option<Shared<Members>>,
    /// What leaves the scope when this is dropped, where it matters who does: it wakes the
    /// scope's owner. As in the real library, that is who drops the packet.
    leaving: Confined<Option<Membership>>,
    place: &'static Location<'static>,
}

impl<T> Packet<T> {
    fn swap(&self, result: Option<Result<T>>) -> Option<Result<T>> {
        mem::replace(&mut self.result.borrow_mut(), result)
    }
}

impl<T: Send> ThreadResult<T> for Packet<T> {
    fn take(&self) -> Option<Result<T>> {
        self.swap(None)
    }

    fn object(&self) -> Object {
        self.handle.object()
    }

    fn leaves_scope(&self) -> bool {
        self.leaving.borrow_mut().is_some()
    }

    fn is_left(&self) -> bool {
        self.handle.object().counter() == 1
    }
}

impl<T> Drop for Packet<T> {
    /// Drops a result that nobody asked for.
    fn drop(&mut self) {
        let result = self.swap(None);
        if let (Some(members), Some(Err(_))) = (&self.membership, &result) {
            members.set_panicked();
        }
        // There is nobody left whom the panic of a destructor could reach.
        if catch(|| drop(result)).is_err() {
            abort();
        }
        let leaving = self.leaving.borrow_mut().take();
        if let Some(membership) = leaving {
            membership.leave(self.place);
        }
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
    let members = membership.as_ref().map(Membership::members);
    let (membership, leaving) = match engine::parks() {
        true => (None, membership),
        false => (membership, None),
    };
    let place = Location::caller();
    let packet = Rc::new(Packet {
        handle: Handle::unordered("result"),
        result: Confined::new(None),
        membership: members,
        leaving: Confined::new(leaving),
        place,
    });
    let body = Body {
        f,
        packet: Shared::new(Rc::clone(&packet)),
        membership,
        place,
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
        if packet.membership.is_none() && result.is_err() {
            engine::current().set_unjoined_panic(true);
        }
        // As soon as the thread has let go of the packet it counts as finished, though its thread-local
        // values are still to be destroyed.
        let is_noticed = has_locals_to_drop();
        announce_drop::<T>("return", &*packet, place, is_noticed);
        if is_noticed {
            packet.object().set_counter(1);
        }
        packet.swap(Some(result));
        drop(packet);
        if let Some(membership) = membership {
            membership.leave(place);
        }
    }
}

/// Whoever of a thread and its handle is done last drops what the thread returned. Where
/// that can be noticed, or when the thread is done, who is last has to be the scheduler's choice.
fn announce_drop<T>(
    verb: &'static str,
    result: &dyn ThreadResult<T>,
    place: &'static Location<'static>,
    is_noticed: bool,
) {
    if is_noticed || mem::needs_drop::<T>() || result.leaves_scope() {
        let mut op = Op::new(verb, result.object(), Access::Write);
        op.place = place;
        op.perform();
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
        let thread = self.thread.thread;
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
        self.joined = true;
        let result = self.result.take().expect("a finished thread has a result");
        engine::show(|| if result.is_ok() { "✓" } else { "panicked" }.to_string());
        result
    }

    #[track_caller]
    pub fn is_finished(&self) -> bool {
        let finished = self.thread.thread.finished();
        let op = Op::new("is_finished", finished, Access::Read);
        op.and(self.result.object(), Access::Read).perform();
        let is_finished = finished.counter() == 1 || self.result.is_left();
        engine::show(|| format!("➜ {is_finished}"));
        is_finished
    }
}

impl<T> Drop for Started<'_, T> {
    fn drop(&mut self) {
        if !self.joined {
            self.thread.thread.set_detached();
            announce_drop::<T>("drop the handle", &*self.result, self.place, false);
        }
    }
}
