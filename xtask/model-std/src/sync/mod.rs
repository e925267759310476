//! What threads share, as `std::sync` has it.
//!
//! The list is explicit: what is modelled, and the few names that are the real ones
//! because no schedule shows in them (`Arc`, `Weak`, the errors). An item that is not
//! covered is not here, so a program that needs it does not compile, and the compiler
//! says its name.
//!
//! Each type holds the real one, or a real lock around plain data: that is where the
//! value is stored and where `Send`, `Sync`, `UnwindSafe` and `RefUnwindSafe` come from.
//! All threads of the program run on one thread of the operating system, one at a time,
//! so the real lock is always free when the modelled one is.
//!
//! One thing is stricter than in the real library: a guard of a `T` that is `Sync` but not
//! `Send` is not `Sync`.

pub mod atomic;
pub mod mpsc;

mod barrier;
mod condvar;
mod free;
mod lazy_lock;
mod mutex;
mod once;
mod once_lock;
mod poison;
mod rwlock;

#[doc(no_inline)]
pub use crate::fidelity::passed::sync::*;

pub use barrier::{Barrier, BarrierWaitResult};
pub use condvar::{Condvar, WaitTimeoutResult};
pub use lazy_lock::LazyLock;
pub use mutex::{Mutex, MutexGuard};
#[allow(deprecated)] // Deprecated in the real library too, for the program to see.
pub use once::ONCE_INIT;
pub use once::{Once, OnceState};
pub use once_lock::OnceLock;
pub use rwlock::{RwLock, RwLockReadGuard, RwLockWriteGuard};
