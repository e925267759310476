//! Reading the names in a folder: those that were there when it was opened to read them, in the order of
//! the alphabet.

use std::ffi::c_int;
use std::os::unix::ffi::OsStrExt;
use std::ptr;

use super::common::Answer;
use super::file::folder_of;
use super::names::{At, list};
use super::tree::Listed;
use crate::running::with;

/// The longest name, with the zero at its end.
const NAME: usize = 256;

/// What the C library tells of a name (readdir(3)), as Linux has it.
#[repr(C)]
struct Told {
    inode: u64,
    place: u64,
    length: u16,
    sort: u8,
    name: [u8; NAME],
}

/// A folder whose names are read.
pub(super) struct Listing {
    /// The folder, as it is open.
    folder: c_int,
    listed: Vec<Listed>,
    next: usize,
    told: Told,
}

impl Listing {
    /// Tells the next name, if there is one: where that stands.
    fn tell(&mut self) -> Option<usize> {
        let Listed { name, inode, sort } = self.listed.get(self.next)?;
        self.next += 1;
        self.told = Told {
            inode: *inode,
            place: self.next as u64,
            length: size_of::<Told>() as u16,
            // Of a mode, the part that tells files from folders stands from this bit on.
            sort: (sort >> 12) as u8,
            name: [0; NAME],
        };
        let room = self.told.name[..NAME - 1].iter_mut();
        room.zip(name.as_bytes()).for_each(|(to, byte)| *to = *byte);
        Some(ptr::from_ref(&self.told).expose_provenance())
    }
}

/// Reads the names of a folder that is open: the address by which it is known from here on.
pub(crate) fn open_names(folder: c_int) -> Answer<usize> {
    let listed = list(&At::of(folder_of(folder)?))?;
    Ok(with(|running| {
        let listing = Box::new(Listing {
            folder,
            listed,
            next: 0,
            told: Told {
                inode: 0,
                place: 0,
                length: 0,
                sort: 0,
                name: [0; NAME],
            },
        });
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
