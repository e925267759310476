//! A program, and one execution of it: the loop that resumes the thread that has been chosen.

use std::io;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::rc::Rc;

use crate::ending::exit_op;
use crate::execution::Execution;
use crate::object::Object;
use crate::races;
use crate::raw::debugger;
use crate::raw::fiber::{Fiber, First};
use crate::raw::keys;
use crate::raw::statics::Statics;
use crate::record::{Ending, WeakOrder};
use crate::running::{with, with_scheduler};

/// How many threads the modelled machine runs at once.
pub const CORES: usize = 4;

/// The bytes of the first thread's stack: what Linux gives it.
const MAIN_STACK: usize = 8 << 20;

/// The exit status of a program whose first thread panicked.
const PANICKED: i32 = 101;

/// A program, which can be run again and again.
#[derive(Clone)]
pub struct Program {
    main: Rc<dyn Fn() -> i32>,
    /// The name of its first thread.
    thread: Rc<str>,
}

impl Program {
    /// A program that does this, and returns its exit status.
    ///
    /// # Safety
    ///
    /// What a call allocates, other than in [`outside`], is taken back when the
    /// execution ends. So nothing that outlives the call may keep it: nothing that the closure
    /// has captured, and no static, unless [`keep_statics`](Self::keep_statics) was called.
    #[allow(unsafe_code)]
    pub unsafe fn new(main: impl Fn() -> i32 + 'static) -> Self {
        Self {
            main: Rc::new(main),
            thread: "main".into(),
        }
    }

    /// The same, whose first thread has this name, and not `main`.
    pub fn on_thread(self, name: &str) -> Self {
        Self {
            thread: name.into(),
            ..self
        }
    }

    /// From here on each execution begins with the statics of this process as they are now, whatever
    /// the one before has left in them. For a process that does nothing else than to explore; in
    /// any other a program may have none.
    ///
    /// The program is there already, so that these statics have all that its library keeps in them,
    /// such as a panic hook.
    ///
    /// # Errors
    ///
    /// The process has another thread.
    pub fn keep_statics(&self) -> io::Result<()> {
        let statics = Statics::now()?;
        with(|running| running.statics = statics);
        Ok(())
    }

    /// Runs the program once, on the schedule that its scheduler chooses.
    pub(crate) fn run(&self) {
        with(Execution::begin);
        let program = self.main.clone();
        let main = Fiber::new(
            MAIN_STACK,
            Box::new(move || {
                let code = catch_unwind(AssertUnwindSafe(|| program())).unwrap_or(PANICKED);
                exit_op("exit", Location::caller()).perform();
                with(|running| running.ending = Some(Ending::Exited(code)));
            }),
        );
        let main = main.expect("there is room for one thread");
        with(|running| running.start_thread(Some((*self.thread).into()), Location::caller(), main));
        choose_another();
        // By the number of the thread.
        let mut fibers = Vec::new();
        while let Some((thread, first)) = with(|running| {
            // Mostly there are none.
            if !running.new_fibers.is_empty() {
                fibers.append(&mut running.new_fibers);
            }
            let first: First = running.waits_here().then_some(debugger::wait);
            let next = (running.current, first);
            running.ending.is_none().then_some(next)
        }) {
            let fiber = &mut fibers[thread as usize];
            if fiber.resume(first) {
                // Another thread may have the stack next.
                races::forget(fiber.addresses());
                with(|running| running.finish(thread));
                choose_another();
            }
        }
        with(|running| {
            running.is_running = false;
            running.hashed = running.asked_random || fibers.iter().any(Fiber::has_used_keys);
        });
    }
}

/// Lets another thread go on than the one that ran, which has nothing more to do.
#[inline(never)]
fn choose_another() {
    with_scheduler(|running| {
        if running.execution.ending.is_none() {
            running.choose();
        }
    });
}

/// From here on the seed of an execution decides what each `RandomState` of the program is made of,
/// and so the order of a `HashMap`; unless it is not known how.
pub fn keep_hash_order() {
    keys::find();
}

/// Says whether the program parks threads itself. Only then does it matter which calls of the
/// standard library use up a thread's park token or leave one, and only then is that modelled:
/// it takes several operations where one would do.
pub fn set_parks(parks: bool) {
    with(|running| running.parks = parks);
}

/// Whether the program parks threads itself.
pub fn parks() -> bool {
    with(|running| running.parks)
}

/// What the program does to an atomic.
#[derive(Debug, Clone, Copy)]
pub struct AtomicUse {
    /// The atomic.
    pub atomic: Object,
    /// Whether its order is the weakest of all, for a load or a store.
    pub is_relaxed: bool,
    /// Whether the program learns what was there.
    pub reads: bool,
}

/// The program does this to an atomic, and asks for an order of memory, if that is weaker than the one that all
/// have here.
#[track_caller]
#[inline]
pub fn note_order(order: Option<&'static str>, its: AtomicUse) {
    let place = Location::caller();
    with(|running| {
        if running.is_running {
            running.note_order(order, Some(place), its);
        }
    });
}

/// The library has looked at what it keeps for the program, an atomic with the weakest order of all, and the
/// program has learnt what that was: whether a lock was taken or is poisoned, or whether a thread has finished.
#[track_caller]
pub fn note_look(atomic: Object) {
    note_order(Some("Relaxed"), AtomicUse::look(atomic));
}

impl AtomicUse {
    /// A look at an atomic of the library's.
    pub(crate) fn look(atomic: Object) -> Self {
        Self {
            atomic,
            is_relaxed: true,
            reads: true,
        }
    }
}

impl Execution {
    /// Notes an order of memory, with the place where the program has asked for it.
    pub(crate) fn note_order(
        &mut self,
        order: Option<&'static str>,
        place: Option<&'static Location<'static>>,
        its: AtomicUse,
    ) {
        let AtomicUse {
            atomic,
            is_relaxed,
            reads,
        } = its;
        let uses = &mut self.objects[atomic.0 as usize].uses;
        uses.note(self.current, is_relaxed, reads);
        let Some(name) = order else {
            return;
        };
        let address = |place: Option<&'static Location<'static>>| place.map(std::ptr::from_ref);
        let mut known = self.weak_orders.iter_mut();
        match known.find(|known| known.name == name && address(known.place) == address(place)) {
            Some(known) => known.is_relaxed |= is_relaxed,
            None => self.weak_orders.push(WeakOrder {
                name,
                place,
                is_relaxed,
            }),
        }
    }
}

/// The orders of memory, weaker than the one that all have here, that the program has asked for
/// in all executions so far.
pub fn weak_orders() -> Vec<WeakOrder> {
    with(|running| {
        let mut orders = running.weak_orders.clone();
        if !running.may_read_later {
            orders.iter_mut().for_each(|order| order.is_relaxed = false);
        }
        orders
    })
}

/// Whether it is known of each execution whether the program has made a `RandomState`.
pub fn knows_hash_order() -> bool {
    keys::are_known()
}

/// The program asks how many cores the machine has, which is [`CORES`].
pub fn note_cores() {
    with(|running| running.counts_cores = true);
}

/// The program asks for the number of its process, which is another one in each real run.
pub fn note_process() {
    with(|running| running.reaches_out = true);
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
