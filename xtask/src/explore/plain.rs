//! A program as it stands, on the real standard library: whether it compiles, and what it
//! builds.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::build::CHECKED;
use super::source::{Subject, library_name};
use super::unchanged::{CachedCommand, Inputs, KEPT};
use crate::cargo::{self, cargo};
use crate::error::{Error, Result};
use crate::messages::CargoMessage;
use crate::process::Group;

/// Whether the compiler takes a program as it stands, on the real standard library.
///
/// # Errors
///
/// The compiler cannot be started, or the runner was interrupted.
pub fn compiles(subject: &Subject) -> Result<bool> {
    let mut command = match subject.package.is_cargos() {
        true => {
            let mut command = Command::new(cargo());
            command
                .args(["check", "--quiet", "--manifest-path", "Cargo.toml"])
                .args(target(subject))
                .current_dir(subject.package.folder());
            command
        }
        false => {
            let checked = subject.package.place.join("checked");
            let mut command = rustc(subject);
            command.args(["--emit", "metadata", "-o"]).arg(checked);
            command
        }
    };
    // What it says of an error is said again by the compiler that the explorer asks.
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    Ok(Group::start(command)?.wait()?.success())
}

/// The words that name a program of a package to cargo, with the features that it is to have.
fn target(subject: &Subject) -> Vec<String> {
    let package = &subject.package;
    let mut words = vec![package.kind.flag().to_string(), subject.name.clone()];
    if !package.features.is_empty() {
        words.push(format!("--features={}", package.features.join(",")));
    }
    words
}

/// The compiler, for a program that is a single file, but for where its output goes.
fn rustc(subject: &Subject) -> Command {
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or("rustc".into()));
    cargo::forget_package(&mut rustc);
    rustc
        .args(["--edition", &subject.edition, "--cap-lints", "allow"])
        // The name of a file need not be one of a crate.
        .args(["--crate-name", &library_name(subject)])
        .args(CHECKED.map(|setting| format!("-C{}", setting.replace(' ', ""))))
        // As the explored one, it shall name its file in what it prints of a panic.
        .arg(&subject.file)
        .current_dir(subject.package.folder());
    rustc
}

/// Builds a program, unless nothing has changed.
///
/// # Errors
///
/// It cannot be built, or the runner was interrupted.
pub fn build(subject: &Subject) -> Result<PathBuf> {
    let package = &subject.package;
    let mut command = match package.is_cargos() {
        true => Command::new(cargo()),
        false => rustc(subject),
    };
    let list = package.place.join("real.d");
    let program = package
        .place
        .join(format!("real{}", std::env::consts::EXE_SUFFIX));
    match package.is_cargos() {
        // Quiet, since several of these may be under way, and would write into each other's lines.
        true => command
            .args(["build", "--quiet", "--message-format=json"])
            .args(["--manifest-path", "Cargo.toml"])
            .args(target(subject))
            .current_dir(package.folder()),
        false => command
            .arg(format!("--emit=link,dep-info={}", list.display()))
            .arg("-o")
            .arg(&program),
    };
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let kept = CachedCommand::new(&package.place.join(KEPT), &command, "")?;
    let known = kept
        .answer()
        .and_then(|answer| Some(PathBuf::from(answer.as_str()?)));
    if let Some(program) = known {
        return Ok(program);
    }
    let mut inputs = Inputs::new(package.folder(), &package.root);
    let mut built = None;
    if package.is_cargos() {
        cargo::messages(command, &mut |message| {
            if let CargoMessage::Artifact(artifact) = &message
                && artifact.target == subject.name
                && artifact.executable.is_some()
            {
                built.clone_from(&artifact.executable);
            }
            inputs.message(message);
        })?;
    } else {
        let status = command.status().map_err(Error::io("cannot run rustc"))?;
        built = Some(program).filter(|_| status.success());
        inputs.list(&list, package.folder());
    }
    let cannot = || Error::Broken(format!("{} cannot be built to be run", subject.name));
    let program = built.ok_or_else(cannot)?;
    inputs.output(&program);
    kept.keep(inputs, &program.to_string_lossy().into());
    Ok(program)
}
