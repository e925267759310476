//! Which object stands at which address, where nothing but its address tells.

use std::cell::RefCell;
use std::collections::HashMap;
use std::mem::ManuallyDrop;
use std::ops::Range;

use rustc_hash::FxBuildHasher;

/// The longest of them, in bytes.
const LONGEST: usize = 16;

thread_local! {
    // Apart from the execution: memory is given back also while somebody uses that. Never dropped,
    // since memory is given back until the process ends.
    static STANDING: RefCell<ManuallyDrop<HashMap<usize, Standing, FxBuildHasher>>> =
        const { RefCell::new(ManuallyDrop::new(HashMap::with_hasher(FxBuildHasher))) };
}

/// What stands at an address.
#[derive(Clone, Copy)]
struct Standing {
    /// The number of the object.
    object: u32,
    /// How long it is.
    bytes: usize,
}

/// The object that stands at this address, if it is known and has so many bytes.
#[inline]
pub(crate) fn object_at(address: usize, bytes: usize) -> Option<u32> {
    STANDING.with_borrow(|standing| {
        let known = standing.get(&address)?;
        (known.bytes >= bytes).then_some(known.object)
    })
}

/// The object that has a byte in common with so many bytes at an address, if there is one.
pub(crate) fn overlapping(address: usize, bytes: usize) -> Option<u32> {
    STANDING.with_borrow(|standing| {
        let mut starts = (address + 1).saturating_sub(LONGEST)..address + bytes;
        starts.find_map(|start| {
            let other = standing.get(&start)?;
            (start + other.bytes > address).then_some(other.object)
        })
    })
}

/// From here on this object stands at an address, and has so many bytes.
pub(crate) fn insert(address: usize, bytes: usize, object: u32) {
    STANDING.with_borrow_mut(|standing| standing.insert(address, Standing { object, bytes }));
}

/// Forgets what stood at these addresses: the memory is given back.
pub(crate) fn forget(addresses: Range<usize>) {
    STANDING.with_borrow_mut(|standing| {
        if addresses.len() > standing.len() {
            standing.retain(|address, _| !addresses.contains(address));
        } else {
            for address in addresses {
                standing.remove(&address);
            }
        }
    });
}

/// Forgets everything: another execution begins.
pub(crate) fn forget_all() {
    STANDING.with_borrow_mut(|standing| standing.clear());
}
