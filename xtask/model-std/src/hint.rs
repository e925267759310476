//! Hints to the compiler, passed through, and to the processor, modelled.

pub use ::std::hint::{assert_unchecked, black_box, select_unpredictable, unreachable_unchecked};

use crate::engine;

/// Says that the thread waits in a loop: the others go first.
#[track_caller]
pub fn spin_loop() {
    engine::yield_now("spin");
}
