//! How fast schedules are explored: the explorer against shuttle and loom, on one core, in
//! one run, in turn. Then how many schedules an exhaustive search needs.
//!
//! The explorer captures what is printed, and checks it. The others check nothing. In one port
//! printing is nothing to them either, so that they have fewer operations to interleave; in
//! the other they keep the output too. Two litmus tests are explored under weak memory: by the
//! explorer at random, and by loom from the first execution to the last, again and again.
//!
//! `cargo bench -p oracle`

#![allow(
    clippy::duplicate_mod,
    clippy::missing_const_for_thread_local,
    reason = "each program is compiled once for each library, and as each of them has it"
)]

#[cfg(target_os = "linux")]
mod measure;
#[cfg(target_os = "linux")]
#[macro_use]
#[path = "../../tests/oracle/mod.rs"]
mod oracle;

fn main() {
    // Elsewhere there is nothing to measure: the explorer needs Linux.
    #[cfg(target_os = "linux")]
    measure::measure();
}
