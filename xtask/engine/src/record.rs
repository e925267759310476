//! What is kept of an execution for those who look at it.

use std::panic::Location;

use crate::access::Accesses;
use crate::conflict::Conflict;

/// How an execution ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Ending {
    /// The program exited with this status.
    Exited(i32),
    /// It was killed by this signal.
    Killed(i32),
    /// Every thread that is left waits for another.
    Deadlock,
    /// The threads go on, each in a loop, and for as long as is looked nothing changes.
    Livelock,
    /// They took more steps than allowed.
    TooLong,
    /// It printed more than is kept.
    OutputTooLong,
    /// The running thread gave memory back that was not its to give: what it gave.
    InvalidFree(String),
    /// The running thread has accessed memory as it must not: without an order, or memory that is not
    /// the program's.
    Conflict(Conflict),
    /// It used something that the explorer does not model: what, and why.
    Refused(Refusal),
    /// A step that was possible before is not possible any more, after the same steps: the
    /// program depends on something other than the schedule.
    Nondeterminism(String),
    /// The search knows that what would follow has been seen.
    Cut,
    /// It has taken the steps that were asked for, and would go on.
    Stopped,
}

/// What the running thread has asked for, and the explorer does not follow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Refusal {
    /// What that is, as in "`mkdir`".
    pub item: String,
    /// Why the explorer does not; empty if there is no more to say.
    pub why: &'static str,
    /// Where the calls return by which the thread has asked for it, the innermost first, as they are
    /// in the executable's file; none of what no call asks for.
    pub calls: Vec<usize>,
}

/// An operation that has been chosen.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// Whose it is.
    pub thread: u32,
    /// What it touches.
    pub accesses: Accesses,
    /// Steps of different epochs are ordered: between them every thread waited, and time
    /// went on.
    pub epoch: u32,
}

/// What a report wants to know of a step, kept when the execution is recorded.
#[derive(Debug, Clone)]
pub struct Detail {
    /// What the operation is called.
    pub verb: &'static str,
    /// The object that it is about; `None` for the start of a thread.
    pub object: Option<u32>,
    /// What it read or wrote.
    pub value: Option<String>,
    /// Where it stands in the source.
    pub place: &'static Location<'static>,
    /// Where the compiler has announced the operation, and not the source: the addresses to which
    /// its calls return, the innermost first, as they are in the executable's file.
    pub calls: Vec<usize>,
    /// The time, in nanoseconds since the start.
    pub at: u64,
    /// Why another thread than before is running, if one is.
    pub switch: Option<Switch>,
    /// Whether it waited for something else than a time, and the time came first.
    pub timed_out: bool,
}

/// Why another thread goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// The scheduler took the processor away from a thread that could have gone on.
    Preempted,
    /// The thread waits.
    Blocked,
    /// The thread has finished.
    Finished,
}

/// An end of a channel that is still there.
#[derive(Debug, Clone, Copy)]
pub struct OpenEnd {
    /// The channel's object.
    pub channel: u32,
    /// Whether it sends.
    pub sends: bool,
    /// Where it was made.
    pub made: &'static Location<'static>,
    /// The thread that made it, or has used it last.
    pub thread: u32,
    /// Whether it was used.
    pub used: bool,
}

/// A panic: whose it was, where, and with which message.
#[derive(Debug, Clone)]
pub struct Panicked {
    /// The thread.
    pub thread: u32,
    /// Where it panicked.
    pub place: &'static Location<'static>,
    /// What the panic said.
    pub message: String,
}

/// An order of memory that the program has asked for, weaker than the one that all have.
#[derive(Debug, Clone, Copy)]
pub struct WeakOrder {
    /// Its name.
    pub name: &'static str,
    /// Where the program has asked for it; `None` if the compiler's library has, for the counts of an `Arc`.
    pub place: Option<&'static Location<'static>>,
    /// Whether it is the weakest of all for what is loaded or stored, and on a real machine some load may read a
    /// store that is yet to come.
    pub is_relaxed: bool,
}
