//! Addresses, passed through. What talks to the network is not there.

#[doc(no_inline)]
pub use crate::fidelity::passed::net::*;
