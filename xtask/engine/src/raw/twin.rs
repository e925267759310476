//! Real sockets that are like those of the program. No address is bound to them, and they are never
//! connected: they only tell what the system says of options.

use std::ffi::{c_int, c_void};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use crate::kernel::Answer;

/// The longest value of an option.
const LONGEST: usize = 1024;

/// A real socket. To be made and asked while the engine is at work, so that the calls are not the program's.
pub struct Twin(OwnedFd);

impl Twin {
    /// A new socket of this family and kind.
    pub fn new(family: c_int, kind: c_int) -> Answer<Self> {
        // SAFETY: the call has no condition.
        let socket = unsafe { libc::socket(family, kind | libc::SOCK_CLOEXEC, 0) };
        succeeded(socket)?;
        // SAFETY: the call has just opened it, so that nothing else owns it.
        Ok(Self(unsafe { OwnedFd::from_raw_fd(socket) }))
    }

    /// Sets an option.
    pub fn set(&self, (level, name): (c_int, c_int), value: &[u8]) -> Answer<()> {
        let socket = self.0.as_raw_fd();
        let length = value.len() as libc::socklen_t;
        // SAFETY: the value is so long.
        succeeded(unsafe { libc::setsockopt(socket, level, name, value.as_ptr().cast(), length) })
    }

    /// The value of an option.
    pub fn get(&self, (level, name): (c_int, c_int)) -> Answer<Vec<u8>> {
        let socket = self.0.as_raw_fd();
        let mut value = vec![0; LONGEST];
        let mut length = LONGEST as libc::socklen_t;
        let place: *mut c_void = value.as_mut_ptr().cast();
        // SAFETY: there is room for so many bytes.
        succeeded(unsafe { libc::getsockopt(socket, level, name, place, &mut length) })?;
        value.truncate(length as usize);
        Ok(value)
    }
}

fn succeeded(result: c_int) -> Answer<()> {
    match result {
        // SAFETY: it is this thread's own.
        -1 => Err(unsafe { *libc::__errno_location() }),
        _ => Ok(()),
    }
}
