//! The statics of the process, which are put back to what they were before each execution.

use std::fs;
use std::io;
use std::mem;
use std::ops::Range;
use std::ptr;

#[cfg(target_pointer_width = "32")]
use libc::Elf32_Phdr as Header;
#[cfg(target_pointer_width = "64")]
use libc::Elf64_Phdr as Header;

use super::heap;

/// So many bytes of the statics are put back at a time.
const PIECE: usize = 1024;

/// What stood in the statics of this process at some moment; nothing, if nobody has looked.
pub struct Statics {
    start: *mut mem::MaybeUninit<u8>,
    /// Their bytes, one behind the other; some may be padding.
    bytes: Vec<mem::MaybeUninit<u8>>,
}

impl Statics {
    pub(crate) const fn none() -> Self {
        Self {
            start: ptr::null_mut(),
            bytes: Vec::new(),
        }
    }

    /// What stands in them now: a `static mut`, a cell of the program's own and what the real
    /// library keeps are among them, and all of it is a few kilobytes.
    ///
    /// # Errors
    ///
    /// The process has another thread, which could use them while they are put back; or the
    /// statics of the C library are among them.
    pub(crate) fn now() -> io::Result<Self> {
        let is_linked_dynamically = headers()
            .iter()
            .any(|header| header.p_type == libc::PT_INTERP);
        if !is_linked_dynamically {
            return Err(io::Error::other(
                "the C library is linked statically (`crt-static`), so that it would forget what it \
                 has allocated; explore on a target that links it dynamically, as \
                 x86_64-unknown-linux-gnu does",
            ));
        }
        if fs::read_dir("/proc/self/task")?.count() != 1 {
            return Err(io::Error::other("the process has another thread"));
        }
        // Its buffer is made now, and not after each execution anew.
        drop(io::stdout().lock());
        let Range { start, end } = written();
        let start: *mut mem::MaybeUninit<u8> = ptr::with_exposed_provenance_mut(start);
        // SAFETY: the executable has mapped this memory to write to. Nobody else runs, so that
        // nothing of it changes meanwhile; some of it may be padding, hence `MaybeUninit`.
        let bytes = unsafe { std::slice::from_raw_parts(start, end - start.addr()) };
        Ok(Self {
            start,
            bytes: bytes.to_vec(),
        })
    }

    /// Whether a `static` stands at this address whose first value was not kept.
    pub fn are_lost(&self, address: usize) -> bool {
        self.bytes.is_empty() && has(address)
    }
}

/// What of an address is the same in every execution of a program, and in every process: of one on a
/// thread's stack, which may be another stack each time, its place in a page; of one of the
/// executable, behind those, its place there; and of one in the program's heap, behind these.
pub fn lasting(address: usize) -> usize {
    let executable = executable();
    let heap = heap::PAGE + executable.len();
    match heap::place_of(address) {
        Some(place) => heap + place,
        None if executable.contains(&address) => heap::PAGE + address - executable.start,
        None => address % heap::PAGE,
    }
}

/// Whether this address is one of the executable's.
pub fn has(address: usize) -> bool {
    executable().contains(&address)
}

/// The addresses of the executable.
fn executable() -> Range<usize> {
    (&raw const START).addr()..(&raw const END).addr()
}

/// Where this address of the executable is in it.
#[inline(always)]
pub fn within(address: usize) -> usize {
    address.wrapping_sub((&raw const START).addr())
}

/// Where this address of the executable is in its file, as the linker has numbered it.
pub fn linked(address: usize) -> usize {
    let first = headers()
        .iter()
        .find(|header| header.p_type == libc::PT_LOAD);
    let numbered = first.map_or(0, |header| header.p_vaddr as usize);
    within(address) + numbered
}

/// What the executable says of its segments.
fn headers() -> &'static [Header] {
    // SAFETY: so many headers are there, as long as the process is.
    unsafe {
        let first = libc::getauxval(libc::AT_PHDR) as usize;
        let count = libc::getauxval(libc::AT_PHNUM) as usize;
        std::slice::from_raw_parts(ptr::with_exposed_provenance::<Header>(first), count)
    }
}

/// The addresses of the executable that a program can write to: the last of its segments, without
/// what only the dynamic linker has written.
fn written() -> Range<usize> {
    let headers = headers();
    let base = (&raw const START).expose_provenance();
    let range = |header: &Header| {
        let start = base + header.p_vaddr as usize;
        start..start + header.p_memsz as usize
    };
    let is_written =
        |header: &&Header| header.p_type == libc::PT_LOAD && header.p_flags & libc::PF_W != 0;
    let written = headers.iter().rfind(is_written).map_or(0..0, range);
    let fixed = headers
        .iter()
        .find(|header| header.p_type == libc::PT_GNU_RELRO);
    let fixed = fixed.map_or(0..0, range);
    written.start.max(fixed.end.min(written.end))..written.end
}

/// Ends an execution for good: the statics are what they were, and what it has allocated is
/// taken back. Its fibers have to be gone.
///
/// # Errors
///
/// There is no room for a program's heap.
pub fn clear(statics: &Statics) -> io::Result<()> {
    // A copy of more than about 2 KB is made in another way, which takes longer to begin.
    for (nth, piece) in statics.bytes.chunks(PIECE).enumerate() {
        // SAFETY: these are the bytes that stood there before the program ran, and nobody refers
        // to any of them: its fibers are gone, there is no other thread, and this function uses
        // none. What the program's statics own is taken back below. Those of the real library
        // that change while a program runs are what they were as well; what they owned then is
        // not freed in between: the buffer of the standard output is, when the process ends.
        unsafe {
            let to = statics.start.add(nth * PIECE);
            ptr::copy_nonoverlapping(piece.as_ptr(), to, piece.len());
        }
    }
    heap::empty()
}

unsafe extern "C" {
    // The first byte of the executable in memory, and the one behind its last, by the linker.
    #[link_name = "__executable_start"]
    static START: u8;
    #[link_name = "end"]
    static END: u8;
}
