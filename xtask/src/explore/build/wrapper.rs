//! What cargo calls in place of the compiler for the crates of a workspace, and of no other.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::explore::source::{ENVIRONMENT, Package, write_changed};

/// Writes a script that compiles each package in the environment that is written beside its manifest.
///
/// # Errors
///
/// It cannot be written.
pub fn with_environment(place: &Path) -> Result<PathBuf> {
    let own = format!("\"${{CARGO_MANIFEST_DIR:-.}}/{ENVIRONMENT}\"");
    write(
        &place.join("wrapper"),
        &format!("if [ -f {own} ]; then . {own}; fi\nexec \"$@\"\n"),
    )
}

/// Writes a script that sets a `cfg`. For another one it is another file, so that cargo builds again.
///
/// # Errors
///
/// It is no name for a `cfg`, or the script cannot be written.
pub fn with_cfg(package: &Package, cfg: &str) -> Result<PathBuf> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if cfg.is_empty() || !cfg.chars().all(is_name) {
        return Err(Error::usage(format!("`{cfg}` is no name for `--cfg`")));
    }
    let file = package.place.join("cfg").join(cfg);
    write(&file, &format!("exec \"$@\" --cfg {cfg}\n"))
}

fn write(file: &Path, script: &str) -> Result<PathBuf> {
    let write = || {
        fs::create_dir_all(file.parent().unwrap_or(file))?;
        write_changed(file, format!("#!/bin/sh\n{script}").as_bytes())?;
        make_executable(file)
    };
    write().map_err(Error::io(format!("cannot write {}", file.display())))?;
    Ok(file.to_path_buf())
}

#[cfg(unix)]
fn make_executable(file: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755))
}

/// The explorer runs on Linux only.
#[cfg(not(unix))]
fn make_executable(_file: &Path) -> io::Result<()> {
    Ok(())
}
