//! Where what is made of programs is kept, and what it is called.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::fingerprint::Fingerprint;
use crate::home;
use crate::machine;

/// The folder, in that of all that is made of a package, for what processes need that run.
pub const RUNNING: &str = "running";

/// The folder, in that of all that is made of a package, in which cargo builds.
pub const BUILD: &str = "build";

/// What is made of so many single files is kept, so that the next time it need not be built.
const KEPT_FILES: usize = 10;

/// Where what is made of single files is, each in a folder of its own.
///
/// # Errors
///
/// The system does not say where the runner is.
pub fn files_folder() -> Result<PathBuf> {
    Ok(home::kept()?.join("files"))
}

/// Takes away what is made of single files, but for those that were explored last: whoever
/// tries many would fill the disk. While another runner explores some, all are left.
///
/// # Errors
///
/// A folder cannot be read or removed.
pub fn remove_older() -> Result<()> {
    let folder = files_folder()?;
    let Some(_claim) = machine::claim_now(&folder, true)? else {
        return Ok(());
    };
    let remove = || {
        let mut places = Vec::new();
        for entry in fs::read_dir(&folder)? {
            let place = entry?.path();
            // Each exploration makes a folder there, and takes it away in the end.
            let explored = fs::metadata(place.join(RUNNING)).and_then(|running| running.modified());
            if place.is_dir() {
                places.push((explored.ok(), place));
            }
        }
        places.sort_by(|(one, _), (other, _)| other.cmp(one));
        let mut older = places.iter().skip(KEPT_FILES);
        older.try_for_each(|(_, place)| fs::remove_dir_all(place))
    };
    remove().map_err(Error::io(format!(
        "cannot remove what is old in {}",
        folder.display()
    )))
}

/// What the folder is called for all that is made of what stands at a path.
pub fn folder_name(name: &str, path: &Path) -> String {
    let mut whole = Fingerprint::new();
    whole.add(path.to_string_lossy().as_bytes());
    format!("{}-{:08x}", crate_name(name), whole.short())
}

/// A name as a crate can have it.
pub fn crate_name(name: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric();
    let name: String = name
        .chars()
        .map(|c| if is_word(c) { c } else { '_' })
        .collect();
    match name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        true => name,
        false => format!("_{name}"),
    }
}
