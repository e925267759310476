//! The standard library as a program under the explorer sees it.
#[doc(hidden)]
pub mod engine;
#[doc(hidden)]
pub mod explore;
mod panic;
