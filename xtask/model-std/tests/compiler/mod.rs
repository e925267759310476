//! The compiler, with the standard library that a test wants.

#![allow(
    dead_code,
    reason = "each test is a crate, and none of them uses all of this"
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

/// Which standard library a program is compiled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Std {
    /// The facade, as the explorer compiles a program.
    Facade,
    /// The one that comes with the compiler.
    Real,
}

/// The engine, compiled, as cargo says where it is.
pub static ENGINE: LazyLock<PathBuf> = LazyLock::new(|| library("engine"));

/// The facade, likewise.
pub static FACADE: LazyLock<PathBuf> = LazyLock::new(|| library("model_std"));

/// Where the library of this name is.
fn library(name: &str) -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "--package=engine",
            "--package=model-std",
        ])
        .arg("--message-format=json")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo can be started");
    let text = String::from_utf8_lossy(&output.stdout);
    let mut messages = text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    let library = messages.find_map(|message: Value| {
        let is_it = message["target"]["name"] == name;
        let file = message["filenames"][0].as_str()?;
        is_it.then(|| PathBuf::from(file))
    });
    let errors = String::from_utf8_lossy(&output.stderr);
    library.unwrap_or_else(|| panic!("no library\n{errors}"))
}

/// The folder in which cargo builds.
pub fn target_folder() -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version=1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo can be started");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    let folder = metadata["target_directory"].as_str();
    PathBuf::from(folder.expect("cargo builds somewhere"))
}

/// The compiler, about to compile this file, in which every `std` is the one that is wanted.
pub fn compile(source: &Path, std: Std) -> Command {
    let rustc = std::env::var_os("RUSTC").unwrap_or("rustc".into());
    let mut rustc = Command::new(rustc);
    rustc
        .arg(source)
        .args(["--edition=2024", "--cap-lints=allow"])
        .arg("--out-dir")
        .arg(env!("CARGO_TARGET_TMPDIR"));
    if std != Std::Real {
        let dependencies = FACADE.with_file_name("deps");
        rustc
            .arg(format!("--extern=std={}", FACADE.display()))
            .arg(format!("--extern=core={}", FACADE.display()))
            .arg(format!("-Ldependency={}", dependencies.display()));
    }
    rustc
}
