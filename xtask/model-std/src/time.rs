//! The real items. The clocks that they ask show virtual time, which moves only when every thread
//! waits, or when nothing but the clock is looked at.

#[doc(no_inline)]
pub use crate::fidelity::passed::time::*;
