//! Exploring: a program, unchanged, on every schedule or on many.
//!
//! The program is built against the facade of the standard library ([`source`] says what
//! is built, [`build`] builds it unless it is [`unchanged`]), and runs in a process of its own, which contains the
//! scheduler and checks each schedule against the program's invariants. That process
//! writes what it finds as NDJSON ([`protocol`]); [`child`] starts it, reads it, and ends
//! it when it is stuck. The rest makes a report of what was found.

pub mod build;
pub mod child;
pub mod code;
pub mod fold;
pub mod names;
pub mod pitfall;
pub mod protocol;
pub mod real;
pub mod report;
pub mod source;
pub mod stuck;
pub mod table;
pub mod token;
pub mod unchanged;
pub mod unseen;
