//! Running one execution: the loop that resumes the chosen thread, and what each thread
//! does between being chosen.

use std::cell::RefCell;
use std::mem::ManuallyDrop;
use std::panic::Location;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::access::{Access, Accesses};
use super::execution::{CLOCK, Ending, Execution, Running};
use super::raw::{self, Fiber};
use super::search::TimeModel;
use super::{Object, Op, Stream, Thread};
use crate::panic::catch;
use crate::thread::drop_locals;

/// More threads than this at once are taken for a mistake.
const THREADS: usize = 1_000;

/// The bytes of the first thread's stack, and of another's that asks for no more: what Linux and
/// the real library give them.
const MAIN_STACK: usize = 8 << 20;
const STACK: usize = 2 << 20;

/// More output than this is taken for a mistake: the limit of a real run.
const OUTPUT: usize = 4 << 20;

thread_local! {
    /// Never dropped, so that asking for it is no more than an address.
    static RUNNING: RefCell<ManuallyDrop<Running>> =
        const { RefCell::new(ManuallyDrop::new(Running::idle())) };
}

/// The execution that runs, or has just ended.
///
/// Nothing that `f` calls may be the program's code, which could ask for it again.
#[inline(always)]
pub(super) fn with<R>(f: impl FnOnce(&mut Execution) -> R) -> R {
    with_scheduler(|running| f(&mut running.execution))
}

/// The same, with the scheduler.
#[inline(always)]
pub(super) fn with_scheduler<R>(f: impl FnOnce(&mut Running) -> R) -> R {
    RUNNING.with_borrow_mut(|running| f(running))
}

/// Whether the engine is at work on the execution, so that what is allocated is its own.
#[inline(always)]
pub(super) fn is_at_work() -> bool {
    RUNNING.with(|running| running.try_borrow().is_err())
}

/// A program, which can be run again and again.
#[derive(Clone)]
pub struct Program(Rc<dyn Fn() -> i32>);

impl Program {
    /// A program that does this, and returns its exit status.
    ///
    /// # Safety
    ///
    /// What a call allocates, other than in [`outside`](super::outside), is taken back when the
    /// execution ends. So nothing that outlives the call may keep it: nothing that the closure
    /// has captured, and no static, unless [`keep_statics`](super::keep_statics) was called.
    #[allow(unsafe_code)]
    pub unsafe fn new(main: impl Fn() -> i32 + 'static) -> Self {
        Self(Rc::new(main))
    }
}

/// Runs the program once, on the schedule that its scheduler chooses.
pub(super) fn run(program: &Program) {
    with(Execution::begin);
    let Program(program) = program.clone();
    let main = Fiber::new(
        MAIN_STACK,
        Box::new(move || {
            let code = catch(|| program()).unwrap_or(PANICKED);
            drop_locals();
            perform(exit_op("exit", Location::caller()));
            with(|running| running.ending = Some(Ending::Exited(code)));
        }),
    );
    let main = main.expect("there is room for one thread");
    with(|running| running.start_thread(Some("main".into()), Location::caller(), main));
    choose_another();
    // By the number of the thread.
    let mut fibers = Vec::new();
    while let Some(thread) = with(|running| {
        fibers.append(&mut running.new_fibers);
        running.ending.is_none().then_some(running.current)
    }) {
        let finished = fibers[thread as usize].resume();
        if finished {
            with(|running| running.finish(thread));
            choose_another();
        }
    }
    with(|running| {
        running.is_running = false;
        running.hashed = fibers.iter().any(Fiber::has_used_keys);
    });
}

/// Lets another thread go on than the one that ran, which has nothing more to do.
#[inline(never)]
fn choose_another() {
    with_scheduler(Running::choose);
}

/// The exit status of a program whose first thread panicked.
const PANICKED: i32 = 101;

