//! Threads: each is a coroutine of the [`engine`].

mod builder;
mod current;
mod local;
mod members;
mod packet;
mod scope;
mod wait;

pub use ::std::thread::Result;
pub use builder::{Builder, JoinHandle, spawn};
pub use current::{Thread, ThreadId, current, panicking};
pub(crate) use local::drop_locals;
pub use local::{AccessError, LocalKey};
pub use scope::{Scope, ScopedJoinHandle, scope};
pub use wait::{available_parallelism, park, park_timeout, sleep, yield_now};
#[allow(deprecated)] // Deprecated in the real library too, for the program to see.
pub use wait::{park_timeout_ms, sleep_ms};
