//! The workspace that is made of programs: copies of their files, and a package for each.
//!
//! A program's files are copied into a workspace of their own, to the same place relative
//! to its root, so that the compiler and the program itself name them as ever. Nothing in
//! a copy is changed; one line is appended to the root of each program, which makes its
//! private `main` callable. A generated package beside the copies has that root as its
//! library, and a program that hands the library's `main` to the explorer.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::files::{walk, write_changed};
use super::folders::crate_name;
use super::metadata::{Kind, PackageMetadata};
use super::package::Package;
use super::subject::Subject;
use crate::cargo::OF_A_PACKAGE;
use crate::error::{Error, Result};
use crate::text::quoted;

/// Appended to the root of a program: it is all that is not the program's own.
const ENTRY: &str = "\n#[doc(hidden)] pub fn __explore_main() -> i32 { \
     use ::std::{__NeverReturns as _, __Returns as _}; (&::std::__Main(main)).__status() }\n";

/// Whether a line of a copy is the appended one.
pub fn is_entry(line: &str) -> bool {
    line == ENTRY.trim()
}

/// The program that explores a library. The canary uses what must not come from the real
/// standard library; the driver refuses to go on if it does.
const HARNESS: &str = "\
extern crate explorer_harness;

#[cfg(target_feature = \"crt-static\")]
compile_error!(\"the C library is linked statically (`crt-static`), so that the explorer cannot take \
               the place of its functions; explore on a target that links it dynamically, as \
               x86_64-unknown-linux-gnu does\");

fn canary() {
    let lock = std::sync::Arc::new(std::sync::Mutex::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| *lock.lock().unwrap() += 1);
    });
    drop(std::sync::Arc::clone(&lock));
    std::sync::atomic::AtomicBool::new(true).load(std::sync::atomic::Ordering::SeqCst);
    println!(\"intercepted\");
}

fn main() {
    explorer_harness::main(canary, explorer_harness::program(PROGRAM::__explore_main), CLAIMS);
}
";

/// The file beside a generated manifest that says in which environment the package is compiled.
pub const ENVIRONMENT: &str = "environment.sh";

/// What reads the claims on a program, if it has some. It comes with the rules, which are compiled
/// only then.
const READ_CLAIMS: &str = "Some(explorer_claims::read)";

/// What a harness is linked with beside the program, as tells one build from another.
#[derive(Debug, Clone, Copy)]
pub struct Explorer {
    /// The explorer.
    pub build: u64,
    /// The rules, if it was built with them.
    pub rules: Option<u64>,
}

/// What no library can be called that the harness uses: keywords, and the libraries that
/// stand below every program.
#[rustfmt::skip]
const UNFIT: [&str; 51] = [
    "abstract", "alloc", "as", "async", "await", "become", "box", "break", "const", "continue",
    "core", "crate", "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen",
    "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv",
    "pub", "ref", "return", "self", "static", "std", "struct", "super", "test", "trait", "true",
    "try", "type", "unsafe", "use", "where", "while",
];

/// Writes the package that is made of a program. It is linked with this explorer and, if the
/// program has claims, with its rules.
///
/// # Errors
///
/// A file cannot be written.
pub fn write_package(subject: &Subject, explorer: Explorer) -> Result<()> {
    let folder = subject.package_folder();
    let library = library_name(subject);
    let manifest = manifest_of(subject, &library);
    let harness = harness_of(subject, &library, explorer);
    let write = || {
        fs::create_dir_all(&folder)?;
        write_changed(&folder.join("Cargo.toml"), manifest.as_bytes())?;
        write_changed(&folder.join(ENVIRONMENT), script_of(subject).as_bytes())?;
        write_changed(&folder.join("harness.rs"), harness.as_bytes())?;
        match subject.package.targets("custom-build").next() {
            Some(_) => link_files(&subject.package.path, &folder),
            None => Ok(()),
        }
    };
    write().map_err(Error::io(format!("cannot write to {}", folder.display())))
}

/// Links the files of a package into the folder of the one that is made of a program: its build script
/// runs there, and reads them.
#[cfg(unix)]
fn link_files(package: &Path, folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(package)? {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        let link = folder.join(&name);
        let is_left_out = name == "target" || name.to_string_lossy().starts_with('.');
        // The folder may be below one of these, and another file of this name may be there.
        let is_other = folder.starts_with(&path) || link.symlink_metadata().is_ok();
        if !is_left_out && !is_other {
            std::os::unix::fs::symlink(&path, &link)?;
        }
    }
    Ok(())
}

/// The explorer runs on Linux only.
#[cfg(not(unix))]
fn link_files(_package: &Path, _folder: &Path) -> io::Result<()> {
    Ok(())
}

/// What the library that is made of a program is called: as the program is, where the harness can
/// name it so. Then its package has no library, and none of its dependencies has that name, since
/// two libraries of one name cannot be told apart.
pub fn library_name(subject: &Subject) -> String {
    let package = &subject.package;
    let own = crate_name(&subject.name);
    let others = package
        .metadata
        .as_ref()
        .map(PackageMetadata::dependency_names);
    let others = others.unwrap_or_default();
    let is_fit = |name: &str| !UNFIT.contains(&name) && !others.iter().any(|o| o == name);
    match package.targets("lib").next() {
        None if is_fit(&own) => own,
        _ => {
            let mut other = "program".to_string();
            while !is_fit(&other) {
                other.push('_');
            }
            other
        }
    }
}

