//! `cargo xtask new`: a new topic's folder, ready to run.

use std::fs;

use crate::error::{ALL_HOLD, Error, Result};
use crate::report::failure::{DIM, GREEN};
use crate::report::{say, shown_path};
use crate::workspace::Workspace;

/// The files of a new topic; `TOPIC` stands for its name.
const FILES: [(&str, &str); 3] = [
    ("Cargo.toml", include_str!("../../template/Cargo.toml")),
    (
        "invariants.toml",
        include_str!("../../template/invariants.toml"),
    ),
    ("src/main.rs", include_str!("../../template/main.rs")),
];

/// Makes a topic's folder and puts it at the end of a section, of the last one if
/// `section` is empty; returns the status to end with.
///
/// # Errors
///
/// The name cannot be a crate's or is taken, there is no such section, or a file cannot
/// be written.
pub fn new(name: &str, section: &str) -> Result<u8> {
    let workspace = Workspace::find()?;
    let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !is_name {
        return Err(Error::usage(format!(
            "`{name}` cannot be a topic's name; use small letters, digits and dashes, \
             as in `barrier-demo`"
        )));
    }
    let folder = workspace.root.join("crates").join(name);
    let shown = shown_path(&folder);
    if fs::symlink_metadata(&folder).is_ok() {
        return Err(Error::usage(format!(
            "{shown} exists already, and is left as it is"
        )));
    }
    // Cargo would refuse the whole workspace, and with it the runner that could mend it.
    let taken = |path: &&String| path.rsplit('/').next() == Some(name);
    if let Some(path) = workspace.others.iter().find(taken) {
        return Err(Error::usage(format!(
            "{path} has this name already; choose another"
        )));
    }
    let sections = workspace.sections();
    let section = match section {
        "" => sections.last().copied().unwrap_or_default(),
        section => section,
    };
    let manifest = workspace.manifest_with(name, section)?;
    let write = || {
        fs::create_dir_all(folder.join("src"))?;
        for (file, text) in FILES {
            fs::write(folder.join(file), text.replace("TOPIC", name))?;
        }
        fs::write(workspace.root.join("Cargo.toml"), manifest)
    };
    write().map_err(Error::io(format!("cannot make {shown}")))?;
    say(format!(
        "{GREEN}ok{GREEN:#}  {shown} is a topic of the section {section}\n    \
         {DIM}cargo xtask run {name}\n    \
         UPDATE_EXPECTED=1 cargo test --test readme   # puts it into the README's table{DIM:#}"
    ))?;
    Ok(ALL_HOLD)
}
