//! The files of a package's folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Calls `each` with every file of a package's folder that is the package's own.
///
/// # Errors
///
/// A folder cannot be read, or what `each` gives.
pub fn walk(folder: &Path, each: &mut dyn FnMut(&Path) -> io::Result<()>) -> io::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        let is_folder = path.is_dir();
        let other = is_folder && (name == "target" || path.join("Cargo.toml").exists());
        if other || name.starts_with('.') || name == "Cargo.toml" || name == "Cargo.lock" {
            continue;
        }
        match is_folder {
            true => walk(&path, each)?,
            false => each(&path)?,
        }
    }
    Ok(())
}

/// The Rust files of a package's folder, in an order that is the same everywhere.
///
/// # Errors
///
/// A folder cannot be read.
pub fn rust_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    walk(folder, &mut |file| {
        if file.extension().is_some_and(|extension| extension == "rs") {
            files.push(file.to_path_buf());
        }
        Ok(())
    })?;
    Ok(files)
}

/// Writes a file unless it is so already: cargo would build it again.
///
/// # Errors
///
/// The file cannot be written.
pub fn write_changed(file: &Path, text: &[u8]) -> io::Result<()> {
    if fs::read(file).is_ok_and(|known| known == text) {
        return Ok(());
    }
    fs::write(file, text)
}
