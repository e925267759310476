//! The runner's library: the core that decides whether runs keep their
//! invariants, and what builds, runs and reports around it.

#![forbid(unsafe_code)]

pub mod batch;
pub mod cargo;
pub mod commands;
pub mod error;
pub mod explore;
pub mod fixed_text;
pub mod flags;
pub mod machine;
pub mod path;
pub mod practice;
pub mod process;
pub mod program;
pub mod proof;
pub mod report;
pub mod runs;
pub mod search;
pub mod workspace;
