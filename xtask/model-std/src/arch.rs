//! What belongs to one family of processors, passed through; and assembly, of which fences are
//! modelled.

#[doc(no_inline)]
pub use crate::fidelity::passed::arch::*;

#[doc(inline)]
pub use crate::__asm as asm;

use ::std::sync::atomic::Ordering::SeqCst;

/// What an assembly begins with that crates use as a fence: where it takes less time than the one that
/// the compiler makes.
const FENCES: [&str; 2] = ["lock ", "mfence"];

/// The running thread comes to assembly with this template.
#[doc(hidden)]
#[track_caller]
pub fn assembly(template: &str) {
    if FENCES.iter().any(|fence| template.starts_with(fence)) {
        engine::memory::fence(SeqCst);
    }
}

/// Assembly, after what is modelled of it.
#[doc(hidden)]
#[macro_export]
macro_rules! __asm {
    ($template:literal $($rest:tt)*) => {{
        $crate::__harness::assembly($template);
        $crate::__harness::real_asm!($template $($rest)*)
    }};
    ($($other:tt)*) => {
        $crate::__harness::real_asm!($($other)*)
    };
}
