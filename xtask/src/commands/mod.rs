//! The commands, one file each; none of them knows of another.

pub mod audit;
pub mod check;
pub mod ci;
pub mod copy;
pub mod explain;
pub mod explore;
pub mod list;
pub mod new;
pub mod practice;
pub mod prove;
pub mod run;
pub mod run_all;
