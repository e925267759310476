//! Reading the names in a folder: those that were there when it was opened to read them, in the order of
//! the alphabet.

use std::ffi::c_int;
use std::ptr;

use super::answer::Answer;
use super::file::folder_of;
use super::listing::Listing;
use super::names::{At, list};
use crate::running::with;

/// Reads the names of a folder that is open: the address by which it is known from here on.
pub(crate) fn open_names(folder: c_int) -> Answer<usize> {
    let listed = list(&At::of(folder_of(folder)?))?;
    Ok(with(|running| {
        running.lists_names |= listed.len() > 1;
        let listing = Box::new(Listing::new(folder, listed));
        let address = ptr::from_ref(&*listing).addr();
        running.kernel.listings.insert(address, listing);
        address
    }))
}

/// Where the next name stands of the folder with this address; 0 if there is none. `None` if the
/// address is that of no folder.
pub(crate) fn next_name(address: usize) -> Option<usize> {
    with(|running| {
        let listing = running.kernel.listings.get_mut(&address)?;
        Some(listing.tell().unwrap_or(0))
    })
}

/// Begins again with the first name.
pub(crate) fn rewind(address: usize) -> Option<()> {
    with(|running| {
        running.kernel.listings.get_mut(&address)?.next = 0;
        Some(())
    })
}

/// The descriptor of the folder with this address.
pub(crate) fn folder_read(address: usize) -> Option<c_int> {
    with(|running| Some(running.kernel.listings.get(&address)?.folder))
}

/// The names are read no more: the descriptor of the folder.
pub(crate) fn close_names(address: usize) -> Option<c_int> {
    with(|running| Some(running.kernel.listings.remove(&address)?.folder))
}
