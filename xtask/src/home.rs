//! Where the packages are that an exploring process is made of, and where is kept what belongs to no
//! package of a person's.
//!
//! A runner that stands where cargo has built it uses the packages of its workspace, so that whoever
//! changes them sees what comes of it. An installed one carries their sources, and lays them out below
//! cargo's home, so that all projects share what is compiled of them. The folder there is named after
//! the sources: two versions of the runner have two.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::OnceLock;

use crate::error::{Error, Result};
use crate::fingerprint::Fingerprint;
use crate::runs;
use crate::text::shown_path;

/// Files of the workspace that an executable carries: the path of each from the workspace's folder on,
/// and its text.
pub type Carried = &'static [(&'static str, &'static str)];

static CARRIED: OnceLock<Carried> = OnceLock::new();

/// The folder into which they are laid out.
const SOURCE: &str = "source";

/// What a manifest has for the tests of the explorer itself, whose sources are not carried.
const OF_TESTS: [&str; 3] = ["dev-dependencies", "test", "bench"];

/// From here on the process carries these files.
pub fn carry(files: Carried) {
    CARRIED.get_or_init(|| files);
}

/// The folder that has the explorer's packages, each in a folder of its own.
///
/// # Errors
///
/// What the runner carries cannot be written.
pub fn packages() -> Result<PathBuf> {
    let Some(files) = installed()? else {
        return Ok(PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    };
    let folder = kept()?.join(SOURCE);
    lay_out(files, &folder).map_err(Error::io(format!("cannot write {}", folder.display())))?;
    Ok(folder.join("xtask"))
}

/// The folder for what belongs to no package.
///
/// # Errors
///
/// The system does not say where the runner is, or where the user's files are.
pub fn kept() -> Result<PathBuf> {
    let Some(files) = installed()? else {
        return Ok(runs::keep_folder(&this_program()?).join("explore"));
    };
    let home = cargo_home().ok_or_else(|| {
        Error::usage("there is no folder to keep the explorer's library in; set CARGO_HOME")
    })?;
    let mut version = Fingerprint::new();
    for (path, text) in files {
        version.add(path);
        version.add(text);
    }
    let home = std::path::absolute(home).map_err(Error::io("cannot find this folder"))?;
    Ok(home
        .join("explore")
        .join(format!("{:016x}", version.long())))
}

/// Cargo's home, if the system says where the user's files are.
pub fn cargo_home() -> Option<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    home.or_else(|| Some(env::home_dir()?.join(".cargo")))
}

/// Where a person finds a file of the explorer's, which has this path in its workspace.
pub fn shown(path: &str) -> String {
    match (installed(), kept()) {
        (Ok(Some(_)), Ok(kept)) => shown_path(&kept.join(SOURCE).join(path)),
        _ => path.to_string(),
    }
}

/// What the runner carries, if it is not where cargo has built it.
fn installed() -> Result<Option<Carried>> {
    // There cargo has put the libraries of the build beside it.
    let is_built_here = this_program()?.with_file_name("deps").is_dir();
    Ok(CARRIED.get().copied().filter(|_| !is_built_here))
}

fn this_program() -> Result<PathBuf> {
    env::current_exe().map_err(Error::io("cannot find this program"))
}

/// Writes the files into a folder, unless they are there. Another process may do the same now: the
/// folder gets its name once it has all of them, from the one that is done first.
fn lay_out(files: Carried, folder: &Path) -> io::Result<()> {
    if folder.exists() {
        return Ok(());
    }
    let unfinished = folder.with_extension(process::id().to_string());
    for (path, text) in files {
        let file = unfinished.join(path);
        if let Some(above) = file.parent() {
            fs::create_dir_all(above)?;
        }
        match file.ends_with("Cargo.toml") {
            true => fs::write(file, manifest(path, text, files))?,
            false => fs::write(file, text)?,
        }
    }
    if let Err(error) = fs::rename(&unfinished, folder) {
        fs::remove_dir_all(&unfinished)?;
        return match folder.exists() {
            true => Ok(()),
            false => Err(error),
        };
    }
    Ok(())
}

/// A manifest that is carried, without what is not: tests, and members of the workspace.
fn manifest(path: &str, text: &str, files: Carried) -> String {
    let mut manifest: toml::Table = text.parse().expect("cargo has read it");
    for table in OF_TESTS {
        manifest.remove(table);
    }
    if let Some(workspace) = table(&mut manifest, &["workspace"]) {
        workspace.remove("default-members");
        let folders = files
            .iter()
            .filter_map(|(path, _)| path.strip_suffix("/Cargo.toml"));
        let members: Vec<toml::Value> = folders.map(toml::Value::from).collect();
        workspace.insert("members".to_string(), members.into());
    }
    if let Some(profiles) = table(&mut manifest, &["profile"]) {
        profiles.retain(|profile, _| profile == "release");
    }
    if let Some(packages) = table(&mut manifest, &["profile", "release", "package"]) {
        let is_carried = |name: &str| {
            let manifest = format!("xtask/{name}/Cargo.toml");
            files.iter().any(|(path, _)| *path == manifest)
        };
        packages.retain(|name, _| is_carried(name));
    }
    format!("# Made of the explorer's {path}.\n{manifest}")
}

/// The table of a manifest that has this name.
fn table<'m>(manifest: &'m mut toml::Table, name: &[&str]) -> Option<&'m mut toml::Table> {
    let mut parts = name.iter();
    parts.try_fold(manifest, |table, part| table.get_mut(*part)?.as_table_mut())
}
