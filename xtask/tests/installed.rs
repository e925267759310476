//! What is installed carries all that an exploring process is made of, and lays it out as it is in
//! this workspace.

use std::fs;
use std::path::{Path, PathBuf};

mod house;

/// The packages that an exploring process is made of.
const PACKAGES: [&str; 9] = [
    "claims",
    "engine",
    "explorer",
    "fidelity",
    "invariants",
    "model-std",
    "protocol",
    "test-harness",
    "transcript",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The files that are carried, each by its path from the workspace's folder on: the manifest of
/// each package, what stands beside it, and its sources.
fn to_carry() -> Vec<String> {
    let mut files = vec!["Cargo.lock".to_string(), "Cargo.toml".to_string()];
    for package in PACKAGES {
        let folder = format!("xtask/{package}");
        let beside = entries(&folder).into_iter();
        files.extend(beside.filter(|path| root().join(path).is_file()));
        let mut folders = vec![format!("{folder}/src")];
        while let Some(folder) = folders.pop() {
            let (inner, own): (Vec<_>, Vec<_>) = entries(&folder)
                .into_iter()
                .partition(|path| root().join(path).is_dir());
            folders.extend(inner);
            files.extend(own);
        }
    }
    files.sort();
    files
}

/// The paths of what is in a folder.
fn entries(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(folder)).expect("the folder is there");
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.map(|name| format!("{folder}/{name}")).collect()
}

#[test]
fn list_of_carried_files_is_current() {
    let file = root().join("xtask/src/bin/cargo-explore/carried.rs");
    let list = fs::read_to_string(&file)
        .expect("the list is there")
        .replace('\r', "");
    let start = "= files! {\n";
    let (before, _) = list.split_once(start).expect("the list begins");
    let files = to_carry().into_iter();
    let files: String = files.map(|path| format!("    {path:?}\n")).collect();
    if let Err(stale) = house::is_expected(&file, &format!("{before}{start}{files}}};\n")) {
        panic!("{stale}");
    }
}