/// The manifest of the package that is made of a program.
fn manifest_of(subject: &Subject, library: &str) -> String {
    let package = &subject.package;
    let root = package.workspace().join(&subject.file);
    let text = |value: &str| Value::from(value).to_string();
    let (name, edition) = (text(&subject.package_name()), text(&subject.edition));
    let version = package.metadata.as_ref().map(PackageMetadata::version);
    let build = match package.targets("custom-build").next() {
        Some(target) => target["src_path"].to_string(),
        None => "false".to_string(),
    };
    let described = package.metadata.as_ref().map(PackageMetadata::description);
    let mut manifest = format!(
        "[package]\nname = {name}\nversion = {}\nedition = {edition}\n\
         publish = false\nbuild = {build}\nautobins = false\nautoexamples = false\n\
         autotests = false\nautobenches = false\n{}\n\
         [lib]\nname = {}\npath = {}\n\n\
         [[bin]]\nname = {name}\npath = \"harness.rs\"\n\n\
         [features]\n",
        version.unwrap_or_else(|| text("0.0.0")),
        described.unwrap_or_default(),
        text(library),
        text(&root.to_string_lossy()),
    );
    if let Some(own) = &package.metadata {
        manifest += &own.features_table(package.kind, &package.features);
        manifest += &own.dependencies(package.kind);
    }
    manifest
}

/// What cargo says of the package where it compiles the program itself, or runs its tests, and would say
/// otherwise of the package that is made of it; nothing for a single file, which cargo does not compile.
pub fn environment_of(subject: &Subject) -> Vec<(&'static str, String)> {
    let Some(own) = &subject.package.metadata else {
        return Vec::new();
    };
    let folder = &subject.package.path;
    vec![
        ("CARGO_PKG_NAME", own.name().to_string()),
        ("CARGO_MANIFEST_DIR", folder.to_string_lossy().into_owned()),
        (
            "CARGO_MANIFEST_PATH",
            folder.join("Cargo.toml").to_string_lossy().into_owned(),
        ),
        ("CARGO_CRATE_NAME", subject.name.replace('-', "_")),
        ("CARGO_BIN_NAME", subject.name.clone()),
    ]
}

/// A script that makes this the environment of the compiler.
fn script_of(subject: &Subject) -> String {
    if !subject.package.is_cargos() {
        return format!("unset {}\n", OF_A_PACKAGE.join(" "));
    }
    let lines = environment_of(subject).into_iter();
    let lines = lines.map(|(name, value)| format!("export {name}={}\n", quoted(&value)));
    lines.collect()
}

/// The program that explores a library. With another explorer or other rules its text is another,
/// so that cargo builds it again.
fn harness_of(subject: &Subject, library: &str, explorer: Explorer) -> String {
    let harness = HARNESS.replace("PROGRAM", library);
    let harness = match (&subject.claims, explorer.rules) {
        (Some(_), Some(rules)) => {
            let harness = harness.replace("CLAIMS", READ_CLAIMS);
            format!("// Rules: {rules:016x}\nextern crate explorer_claims;\n{harness}")
        }
        _ => harness.replace("CLAIMS", "None"),
    };
    format!("// Explorer: {:016x}\n{harness}", explorer.build)
}

/// Copies a package's files, each changed one, and makes the programs' `main` callable.
///
/// # Errors
///
/// A file cannot be read or written.
pub fn copy_files(package: &Package) -> Result<()> {
    let to = package.workspace();
    let mut roots = Vec::new();
    if !package.is_cargos() {
        roots.push(package.path.clone());
    }
    // A copy stays as it is, whichever of the programs is built of it.
    for target in [Kind::Bin, Kind::Example]
        .into_iter()
        .flat_map(|kind| package.of_kind(kind))
    {
        roots.extend(target["src_path"].as_str().map(PathBuf::from));
    }
    let copy_file = |file: &Path| {
        let copy = to.join(file.strip_prefix(&package.root).unwrap_or(file));
        let mut text = fs::read(file)?;
        if roots.iter().any(|root| root == file) {
            text.extend_from_slice(ENTRY.as_bytes());
        }
        if let Some(folder) = copy.parent() {
            fs::create_dir_all(folder)?;
        }
        write_changed(&copy, &text)
    };
    let copied = match package.is_cargos() {
        true => walk(&package.path, &mut |file| copy_file(file)),
        false => copy_file(&package.path),
    };
    copied.map_err(Error::io(format!("cannot copy {}", package.path.display())))
}

/// Copies the lock file of a package's workspace.
///
/// # Errors
///
/// It cannot be read or written.
pub fn copy_lock(package: &Package) -> Result<()> {
    let lock = package.root.join("Cargo.lock");
    if !lock.exists() {
        return Ok(());
    }
    // Cargo takes out what the programs do not need, and keeps the versions.
    fs::copy(&lock, package.workspace().join("Cargo.lock"))
        .map(|_| ())
        .map_err(Error::io(format!("cannot copy {}", lock.display())))
}
