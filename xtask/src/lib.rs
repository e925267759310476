//! The runner's library: the core that decides whether runs keep their
//! invariants, and what builds, runs and reports around it.

pub mod core;
