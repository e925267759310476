//! Files in memory.

use std::fs::File;
use std::io;

use memmap2::MmapMut;

/// A file in memory that another process can read, whatever becomes of this one.
///
/// # Errors
///
/// The file cannot be mapped.
pub fn map(file: &File) -> io::Result<MmapMut> {
    // SAFETY: the other process only reads, and nobody makes the file shorter.
    unsafe { MmapMut::map_mut(file) }
}
