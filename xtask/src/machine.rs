//! The machine, to be shared or had alone: across all runners of one target folder.
//!
//! A program whose topic is processor time must not run while another does, not
//! even one that was started by another `cargo xtask` or by a test beside it.

use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::thread;

use crate::error::{Error, Result};
use crate::process;

/// A share of the machine, or all of it, until it is dropped.
pub struct Claim {
    _locked: File,
}

/// Waits until the machine can be had: alone, or beside others that share it.
///
/// # Errors
///
/// The runner was interrupted while it waited, or the lock file cannot be used.
pub fn claim(folder: &Path, alone: bool) -> Result<Claim> {
    loop {
        if let Some(claim) = claim_now(folder, alone)? {
            return Ok(claim);
        }
        // Waiting in short steps, so that Ctrl-C ends the wait too.
        if process::interrupted() {
            return Err(Error::Interrupted);
        }
        thread::sleep(process::TICK);
    }
}

/// The same, if nobody has to be waited for.
///
/// # Errors
///
/// The lock file cannot be used.
pub fn claim_now(folder: &Path, alone: bool) -> Result<Option<Claim>> {
    let path = folder.join("machine.lock");
    let cannot = || Error::io(format!("cannot lock {}", path.display()));
    fs::create_dir_all(folder).map_err(cannot())?;
    let file = File::create(&path).map_err(cannot())?;
    let tried = match alone {
        true => file.try_lock(),
        false => file.try_lock_shared(),
    };
    match tried {
        Ok(()) => Ok(Some(Claim { _locked: file })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(cannot()(error)),
    }
}
