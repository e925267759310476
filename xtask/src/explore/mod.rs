//! Exploring: a program, unchanged, on every schedule or on many.
//!
//! [`source`] says what is built, and [`build`] builds it against the facade of the standard
//! library, unless it is [`unchanged`]. The program runs in a process of its own, which contains
//! the scheduler and checks each schedule against the program's invariants. That process writes
//! what it finds as NDJSON ([`protocol`]). [`child`] starts it, reads it, and ends it when it is
//! stuck. [`real`] compares what was [`explored`] with real runs of the [`plain`] program, and
//! [`one`] does all that to one program.
//!
//! The [`tests`] of a crate are built as cargo builds them, and each is explored as a program.
//!
//! A [`verdict`] says what the program is worth. [`prose`], [`object`] and [`suite`] report it to
//! people, to programs and to CI systems.
//!
//! The [`states`] of a program are for the player, in which a reader chooses the [`ways`] through
//! them; [`html`] has a schedule for readers without it.

pub mod build;
pub mod child;
pub mod claims;
pub mod code;
pub mod explored;
pub mod fold;
pub mod html;
pub mod names;
pub mod object;
pub mod one;
pub mod pitfall;
pub mod plain;
pub mod prose;
pub mod real;
pub mod settings;
pub mod source;
pub mod states;
pub mod stuck;
pub mod suite;
pub mod table;
pub mod tests;
pub mod token;
pub mod unchanged;
pub mod unseen;
mod uses;
pub mod verdict;
pub mod ways;
pub mod words;
