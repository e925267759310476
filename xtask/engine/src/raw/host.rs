//! What the real system says of its files.

use std::ffi::{CString, c_int};
use std::fs::Metadata;
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// A file with more bytes is not taken into memory.
pub const LONGEST: u64 = 64 << 20;

const MADE: &str = "the kernel makes up what stands there, and may say something else each time";
const DEVICE: &str = "to open what is neither a file nor a folder may have an effect, or wait";
const LONG: &str = "a file of more than 64 MiB is not taken into memory";
/// File systems whose files the kernel makes up when they are read.
const MADE_UP: [u64; 4] = [
    libc::PROC_SUPER_MAGIC as u64,
    libc::SYSFS_MAGIC as u64,
    libc::CGROUP_SUPER_MAGIC as u64,
    libc::CGROUP2_SUPER_MAGIC as u64,
];

/// The user and the group of this process.
pub fn user() -> [u32; 2] {
    // SAFETY: they have no condition.
    unsafe { [libc::geteuid(), libc::getegid()] }
}

/// Of the permissions that a process asks for, those that a new file does not get.
pub fn umask() -> u32 {
    // SAFETY: it has no condition. To ask is to set it, so it is set back.
    unsafe {
        let mask = libc::umask(0o022);
        libc::umask(mask);
        mask
    }
}

/// Whether this process may do this to a real file, as in `libc::W_OK`.
pub fn is_allowed(path: &Path, wants: u32) -> bool {
    let Ok(path) = CString::new(path.as_os_str().as_bytes()) else {
        return false;
    };
    // SAFETY: the path is one of C.
    unsafe {
        libc::faccessat(
            libc::AT_FDCWD,
            path.as_ptr(),
            wants as c_int,
            libc::AT_EACCESS,
        ) == 0
    }
}

/// Why a real file or folder is not opened, if it is not: what it has is not the same in each execution,
/// to read it has an effect, or it is too long.
pub fn why_not(path: &Path, metadata: &Metadata) -> Option<&'static str> {
    if metadata.is_symlink() {
        return None;
    }
    let mut system = MaybeUninit::<libc::statfs>::uninit();
    let path = CString::new(path.as_os_str().as_bytes()).ok()?;
    // SAFETY: the path is one of C, and the call fills in what it is given, or fails.
    let is_made_up = unsafe {
        libc::statfs(path.as_ptr(), system.as_mut_ptr()) == 0
            && MADE_UP.contains(&(system.assume_init_ref().f_type as u64))
    };
    match () {
        () if is_made_up => Some(MADE),
        () if !metadata.is_file() && !metadata.is_dir() => Some(DEVICE),
        () if metadata.is_file() && metadata.len() > LONGEST => Some(LONG),
        () => None,
    }
}
