//! The process that asks.

use std::io;
use std::os::unix::process::parent_id;
use std::process;

/// From here on this process ends with the one that has started it, which is this, however that
/// ends.
///
/// # Errors
///
/// The system does not see to it.
#[allow(unsafe_code)]
pub fn end_with(parent: u32) -> io::Result<()> {
    // SAFETY: sets a property of this process, and takes no address.
    if unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // It may have been gone by then.
    if parent_id() != parent {
        process::exit(1);
    }
    Ok(())
}
