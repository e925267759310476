//! Objects that are known by their address alone: atomics, which are as long as what they hold, so
//! that nothing of the engine's stands beside it.

use std::panic::Location;

use crate::addresses;
use crate::object::Object;
use crate::perform::refuse;
use crate::raw::heap;
use crate::running::with;

/// The object of this kind that stands at an address and has so many bytes, at most 16; registered
/// now if this is its first use in the execution.
///
/// One that overlaps another is the same object: a thread that reads a part of a word may see what
/// another writes to the whole. Once the program has freed its memory, or the thread on whose stack
/// it stands has ended, what stands there next is another object.
#[track_caller]
#[inline]
pub fn object_standing(kind: &'static str, address: usize, bytes: usize) -> Object {
    match addresses::object_at(address, bytes) {
        Some(known) => Object(known),
        None => first_use(kind, address, bytes, Location::caller()),
    }
}

#[inline(never)]
fn first_use(
    kind: &'static str,
    address: usize,
    bytes: usize,
    used: &'static Location<'static>,
) -> Object {
    let object = with(|running| {
        if !running.is_running {
            // The explorer's own use is no operation, so that it needs no object.
            return Some(Object(0));
        }
        if running.statics.are_lost(address) {
            return None;
        }
        let object = match addresses::overlapping(address, bytes) {
            Some(known) => Object(known),
            None => running.register_standing(kind, used, address),
        };
        addresses::insert(address, bytes, object.0);
        heap::mark(address);
        Some(object)
    });
    object.unwrap_or_else(|| refuse("static", "this process does not keep its statics"))
}
