//! Threads, as the library above the engine starts them and asks for them.

use std::any::Any;
use std::panic::Location;
use std::time::Duration;

use crate::access::Access;
use crate::object::{Object, PANIC_HOOK, THREAD_NUMBERS};
use crate::operation::{Op, StepId, Thread};
use crate::perform::{exceed, latest, show};
use crate::raw::fiber::Fiber;
use crate::record::Panicked;
use crate::running::with;

/// More threads than this at once are taken for a mistake.
const THREADS: usize = 1_000;

/// The bytes of a thread's stack that asks for no more: what the real library gives it.
const STACK: usize = 2 << 20;

/// The running thread.
#[inline]
pub fn current() -> Thread {
    with(|running| Thread(running.current))
}

impl Thread {
    /// The object whose counter is 1 once the thread has finished; finishing is a `Write`.
    #[inline]
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
    #[inline]
    pub fn last_step(self) -> Option<StepId> {
        with(|running| running.threads[self.0 as usize].last.map(StepId))
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
    #[inline]
    pub fn set_unjoined_panic(self, unjoined: bool) {
        with(|running| running.threads[self.0 as usize].unjoined_panic = unjoined);
    }
}

/// Starts a thread with this body, and says which. The body catches its own panics. The stack has
/// at least so many bytes, if that is said.
///
/// A body that borrows has to be made `'static` first, by somebody who waits for its end.
#[track_caller]
pub fn spawn(
    name: Option<String>,
    stack: Option<usize>,
    body: Box<dyn FnOnce() + 'static>,
) -> Thread {
    let place = Location::caller();
    if with(|running| running.unfinished()) >= THREADS {
        exceed(format!("more than {THREADS} threads at once"));
    }
    // The execution may end before the operation is chosen, and then nothing on this stack is
    // dropped: what the system gives is asked for only now.
    // A program can see in which order threads were started, by their numbers.
    let numbers = Object(THREAD_NUMBERS);
    let op = Op::local("spawn", place).and(numbers, Access::Write);
    op.perform();
    let spawned = latest();
    let stack = stack.map_or(STACK, |stack| stack.max(STACK));
    let fiber = Fiber::new(
        stack,
        Box::new(move || {
            body();
            let finished = current().finished();
            Op::local("finish", Location::caller())
                .and(finished, Access::Write)
                .perform();
            finished.set_counter(1);
        }),
    );
    let fiber =
        fiber.unwrap_or_else(|error| exceed(format!("no stack for another thread: {error}")));
    let thread = with(|running| {
        let thread = running.start_thread(name, place, fiber);
        running.threads[thread.0 as usize].spawned = Some(spawned.0);
        thread
    });
    show(|| {
        thread
            .name()
            .unwrap_or_else(|| format!("thread {}", thread.0))
    });
    thread
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

/// What the library above the engine keeps of the running thread, which begins as the default. It
/// is dropped when the next execution begins. The destructors of a program do not run then, so the
/// program's own values have to be in [`ManuallyDrop`](std::mem::ManuallyDrop).
pub fn with_thread_slot<T: Any + Default, R>(f: impl FnOnce(&mut T) -> R) -> R {
    with(|running| f(running.threads[running.current as usize].slot.value()))
}

/// Whether the library above the engine keeps anything of the running thread.
#[inline]
pub fn has_thread_slot() -> bool {
    with(|running| !running.threads[running.current as usize].slot.is_empty())
}

/// What the library above the engine keeps for all threads of the execution; likewise.
pub fn with_slot<T: Any + Default, R>(f: impl FnOnce(&mut T) -> R) -> R {
    with(|running| f(running.slot.value()))
}

/// The object that stands for the panic hook.
pub fn panic_hook() -> Object {
    Object(PANIC_HOOK)
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
/// it says so by [`failed_for_no_reason`], called by the same function. Each thread may once at each place
/// from which that is called, so that a loop in which it tries again comes to an end.
#[track_caller]
pub fn may_fail_for_no_reason() -> bool {
    let place = Location::caller();
    with(|running| {
        running.may_be_spurious = true;
        let thread = running.threads.get(running.current as usize);
        let may = thread.is_some_and(|thread| !thread.failed_at.contains(&place));
        running.time.is_spurious() && may
    })
}

/// Whether a writer that waits keeps new readers out.
pub fn writers_keep_readers_out() -> bool {
    with(|running| running.time.puts_writers_first())
}

/// The running thread has been woken for no reason, or its weak exchange has failed.
#[track_caller]
pub fn failed_for_no_reason() {
    let place = Location::caller();
    with(|running| {
        let thread = &mut running.threads[running.current as usize];
        thread.failed_at.push(place);
    });
}
