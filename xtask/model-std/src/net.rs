//! The network, passed through: the engine refuses what would talk to it when it is called.

#[doc(no_inline)]
pub use crate::fidelity::passed::net::*;
