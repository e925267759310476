//! The explorer's side of a harness: it is told what to explore, explores it, and says what
//! it found.
//!
//! A request comes in on standard input, and messages go out on standard output, as the package
//! `protocol` has them. Nothing of this touches the program but through the engine.
//!
//! A harness links this as a crate of its own. The crates of the program do not see it, nor what it
//! depends on: an `impl` of another crate could make theirs ambiguous.

// Elsewhere there is nothing here: the engine below needs Linux.
#![cfg(target_os = "linux")]

mod answer;
mod budget;
mod burst;
mod claims;
mod failure;
mod graph;
mod judge;
mod outputs;
mod parent;
mod phase;
mod place;
mod report;
mod search;
mod shrink;
mod symbols;
mod trace;
mod transcribe;
mod wire;

pub use answer::{Subject, main, program};
pub use claims::{Claims, Given, ReadClaims, Rule};
pub use judge::Judge;
pub use search::first_failure;
