//! What an order of memory does.

use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Release, SeqCst};

/// Whether a load of this order comes after what the store carries that it reads.
pub fn acquires(order: Ordering) -> bool {
    matches!(order, Acquire | AcqRel | SeqCst)
}

/// Whether a store of this order carries what its thread has done.
pub fn releases(order: Ordering) -> bool {
    matches!(order, Release | AcqRel | SeqCst)
}
