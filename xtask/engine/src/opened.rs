//! What a program has opened.

/// Something of the system's that the running execution has opened, and not closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opened {
    /// A file, by its descriptor.
    File(i32),
    /// A folder whose names are read, by the address of what the C library keeps of it.
    Folder(usize),
}
