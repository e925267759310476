//! Hints to the compiler, passed through, and to the processor, modelled.

#[doc(no_inline)]
pub use crate::fidelity::passed::hint::*;

/// Says that the thread waits in a loop: the others go first.
#[track_caller]
pub fn spin_loop() {
    engine::yield_now("spin");
}