pub(super) fn find(
    slot: &AtomicU64,
    (kind, created): (&'static str, &'static Location<'static>),
    counter: i64,
) -> Object {
    let known = slot.load(Ordering::Relaxed);
    let found = with(|running| {
        if known >> 32 == u64::from(running.number) && known != 0 {
            return Some(Object(known as u32));
        }
        // What it owns is gone after this execution, and the next would still find it.
        if running.is_running && running.statics.are_lost(slot) {
            return None;
        }
        let object = running.register(kind, created, counter);
        if running.is_running {
            let known = u64::from(running.number) << 32 | u64::from(object.0);
            slot.store(known, Ordering::Relaxed);
        }
        Some(object)
    });
    found.unwrap_or_else(|| super::refuse("static", "this process does not keep its statics"))
}

/// Whether the thread that asked goes on at once, or has to wait for its turn.
enum Next {
    GoOn,
    Wait,
    /// It has put something off that comes first.
    CatchUp,
}

/// Announces an operation, and returns when it has been chosen.
#[inline(always)]
pub(super) fn perform(op: Op) {
    perform_with(|_| op);
}

/// Announces the operation that this makes.
///
/// Part of the caller, so that the operation is written to where it stays, field by field: a
/// copy of what has just been written in parts would have to wait for them.
#[inline(always)]
fn perform_with(op: impl Fn(&Execution) -> Op) {
    loop {
        let next = with_scheduler(|running| {
            let execution = &mut running.execution;
            if !execution.is_running {
                return Next::GoOn;
            }
            let op = op(execution);
            let thread = &mut execution.threads[execution.current as usize];
            if !thread.put_off.is_empty() {
                return Next::CatchUp;
            }
            thread.op = op;
            match running.announce(false) {
                true => Next::GoOn,
                false => Next::Wait,
            }
        });
        match next {
            Next::GoOn => return,
            Next::Wait => return raw::suspend(),
            Next::CatchUp => super::catch_up(),
        }
    }
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

pub(super) fn yield_now(op: Op) {
    super::catch_up();
    let goes_on = with_scheduler(|running| {
        let execution = &mut running.execution;
        if !execution.is_running {
            return true;
        }
        execution.threads[execution.current as usize].op = op;
        running.announce(true)
    });
    if !goes_on {
        raw::suspend();
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

#[inline(always)]
pub(super) fn print(stream: Stream, place: &'static Location<'static>, text: &[u8]) {
    let object = super::stream(stream);
    perform_with(|running| {
        let op = Op::local("print", place).and(object, Access::Write);
        match running.objects[object.0 as usize].holder == Some(running.current) {
            true => op,
            false => op.guard(object, 1),
        }
    });
    let fits = with(|running| {
        running.show(|| format!("{:?}", String::from_utf8_lossy(text)));
        write_to(running, stream, text)
    });
    if !fits {
        end(Ending::OutputTooLong);
    }
}

pub(super) fn write(stream: Stream, text: &[u8]) {
    if !with(|running| write_to(running, stream, text)) {
        end(Ending::OutputTooLong);
    }
}

/// Adds to what has been printed; whether that is no more than is kept.
fn write_to(running: &mut Execution, stream: Stream, text: &[u8]) -> bool {
    let step = running.length - 1;
    running.output.add(stream, text, running.now, step);
    running.output.len() <= OUTPUT
}

pub(super) fn sleep(place: &'static Location<'static>, duration: Duration) {
    perform_with(|running| {
        let thread = &running.threads[running.current as usize];
        let op = Op::local("sleep", place).and(thread.token, Access::Await);
        // Nobody has ever seen their own end, so only the time ends this.
        let op = op.guard(thread.finished, 1);
        op.after(running.now, duration)
    });
}

pub(super) fn spawn(
    name: Option<String>,
    stack: Option<usize>,
    place: &'static Location<'static>,
    body: Box<dyn FnOnce()>,
) -> Thread {
    if with(|running| running.unfinished()) >= THREADS {
        end(Ending::Refused(format!(
            "more than {THREADS} threads at once"
        )));
    }
    // The execution may end before the operation is chosen, and then nothing on this stack is
    // dropped: what the system gives is asked for only now.
    perform(Op::local("spawn", place));
    let spawned = super::latest();
    let stack = stack.map_or(STACK, |stack| stack.max(STACK));
    let fiber = Fiber::new(
        stack,
        Box::new(move || {
            body();
            drop_locals();
            let finished = super::current().finished();
            perform(Op::local("finish", Location::caller()).and(finished, Access::Write));
            finished.set_counter(1);
        }),
    );
    let fiber = fiber.unwrap_or_else(|error| {
        end(Ending::Refused(format!(
            "no stack for another thread: {error}"
        )))
    });
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
