//! What a call of the C library gives.

use std::ffi::c_int;

/// What it gives, or its error.
pub(crate) type Answer<T> = Result<T, c_int>;
