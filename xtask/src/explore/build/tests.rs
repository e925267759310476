//! Building the tests of a crate: as cargo builds them, from the files as they stand, with a crate of
//! our own in place of the one that the compiler has them call.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::crates::{Crates, Used};
use super::errors::Errors;
use super::facade::Facade;
use super::profile;
use super::rustflags::rustflags;
use super::wrapper;
use crate::cargo::{self, cargo};
use crate::error::{Error, Result};
use crate::explore::source::Package;
use crate::explore::unchanged::{CachedCommand, Inputs, KEPT};
use crate::explore::unseen::Unseen;
use crate::machine;
use crate::messages::{Artifact, CargoMessage};
use crate::text::shown_path;

/// What a manifest may say in its profile that would keep a harness from being what it is.
const NOT_THE_MANIFESTS: [&str; 4] = [
    "lto = false",
    "panic = \"unwind\"",
    "strip = \"none\"",
    "split-debuginfo = \"off\"",
];

/// The tests of one target of a package, built.
pub struct TestProgram {
    /// The process that lists them, and explores one of them.
    pub executable: PathBuf,
    /// The name of the target.
    pub target: String,
    /// The file in which the target begins.
    pub source: PathBuf,
    /// The edition of the target.
    pub edition: String,
    /// Whether it is a file of `tests`.
    pub is_integration_test: bool,
    /// What no search sees of all that is compiled into it.
    pub unseen: Unseen,
}

/// Builds the tests of a package, with these features beside the default ones, and with this `cfg` in
/// the crates of its workspace.
///
/// # Errors
///
/// They do not compile, or the runner was interrupted.
pub fn tests(
    package: &Package,
    facade: &Facade,
    features: Option<&str>,
    cfg: Option<&str>,
) -> Result<Vec<TestProgram>> {
    // Another runner may want to build the same.
    let _claim = machine::claim(&package.place, true)?;
    let of_project = rustflags(&package.path, &facade.host)?;
    let flags = facade.flags(true, &of_project);
    let mut command = building(package, (facade, flags), features);
    if let Some(cfg) = cfg {
        command.env("RUSTC_WORKSPACE_WRAPPER", wrapper::with_cfg(package, cfg)?);
    }
    let kept = CachedCommand::new(&package.place.join(KEPT), &command, "")?;
    if let Some(known) = kept.answer().and_then(known) {
        return Ok(known);
    }
    let mut inputs = Inputs::new(&package.path, &package.root);
    let mut crates = Crates::new(&package.root, &package.path, &facade.host);
    let (mut errors, mut built) = (Errors::default(), Vec::new());
    let status = cargo::messages(command, &mut |message| {
        match &message {
            CargoMessage::Compiler { says, .. } => errors.add(says),
            CargoMessage::Artifact(artifact) => {
                crates.add(artifact);
                built.extend(artifact.is_tested.then(|| artifact.clone()));
            }
            CargoMessage::Script(_) | CargoMessage::Other => {}
        }
        inputs.message(message);
    })?;
    if !status.success() {
        let (shown, notes) = (shown_path(&package.path), errors.notes());
        return Err(Error::Broken(format!(
            "the tests of {shown} do not compile\n{}{notes}",
            errors.text
        )));
    }
    crates.find_dependencies(Used::ByTests)?;
    let mut programs = Vec::new();
    for artifact in built {
        if let Some(program) = program(artifact, &crates)? {
            inputs.output(&program.executable);
            programs.push(program);
        }
    }
    // The library's come first, as with cargo, and then the others by their names.
    programs.sort_by(|one, other| {
        let key = |program: &TestProgram| (program.is_integration_test, program.target.clone());
        key(one).cmp(&key(other))
    });
    kept.keep(inputs, &programs.iter().map(to_json).collect());
    Ok(programs)
}

/// The command that builds them, in a target folder of their own.
fn building(
    package: &Package,
    (facade, mut flags): (&Facade, String),
    features: Option<&str>,
) -> Command {
    if let Some(test) = &facade.test {
        flags += &format!("\x1f--extern\x1ftest={}", test.display());
    }
    let mut command = Command::new(cargo());
    command
        .args(["test", "--no-run", "--tests", "--release"])
        .args(["--message-format=json", "--target", &facade.host])
        .args(["--manifest-path", "Cargo.toml"])
        .args(features.map(|features| format!("--features={features}")))
        .current_dir(&package.path)
        .arg("--target-dir")
        .arg(package.place.join("tests"))
        .env("CARGO_ENCODED_RUSTFLAGS", flags)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    for setting in profile().chain(NOT_THE_MANIFESTS) {
        command.args(["--config", &format!("profile.release.{setting}")]);
    }
    command
}

/// What was built of a target's tests, if that is something to run.
fn program(artifact: Artifact, crates: &Crates<'_>) -> Result<Option<TestProgram>> {
    let Some(executable) = artifact.executable.clone() else {
        return Ok(None);
    };
    let sources = crates.sources_of_test(&artifact, &list_of(&executable))?;
    Ok(Some(TestProgram {
        unseen: Unseen::of_tests(sources),
        executable,
        target: artifact.target,
        source: artifact.source,
        edition: artifact.edition,
        is_integration_test: artifact.is_integration_test,
    }))
}

/// What the compiler lists for make beside an executable.
fn list_of(executable: &Path) -> PathBuf {
    executable.with_extension("d")
}

fn to_json(program: &TestProgram) -> Value {
    json!({
        "executable": program.executable,
        "target": program.target,
        "source": program.source,
        "edition": program.edition,
        "is_integration_test": program.is_integration_test,
        "unseen": program.unseen.to_json(),
    })
}

/// What was kept, if it is understood.
fn known(answer: Value) -> Option<Vec<TestProgram>> {
    let path = |value: &Value| Some(PathBuf::from(value.as_str()?));
    let programs = answer.as_array()?.iter().map(|known| {
        Some(TestProgram {
            executable: path(&known["executable"])?,
            target: known["target"].as_str()?.to_string(),
            source: path(&known["source"])?,
            edition: known["edition"].as_str()?.to_string(),
            is_integration_test: known["is_integration_test"].as_bool()?,
            unseen: Unseen::parse(&known["unseen"]),
        })
    });
    programs.collect()
}
