//! Building topics: one `cargo build`, whose JSON messages say where the programs are.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use serde_json::Value;

use crate::error::{Error, Result};
use crate::process::Group;
use crate::workspace::Topic;

/// What became of a topic's build.
#[derive(Debug, Default)]
pub struct Built {
    /// The programs, by their names.
    pub programs: BTreeMap<String, PathBuf>,
    /// The compiler's own messages, if it refused something.
    pub errors: Vec<String>,
    /// The libraries that were built with it, by the names of their crates.
    pub libraries: BTreeMap<String, PathBuf>,
}

/// Builds topics, each as far as it goes: one that does not compile keeps no other from it.
///
/// Returns what became of each, in the order given. Cargo's progress goes to standard error.
/// What is built goes where cargo puts it, or into `target`.
///
/// # Errors
///
/// Cargo cannot be started, refuses the manifests, or was interrupted.
pub fn build(root: &Path, topics: &[Topic], target: Option<&Path>) -> Result<Vec<Built>> {
    let (members, others): (Vec<_>, Vec<_>) = topics.iter().partition(|topic| topic.member);
    let mut built = Vec::new();
    if !members.is_empty() {
        let mut command = cargo_build(&root.join("Cargo.toml"), target);
        for topic in &members {
            command.args(["--package", &topic.name]);
        }
        built.extend(members.iter().zip(collect(command, &members)?));
    }
    for topic in &others {
        let command = cargo_build(&topic.path.join("Cargo.toml"), target);
        built.extend([topic].into_iter().zip(collect(command, &[topic])?));
    }
    let place = |path: &Path| topics.iter().position(|topic| topic.path == path);
    built.sort_by_key(|(topic, _)| place(&topic.path));
    Ok(built.into_iter().map(|(_, built)| built).collect())
}

/// The `cargo` that started this runner, or the one on the path.
pub fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

fn cargo_build(manifest: &Path, target: Option<&Path>) -> Command {
    let mut command = Command::new(cargo());
    command
        .args(["build", "--keep-going", "--message-format=json"])
        .arg("--manifest-path")
        .arg(manifest)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    if let Some(target) = target {
        command.arg("--target-dir").arg(target);
    }
    command
}

/// Runs one build of these topics, and gives each what concerns it.
fn collect(command: Command, topics: &[&Topic]) -> Result<Vec<Built>> {
    let mut built: Vec<Built> = topics.iter().map(|_| Built::default()).collect();
    let mut libraries = BTreeMap::new();
    let folders: Vec<_> = topics
        .iter()
        .map(|topic| topic.path.canonicalize())
        .collect();
    let mut understood = false;
    let status = messages(command, &mut |message| {
        let folder = message["manifest_path"]
            .as_str()
            .and_then(|path| Path::new(path).parent()?.canonicalize().ok());
        let index = folders
            .iter()
            .position(|known| folder.is_some() && known.as_ref().ok() == folder.as_ref());
        understood = true;
        match (message["reason"].as_str(), index) {
            (Some("compiler-message"), index) => {
                let rendered = message["message"]["rendered"].as_str().unwrap_or_default();
                match (message["message"]["level"].as_str(), index) {
                    (Some("error"), Some(index)) => built[index].errors.push(rendered.to_string()),
                    _ => anstream::eprint!("{rendered}"),
                }
            }
            (Some("compiler-artifact"), Some(index)) => {
                let name = message["target"]["name"].as_str().unwrap_or_default();
                if let Some(program) = message["executable"].as_str() {
                    let program = PathBuf::from(program);
                    built[index].programs.insert(name.to_string(), program);
                }
            }
            (Some("compiler-artifact"), None) => {
                let name = message["target"]["name"].as_str().unwrap_or_default();
                // The last of its files is the one with the metadata alone.
                let files = message["filenames"].as_array();
                if let Some(file) = files.and_then(|files| files.last()?.as_str()) {
                    libraries.insert(name.replace('-', "_"), PathBuf::from(file));
                }
            }
            _ => {}
        }
    })?;
    let blamed = built.iter().any(|built| !built.errors.is_empty());
    if status.success() || blamed {
        built
            .iter_mut()
            .for_each(|built| built.libraries = libraries.clone());
        return Ok(built);
    }
    // What went wrong stands above, in cargo's own words.
    Err(match understood {
        true => Error::Broken("cargo could not build a package that the topics need".into()),
        false => Error::usage("cargo did not build anything; mend what it says above"),
    })
}

/// Runs a `cargo build --message-format=json`, and hands on each message as it is read.
///
/// # Errors
///
/// Cargo cannot be started, or was interrupted.
pub fn messages(command: Command, on_message: &mut dyn FnMut(Value)) -> Result<ExitStatus> {
    let mut cargo = Group::start(command)?;
    cargo.read_objects(on_message, &mut || true)?;
    cargo.wait()
}
