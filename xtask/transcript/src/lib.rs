//! What one run of a program printed, and how it ended: the one thing that a program and the
//! rules which judge it have in common.
//!
//! Saved as NDJSON: one object per line of output, then one for the end.
//!
//! ```text
//! {"at_us":1234,"stream":"stdout","text":"Consumer: received alpha"}
//! {"exit":{"code":0},"at_us":1300,"cores":2}
//! ```

#![forbid(unsafe_code)]

mod printed;
mod transcript;

pub use printed::{Printed, is_backtrace_note};
pub use transcript::{End, Exit, Line, Stream, Transcript};
