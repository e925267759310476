//! What a run must obey, and whether it did: a specification and a transcript go
//! in, verdicts come out.
//!
//! Nothing in here does I/O, reads a clock or starts a process, so running,
//! re-checking a saved transcript and exploring schedules all ask the same
//! rules, and get the same answer: of one run with [`check`], and of thousands
//! with a [`Checker`], which remembers. What each rule means is written in
//! `xtask/RULES.md`.

#![forbid(unsafe_code)]

pub mod audit;
mod check;
mod cursor;
pub mod diagnostic;
mod draft;
pub mod exercise;
mod expression;
mod hash;
mod nearest;
mod node;
pub mod pattern;
pub mod rules;
mod schema;
mod selector;
mod shape;
pub mod spec;
mod view;
mod vocabulary;

pub use check::{Checker, Report, RuleReport, Tally, Verdict, check, shown_by};
pub use diagnostic::{Diagnostic, count, suggest};
pub use draft::{Draft, draft};
pub use exercise::Exercise;
pub use rules::parse_duration;
pub use schema::json_schema;
pub use spec::{Invariants, Spec};
pub use transcript::{End, Exit, Line, Printed, Stream, Transcript};
pub use vocabulary::kinds;
