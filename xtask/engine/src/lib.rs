//! Runs a small concurrent program under every schedule that matters.
//!
//! Every thread of the program is a coroutine on one thread of the operating system, and a
//! scheduler decides which of them goes on. Each *visible operation* (one that another thread
//! could notice) is announced with [`Op::perform`], which returns when the scheduler has chosen the
//! thread; between two announcements a thread runs alone. So a type that threads share keeps plain
//! data, changes it right after `perform` returns, and needs no wait queue: a thread that must wait
//! announces a [guard](Op::guard), a counter that has not yet reached what it waits for.
//!
//! A library of such types stands above the engine, and the engine knows nothing of it. What the
//! library keeps of a thread or of an execution lies in a slot ([`with_thread_slot`],
//! [`with_slot`]); what it does at the beginning and at the end of a thread is part of the body
//! that it gives to [`spawn`]; and who wants to see the steps as they are taken is an [`Observer`]
//! in the [`Settings`]. There is no JSON here, and no sentence about what was found.
//!
//! The engine takes the place of three things in the whole executable that it is linked into: of the
//! allocator, so that what a program has allocated can be taken back at its end; of functions
//! of the C library, so that a program's wait at a futex is an operation, its clocks show virtual time,
//! and what has an effect outside is refused; and of the run-time library of
//! LLVM's thread sanitizer, so that the counts of an `Arc` are operations, and accesses to memory that
//! race are found, in a program that was compiled for it. Who is no program gets what the system
//! gives.
//!
//! The memory model is sequential consistency, but under [`TimeModel::Weak`], where a load may read an
//! older value, and a store may come before others that were made earlier ([`memory`]).
//!
//! # Example
//!
//! A lock, and two threads that take two of them in opposite orders. The search finds both ends
//! that the program can have.
//!
//! ```
//! use std::ops::ControlFlow;
//! use std::rc::Rc;
//!
//! use engine::{Access, Ending, Handle, Op, Program, Settings, Strategy, Thread, explore, spawn};
//!
//! /// A lock. The counter of its object is 1 while it is free.
//! struct Lock(Handle);
//!
//! impl Lock {
//!     fn lock(&self) {
//!         let object = self.0.object_at(1);
//!         Op::new("lock", object, Access::Lock).guard(object, 1).perform();
//!         object.set_counter(0);
//!     }
//!
//!     fn unlock(&self) {
//!         let object = self.0.object();
//!         Op::new("unlock", object, Access::Unlock).perform();
//!         object.set_counter(1);
//!     }
//! }
//!
//! fn join(thread: Thread) {
//!     let finished = thread.finished();
//!     Op::new("join", finished, Access::Await).guard(finished, 1).perform();
//! }
//!
//! fn main_of_the_program() -> i32 {
//!     let locks = Rc::new([Lock(Handle::new("lock")), Lock(Handle::new("lock"))]);
//!     let threads = [[0, 1], [1, 0]].map(|[first, second]| {
//!         let locks = Rc::clone(&locks);
//!         let body = move || {
//!             locks[first].lock();
//!             locks[second].lock();
//!             locks[second].unlock();
//!             locks[first].unlock();
//!         };
//!         spawn(None, None, Box::new(body))
//!     });
//!     threads.into_iter().for_each(join);
//!     0
//! }
//!
//! // SAFETY: a function captures nothing, and this one keeps nothing in a static.
//! let program = unsafe { Program::new(main_of_the_program) };
//! let mut deadlocks = 0;
//! let coverage = explore(&Settings::new(Strategy::Exhaustive), &program, |execution| {
//!     match execution.ending {
//!         Some(Ending::Deadlock) => deadlocks += 1,
//!         Some(Ending::Exited(0)) => {}
//!         ref other => panic!("{other:?}"),
//!     }
//!     ControlFlow::Continue(())
//! });
//! assert!(coverage.complete);
//! // One thread is done before the other begins, or each has its first lock when it asks for its
//! // second.
//! assert_eq!((coverage.schedules, deadlocks), (3, 1));
//! ```

// Elsewhere there is nothing here: the statics of a process, its thread-local values and the
// addresses of its memory are found as Linux has them.
#![cfg(target_os = "linux")]

mod access;
mod addresses;
mod allocator;
mod clock;
mod conflict;
mod count;
mod ending;
mod estimate;
mod execution;
mod explore;
mod futex;
mod handle;
mod happens_before;
mod kernel;
pub mod memory;
mod numbers;
mod object;
mod operation;
mod options;
mod output;
mod perform;
mod program;
mod races;
mod raw;
mod record;
mod recorder;
mod relaxed;
mod running;
mod schedule;
mod scheduler;
mod shadow;
mod slot;
mod standing;
mod state;
mod strategy;
mod streams;
mod threads;
mod unordered;
mod waiters;
mod waiting;

pub use access::{Access, Accesses, Dependence};
pub use clock::{now, sleep};
pub use conflict::{AccessKind, At, Conflict, MemoryAccess};
pub use ending::{exit, killed};
pub use estimate::estimate;
pub use execution::{Before, Execution, Formats, Observer, ThreadState};
pub use explore::{Coverage, Exploration, Settings, begin_count, explore, record_into};
pub use handle::{ChannelEnd, Handle, object};
pub use numbers::Numbers;
pub use object::{Guard, Object, ObjectState};
pub use operation::{Op, StepId, Thread};
pub use output::{Line, Output, Stream};
pub use perform::{
    after, begin_to_format, caused_by, changed, defer, end_to_format, latest, refuse, run_deferred,
    show, took, unchanged, wrote_the_same, yield_now,
};
pub use program::{
    AtomicUse, CORES, Program, is_running, keep_hash_order, knows_hash_order, note_cores,
    note_look, note_order, note_process, outside, parks, set_parks, weak_orders,
};
pub use races::look_for_races;
pub use raw::heap::unwatched;
pub use raw::system::system_canary;
pub use record::{Detail, Ending, Panicked, Refusal, Step, Switch, WeakOrder};
pub use recorder::{HEADER as RECORDER_HEADER, Recorder, STEP as RECORDER_STEP};
pub use schedule::{Choice, Schedule, TimeModel};
pub use standing::object_standing;
pub use strategy::{MOST_THREADS, Strategy};
pub use streams::{print, print_at, stream, write};
pub use threads::{
    current, failed_for_no_reason, has_thread_slot, may_fail_for_no_reason, panic_hook, panicked,
    panicking, park_in, set_panicking, spawn, with_slot, with_thread_slot,
    writers_keep_readers_out,
};
pub use unordered::Unordered;
pub use waiters::Waiters;

/// Whether a place in the source is one of the engine's own: where it starts the first thread of a
/// program, say.
pub fn is_own(place: &std::panic::Location<'_>) -> bool {
    place.file().starts_with(file!().trim_end_matches("lib.rs"))
}
