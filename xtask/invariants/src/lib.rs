//! What a run must obey, and whether it did: a specification and a transcript go
//! in, verdicts come out.
//!
//! Nothing in here does I/O, reads a clock or starts a process, so running,
//! re-checking a saved transcript and exploring schedules all ask the same
//! rules, and get the same answer: of one run with [`check`], and of thousands
//! with a [`Checker`], which remembers. What each rule means is written in
//! `xtask/RULES.md`.
//!
//! ```
//! use invariants::{Spec, Transcript, Verdict, check};
//!
//! let file = r#"
//!     [events]
//!     sent = "Producer: sent {message}"
//!     received = "Consumer: received {message}"
//!
//!     [[always]]
//!     claim = "every message arrives exactly once"
//!     exactly = { each = "received.message", is = "sent.message" }
//! "#;
//! let spec = Spec::parse(file).expect("the file is right");
//! let run = ["Producer: sent alpha", "Producer: sent beta", "Consumer: received alpha"];
//! let report = check(&spec, &Transcript::of_stdout(run));
//!
//! assert_eq!(report.rules[0].verdict, Verdict::Fail);
//! assert_eq!(report.rules[0].evidence.story, "`received.message` has lost: beta");
//! ```
//!
//! The modules stand below in groups. A module imports from its own group and from the groups
//! above it, never from one below, and no two import each other. `CONTRIBUTING.md` says where a new
//! kind of rule goes.

#![forbid(unsafe_code)]

// A file as a tree, and the small languages inside its strings.
mod cursor;
mod diagnostic;
mod node;
mod number;
mod quantity;
mod shape;

// What a program prints, and what a rule speaks of.
mod drawing;
mod event;
mod expression;
mod finding;
mod nearest;
pub mod pattern;
mod per;
mod reading;
mod selector;
mod view;

// The rules: what a rule is, how a file states one, and every kind that there is.
mod check;
mod kind;
mod kinds;
mod schema;
mod scope;
pub mod spec;
mod vocabulary;

// From the text of a file to a specification, and from a run to its verdicts.
mod checker;
mod read;
mod tally;

// What else specifications and transcripts are used for.
pub mod audit;
mod draft;
pub mod requirements;

pub use checker::{Checker, Report, RuleReport, Verdict, check, drawn, shown_by};
pub use diagnostic::{Diagnostic, count, suggest};
pub use draft::{Draft, draft};
pub use drawing::{Drawing, Stay};
pub use event::Event;
pub use finding::Evidence;
pub use kind::Kind;
pub use quantity::parse_duration;
pub use requirements::Requirements;
pub use schema::json_schema;
pub use spec::{Invariants, Spec};
pub use tally::Tally;
pub use transcript::{End, Exit, Line, Printed, Stream, Transcript, is_backtrace_note};
pub use vocabulary::kinds;
