//! A folder whose names are read.

use std::ffi::c_int;
use std::os::unix::ffi::OsStrExt;
use std::ptr;

use super::tree::Listed;

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
    pub folder: c_int,
    listed: Vec<Listed>,
    /// The place of the name that comes next.
    pub next: usize,
    told: Told,
}

impl Listing {
    /// A folder that is open as this, with these names.
    pub fn new(folder: c_int, listed: Vec<Listed>) -> Self {
        Self {
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
        }
    }

    /// Tells the next name, if there is one: where that stands.
    pub fn tell(&mut self) -> Option<usize> {
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
