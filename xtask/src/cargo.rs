//! Building topics: one `cargo build`, whose JSON messages say where the programs are.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use crate::error::{Error, Result};
use crate::messages::CargoMessage;
use crate::process::Group;
use crate::workspace::Topic;

/// What became of a topic's build.
#[derive(Debug, Default)]
pub struct TopicBuild {
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
pub fn build(root: &Path, topics: &[Topic], target: Option<&Path>) -> Result<Vec<TopicBuild>> {
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

/// What cargo tells the compiler, and the programs and tests that it runs, of their package.
pub const OF_A_PACKAGE: [&str; 19] = [
    "CARGO_BIN_NAME",
    "CARGO_CRATE_NAME",
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "CARGO_PKG_AUTHORS",
    "CARGO_PKG_DESCRIPTION",
    "CARGO_PKG_HOMEPAGE",
    "CARGO_PKG_LICENSE",
    "CARGO_PKG_LICENSE_FILE",
    "CARGO_PKG_NAME",
    "CARGO_PKG_README",
    "CARGO_PKG_REPOSITORY",
    "CARGO_PKG_RUST_VERSION",
    "CARGO_PKG_VERSION",
    "CARGO_PKG_VERSION_MAJOR",
    "CARGO_PKG_VERSION_MINOR",
    "CARGO_PKG_VERSION_PATCH",
    "CARGO_PKG_VERSION_PRE",
    "CARGO_PRIMARY_PACKAGE",
];

/// Keeps from a command what cargo has told this runner of its own package.
pub fn forget_package(command: &mut Command) {
    for name in OF_A_PACKAGE {
        command.env_remove(name);
    }
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
fn collect(command: Command, topics: &[&Topic]) -> Result<Vec<TopicBuild>> {
    let mut built: Vec<TopicBuild> = topics.iter().map(|_| TopicBuild::default()).collect();
    let mut libraries = BTreeMap::new();
    let folders: Vec<_> = topics
        .iter()
        .map(|topic| topic.path.canonicalize())
        .collect();
    let mut understood = false;
    let status = messages(command, &mut |message| {
        understood = true;
        let folder = message
            .folder()
            .and_then(|folder| folder.canonicalize().ok());
        let mut known = folders.iter().map(|known| known.as_ref().ok());
        let index = known.position(|known| folder.is_some() && known == folder.as_ref());
        match (message, index) {
            (CargoMessage::Compiler { says, .. }, Some(index)) if says.is_error => {
                built[index].errors.push(says.rendered);
            }
            (CargoMessage::Compiler { says, .. }, _) => anstream::eprint!("{}", says.rendered),
            (CargoMessage::Artifact(artifact), Some(index)) => {
                if let Some(program) = artifact.executable {
                    built[index].programs.insert(artifact.target, program);
                }
            }
            (CargoMessage::Artifact(mut artifact), None) => {
                // The last of its files is the one with the metadata alone.
                if let Some(file) = artifact.files.pop() {
                    libraries.insert(artifact.target.replace('-', "_"), file);
                }
            }
            (CargoMessage::Script(_) | CargoMessage::Other, _) => {}
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
pub fn messages(command: Command, on_message: &mut dyn FnMut(CargoMessage)) -> Result<ExitStatus> {
    let mut cargo = Group::start(command)?;
    let mut on_line = |line: &str| {
        // A build script may have written what is no object.
        if let Ok(object) = serde_json::from_str(line) {
            on_message(CargoMessage::parse(&object));
        }
    };
    cargo.read_lines(&mut on_line, &mut || true)?;
    cargo.wait()
}
