//! Running one execution: the loop that resumes the chosen thread, and what each thread
//! does between being chosen.

use std::cell::RefCell;
use std::mem::ManuallyDrop;
use std::panic::Location;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::access::{Access, Accesses};
use super::execution::{CLOCK, Ending, Execution};
use super::raw::{self, Fiber};
use super::search::TimeModel;
use super::waiting::Seen;
use super::{Object, Op, Stream, Thread, Turn};
use crate::panic::catch;
use crate::thread::drop_locals;

/// More threads than this at once are taken for a mistake.
const THREADS: usize = 1_000;

/// More output than this is taken for a mistake: the limit of a real run.
const OUTPUT: usize = 4 << 20;

thread_local! {
    /// Never dropped, so that asking for it is no more than an address.
    static EXECUTION: RefCell<ManuallyDrop<Execution>> =
        const { RefCell::new(ManuallyDrop::new(Execution::idle())) };
}

/// The execution that runs, or has just ended.
///
/// Nothing that `f` calls may be the program's code, which could ask for it again.
#[inline(always)]
pub(super) fn with<R>(f: impl FnOnce(&mut Execution) -> R) -> R {
    super::outside(|| EXECUTION.with_borrow_mut(|execution| f(execution)))
}

/// A program: it returns its exit status.
pub type Program = Rc<dyn Fn() -> i32>;

/// Runs the program once, on the schedule that its scheduler chooses.
pub(super) fn run(program: &Program) {
    with(Execution::begin);
    let program = Rc::clone(program);
    let main = Fiber::new(Box::new(move || {
        let code = catch(|| program()).unwrap_or(PANICKED);
        drop_locals();
        perform(exit_op("exit", Location::caller()));
        with(|running| running.ending = Some(Ending::Exited(code)));
    }));
    let main = main.expect("there is room for one thread");
    let mut next = with(|running| {
        running.start_thread(Some("main".into()), Location::caller(), main);
        running.choose();
        next_fiber(running)
    });
    while let Some((thread, mut fiber)) = next {
        let finished = fiber.resume();
        next = with(|running| {
            running.threads[thread as usize].fiber = Some(fiber);
            if finished {
                running.finish(thread);
                running.choose();
            }
            next_fiber(running)
        });
    }
    with(|running| running.is_running = false);
}

/// The exit status of a program whose first thread panicked.
const PANICKED: i32 = 101;

fn next_fiber(running: &mut Execution) -> Option<(u32, Fiber)> {
    if running.ending.is_some() {
        return None;
    }
    let thread = running.current;
    let fiber = running.threads[thread as usize].fiber.take();
    Some((thread, fiber.expect("a chosen thread has not finished")))
}

