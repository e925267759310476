//! An access to memory that must not be, in a sentence.

use crate::explore::words::Words;
use crate::text::counted;
use protocol::{Conflict, Does, MemoryAccess, Place};

/// Who does what, and why it must not be.
pub fn sentence(
    conflict: &Conflict,
    words: &Words,
    place: &dyn Fn(&Place) -> Option<String>,
) -> String {
    let Conflict {
        bytes,
        access,
        earlier,
    } = conflict;
    let at = |access: &MemoryAccess| match place(&access.place) {
        Some(place) => format!(" at {place}"),
        None => String::new(),
    };
    let (n, bytes) = counted(*bytes as u64, "byte");
    let does = match access.does {
        Does::Read => "reads",
        Does::Write => "writes",
        Does::AtomicRead => "reads atomically",
        Does::AtomicWrite => "writes atomically",
        Does::Free => "frees",
    };
    let who = words.thread(access.thread);
    let first = format!("{who} {does} {n} {bytes}{}", at(access));
    let Some(earlier) = earlier else {
        return format!("{first} that were never allocated: they are behind the end of a block");
    };
    let other = words.thread(earlier.thread);
    let did = match earlier.does {
        Does::Read => "read",
        Does::Write => "wrote",
        Does::AtomicRead => "read atomically",
        Does::AtomicWrite => "wrote atomically",
        Does::Free => return format!("{first} that {other} freed{}", at(earlier)),
    };
    format!(
        "{first} that {other} {did}{}, and nothing orders the two: no lock, no channel, no join and no \
         atomic",
        at(earlier)
    )
}
