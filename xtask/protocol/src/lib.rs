//! What the runner and a process that explores a program say to each other.
//!
//! The runner starts the process, and writes one [`Request`] to its standard input, as a JSON
//! object. The process answers with [`Message`]s on its standard output, a JSON object a line. In
//! the meantime it keeps its schedule in a file in memory, which begins with a
//! [`recorder::Header`]: a process that is stuck, or dies, can say nothing any more, and the file
//! still tells on which schedule.
//!
//! Both sides are built from this package, so a message that one writes the other can read. The
//! names of these types' fields are also the keys of what `cargo xtask explore --json` prints.

#![forbid(unsafe_code)]

mod execution;
pub mod graph;
mod message;
pub mod recorder;
mod request;
mod saved;
mod schedule;
mod summary;
mod test;
mod verb;

pub use execution::{
    Atomic, ChannelEnd, Conflict, Does, Execution, Fault, FaultKind, Look, MemoryAccess, Object,
    Place, Step, Switch, Thread, Unordered, Wait,
};
pub use message::{Doing, Message, Output, TakenStep};
pub use request::{Again, Request};
pub use schedule::{Schedule, Strategy, TimeModel};
pub use summary::{Distinct, Estimate, Phase, RuleSummary, RuleVerdict, Summary, WeakOrder};
pub use test::ListedTest;
pub use verb::{Side, Verb};
