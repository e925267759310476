//! The kinds of rule, in files of what they look at. [`crate::vocabulary`] lists them.
//!
//! Each rule sees the whole transcript on its own, and leaves nothing behind for another.

pub mod arithmetic;
pub mod counting;
pub mod intervals;
pub mod ordering;
pub mod outcome;
pub mod pitfall;