pub(super) fn find<T: ?Sized>(
    slot: &AtomicU64,
    owner: &T,
    (kind, created): (&'static str, &'static Location<'static>),
    counter: i64,
) -> Object {
    let known = slot.load(Ordering::Relaxed);
    with(|running| {
        if known >> 32 == u64::from(running.number) && known != 0 {
            return Object(known as u32);
        }
        if running.is_running {
            // Before the slot is written: to put the value back is also to forget the object.
            running.statics.add(owner);
        }
        let object = running.register(kind, created, counter);
        if running.is_running {
            let known = u64::from(running.number) << 32 | u64::from(object.0);
            slot.store(known, Ordering::Relaxed);
        }
        object
    })
}

/// Whether the thread that asked goes on at once, or has to wait for its turn.
enum Next {
    GoOn(Turn),
    Wait,
    /// It has put something off that comes first.
    CatchUp,
}

/// Announces an operation, and returns when it has been chosen.
pub(super) fn perform(mut op: Op) -> Turn {
    let next = with(|running| {
        if !running.is_running {
            return Next::GoOn(Turn::Ready);
        }
        let thread = &mut running.threads[running.current as usize];
        if !thread.put_off.is_empty() {
            return Next::CatchUp;
        }
        let seen = thread
            .waiting
            .before_op(&mut op, running.now, &running.objects);
        announce(running, &op, seen)
    });
    match next {
        Next::GoOn(turn) => turn,
        Next::Wait => wait(),
        Next::CatchUp => {
            super::catch_up();
            perform(op)
        }
    }
}

fn announce(running: &mut Execution, op: &Op, seen: Seen) -> Next {
    let asking = running.current;
    running.announce(op, seen);
    match running.current == asking && running.ending.is_none() {
        true => Next::GoOn(running.threads[asking as usize].turn),
        false => Next::Wait,
    }
}

/// Waits until the thread is chosen: for ever, if the execution ends before that.
fn wait() -> Turn {
    raw::suspend();
    with(|running| running.threads[running.current as usize].turn)
}

/// Ends the execution, and does not return.
pub(super) fn end(ending: Ending) -> ! {
    with(|running| running.ending = Some(ending));
    raw::suspend();
    unreachable!("nobody is chosen after the end")
}

/// The end of the program comes before or after each line that another thread prints.
fn exit_op(verb: &'static str, place: &'static Location<'static>) -> Op {
    let [out, err] = [Stream::Stdout, Stream::Stderr].map(super::stream);
    let op = Op::local(verb, place);
    op.and(out, Access::Write).and(err, Access::Write)
}

pub(super) fn exit(place: &'static Location<'static>, ending: Ending) -> ! {
    let verb = match ending {
        Ending::Killed(_) => "abort",
        _ => "exit",
    };
    perform(exit_op(verb, place));
    end(ending)
}

pub(super) fn yield_now(mut op: Op) {
    super::catch_up();
    let next = with(|running| {
        if !running.is_running {
            return Next::GoOn(Turn::Ready);
        }
        let waiting = &mut running.threads[running.current as usize].waiting;
        let seen = waiting.before_yield(&mut op, running.now);
        announce(running, &op, seen)
    });
    if let Next::Wait = next {
        wait();
    }
}

pub(super) fn now(place: &'static Location<'static>) -> Duration {
    let op = with(|running| {
        if !running.is_running {
            return None;
        }
        running.timed = true;
        let mut op = Op::local("read the clock", place);
        let thread = &mut running.threads[running.current as usize];
        // Time passes only while all threads wait. So in the virtual model it stands still
        // between two operations, and reading it is none, but for a thread that does so again
        // and again. In the adversarial one somebody may wake up at any moment.
        if thread.waiting.reads_clock(&mut op, running.now) {
            Some(op)
        } else {
            op.accesses = Accesses::default().and(CLOCK, Access::Read);
            (running.time == TimeModel::Adversarial).then_some(op)
        }
    });
    if let Some(op) = op {
        perform(op);
    }
    Duration::from_nanos(with(|running| running.now))
}

pub(super) fn print(stream: Stream, place: &'static Location<'static>, text: &[u8]) {
    let object = super::stream(stream);
    let mut op = Op::local("print", place).and(object, Access::Write);
    if !object.is_mine() {
        op = op.guard(object, 1);
    }
    perform(op);
    super::show(|| format!("{:?}", String::from_utf8_lossy(text)));
    write(stream, text);
}

pub(super) fn write(stream: Stream, text: &[u8]) {
    let too_long = with(|running| {
        let step = running.steps.len() as u32 - 1;
        running.output.add(stream, text, running.now, step);
        running.output.len() > OUTPUT
    });
    if too_long {
        end(Ending::OutputTooLong);
    }
}

pub(super) fn spawn(
    name: Option<String>,
    place: &'static Location<'static>,
    body: Box<dyn FnOnce()>,
) -> Thread {
    let live = with(|running| running.threads.iter().filter(|t| t.fiber.is_some()).count());
    if live >= THREADS {
        end(Ending::Refused(format!(
            "more than {THREADS} threads at once"
        )));
    }
    let fiber = Fiber::new(Box::new(move || {
        body();
        drop_locals();
        let finished = super::current().finished();
        perform(Op::local("finish", Location::caller()).and(finished, Access::Write));
        finished.set_counter(1);
    }));
    let fiber = fiber.unwrap_or_else(|error| {
        end(Ending::Refused(format!(
            "no stack for another thread: {error}"
        )))
    });
    perform(Op::local("spawn", place));
    let spawned = super::latest();
    let thread = with(|running| {
        let thread = running.start_thread(name, place, fiber);
        running.threads[thread.0 as usize].spawned = Some(spawned.0);
        thread
    });
    super::show(|| {
        thread
            .name()
            .unwrap_or_else(|| format!("thread {}", thread.0))
    });
    thread
}
