//! Building programs against the facade of the standard library.
//!
//! The facade is compiled once, as an ordinary crate. Every crate of a program, what it
//! depends on among them, is then compiled with that library as its `std` and its `core`.
//! With `--target` given, the flags that say so do not reach build scripts and procedural
//! macros, which run on the real standard library.

mod crates;
mod errors;
mod facade;
mod rustflags;
mod tests;
mod wrapper;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::plain;
use super::source::{self, Explorer, Package, Subject, write_changed};
use super::unchanged::{CachedCommand, Inputs, KEPT};
use super::unseen::Unseen;
use crate::cargo::{self, cargo};
use crate::error::{Error, Result};
use crate::machine;
use crate::messages::CargoMessage;
use crate::program::NotReady;
use crates::{Crates, Used};
use errors::{Errors, is_without_main};
pub use facade::Facade;
use rustflags::rustflags;
pub use tests::{TestProgram, tests};

/// How programs are compiled, as far as they notice: with the checks of a debug build, since their
/// panics are part of what they do.
pub const CHECKED: [&str; 3] = [
    "opt-level = 1",
    "debug-assertions = true",
    "overflow-checks = true",
];

/// How else they are compiled. In one unit each, because the compiler would optimise several units
/// twice: each alone, and then together. With what tells the place of an operation that the compiler
/// announces.
const UNNOTICED: [&str; 2] = ["codegen-units = 1", "debug = \"line-tables-only\""];

/// The settings of the profile with which programs are compiled.
fn profile() -> impl Iterator<Item = &'static str> {
    CHECKED.into_iter().chain(UNNOTICED)
}

/// Why there is no program to explore.
pub enum Unbuilt {
    /// Something is wrong with it.
    Broken(NotReady),
    /// The compiler takes it on the real standard library, and it cannot be explored.
    Refused {
        /// Why, in a few words.
        what: &'static str,
        /// What the compiler says, with notes on it.
        details: String,
    },
}

/// A program that can be explored.
pub struct Harness {
    /// The process that explores it.
    pub executable: PathBuf,
    /// Which of the tests in the process it is, if it is a test.
    pub test: Option<String>,
    /// The fingerprint of the program.
    pub program: u32,
    /// The fingerprint of the explorer.
    pub explorer: u32,
    /// Whether it announces its accesses to memory.
    pub accesses: bool,
    /// What no search sees of all that is compiled into it.
    pub unseen: Unseen,
}

/// Builds programs, each as far as it goes; what became of each is in their order.
///
/// # Errors
///
/// The runner was interrupted. Any other error is the result of each program of its workspace,
/// and does not stop other workspaces.
pub fn build(subjects: &[Subject], facade: &Facade) -> Result<Vec<BuildResult>> {
    let mut built: Vec<_> = subjects.iter().map(|_| None).collect();
    let mut groups: BTreeMap<(&Path, Vec<String>, bool), Vec<usize>> = BTreeMap::new();
    for (index, subject) in subjects.iter().enumerate() {
        let package = &subject.package;
        // The compiler alone compiles a single file, without what is cargo's.
        let flags = match package.is_cargos() {
            true => rustflags(&package.path, &facade.host)?,
            false => Vec::new(),
        };
        if let Some(refused) = why_aborts(package, &flags) {
            built[index] = Some(Err(refused));
            continue;
        }
        let group = (package.place.as_path(), flags, package.may_be_unsafe());
        groups.entry(group).or_default().push(index);
    }
    for ((place, flags, accesses), members) in groups {
        let members: Vec<_> = members
            .into_iter()
            .map(|index| (index, &subjects[index]))
            .collect();
        match build_group((place, &flags, accesses), &members, facade) {
            Ok(results) => {
                for (index, result) in results {
                    built[index] = Some(result);
                }
            }
            Err(Error::Interrupted) => return Err(Error::Interrupted),
            Err(error) => {
                for (index, _) in members {
                    built[index] = Some(Err(Unbuilt::Broken(NotReady {
                        what: "it cannot be built".to_string(),
                        details: format!("{error}\n"),
                        file: false,
                    })));
                }
            }
        }
    }
    let built = built
        .into_iter()
        .map(|built| built.expect("each is in a group"));
    Ok(built.collect())
}

/// Why a program is refused in which a panic ends the process, by its profile or by these flags.
fn why_aborts(package: &Package, flags: &[String]) -> Option<Unbuilt> {
    let by_flags = flags.concat().contains("panic=abort");
    let by_flags = by_flags.then(|| "the flags of the compiler for its crate".to_string());
    let place = package.aborts.clone().or(by_flags)?;
    Some(Unbuilt::Refused {
        what: "a panic ends its process",
        details: format!(
            "error: under `panic = \"abort\"` a panic ends the process, and the explorer unwinds\n \
             --> {place}\nnote: without that, the program can be explored as one that unwinds\n"
        ),
    })
}

/// What became of building a program.
pub type BuildResult = std::result::Result<Harness, Unbuilt>;

/// Builds programs of one workspace that have the same flags: those that announce their accesses to
/// memory, or those that do not, which are faster.
fn build_group(
    (place, flags, accesses): (&Path, &[String], bool),
    members: &[(usize, &Subject)],
    facade: &Facade,
) -> Result<Vec<(usize, BuildResult)>> {
    // Another runner may want to build programs of the same workspace.
    let _claim = machine::claim(place, true)?;
    let workspace = place.join("workspace");
    let manifest = write_packages(members, facade.explorer)?;
    let Some((_, first)) = members.first() else {
        return Ok(Vec::new());
    };
    // Cargo's configuration is found from there: it may say where packages come from.
    let folder = first.package.root.as_path();
    let flags = facade.flags(accesses, flags);
    let mut command = building(&workspace, members, (facade, flags), first);
    command.env("RUSTC_WORKSPACE_WRAPPER", wrapper::with_environment(place)?);
    let text = format!("{manifest}{:?}", facade.explorer);
    let kept = CachedCommand::new(&place.join(KEPT), &command, &text)?;
    if let Some(harnesses) = known_harnesses(kept.answer(), members, (facade, accesses))? {
        return Ok(harnesses);
    }
    let mut inputs = Inputs::new(folder, &workspace).with_generated(place);
    let cannot = Error::io(format!("cannot write to {}", workspace.display()));
    write_changed(&workspace.join("Cargo.toml"), manifest.as_bytes()).map_err(cannot)?;
    source::copy_lock(&first.package)?;
    let mut built = BuildLog::new(members, Crates::new(&workspace, folder, &facade.host));
    let status = cargo::messages(command, &mut |message| {
        built.add(&message);
        inputs.message(message);
    })?;
    if !status.success() && !built.is_understood() {
        return Err(Error::usage(
            "cargo did not build anything; mend what it says above",
        ));
    }
    let built = built.results((facade, accesses), &mut inputs)?;
    let harnesses = built.iter().map(|(_, result)| {
        let harness = result.as_ref().ok()?;
        Some(json!({
            "executable": harness.executable,
            "unseen": harness.unseen.to_json(),
        }))
    });
    // What the compiler refuses it has to say again.
    if let Some(harnesses) = harnesses.collect::<Option<Value>>() {
        kept.keep(inputs, &harnesses);
    }
    Ok(built)
}

/// The command that builds these programs.
fn building(
    workspace: &Path,
    members: &[(usize, &Subject)],
    (facade, flags): (&Facade, String),
    first: &Subject,
) -> Command {
    let mut command = Command::new(cargo());
    command
        .args([
            "build",
            "--release",
            "--keep-going",
            "--message-format=json",
        ])
        .args(["--target", &facade.host])
        .arg("--manifest-path")
        .arg(workspace.join("Cargo.toml"))
        .current_dir(&first.package.root)
        .arg("--target-dir")
        .arg(&first.package.build)
        .env("CARGO_ENCODED_RUSTFLAGS", flags)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    for (_, subject) in members {
        command.args(["--package", &subject.package_name()]);
    }
    command
}

/// What cargo says while it builds programs.
struct BuildLog<'b> {
    members: &'b [(usize, &'b Subject)],
    /// The folder of each program's package.
    folders: Vec<PathBuf>,
    executables: Vec<Option<PathBuf>>,
    errors: Vec<Errors>,
    /// What is wrong with packages that they depend on.
    others: Errors,
    crates: Crates<'b>,
}

impl<'b> BuildLog<'b> {
    fn new(members: &'b [(usize, &'b Subject)], crates: Crates<'b>) -> Self {
        let folders = members.iter().map(|(_, subject)| subject.package_folder());
        Self {
            members,
            folders: folders.collect(),
            executables: vec![None; members.len()],
            errors: members.iter().map(|_| Errors::default()).collect(),
            others: Errors::default(),
            crates,
        }
    }

    fn add(&mut self, message: &CargoMessage) {
        let mut known = self.folders.iter();
        let member = known.position(|known| Some(known.as_path()) == message.folder());
        match (message, member) {
            (CargoMessage::Artifact(artifact), member) => {
                self.crates.add(artifact);
                if let (Some(member), Some(program)) = (member, &artifact.executable) {
                    self.executables[member] = Some(program.clone());
                }
            }
            (CargoMessage::Compiler { says, .. }, Some(member)) if is_without_main(says) => {
                let file = self.members[member].1.file.display();
                self.errors[member].text +=
                    &format!("error: {file} has no `main`, with which every program begins\n\n");
            }
            (CargoMessage::Compiler { says, .. }, Some(member)) => self.errors[member].add(says),
            (CargoMessage::Compiler { says, .. }, None) => self.others.add(says),
            (CargoMessage::Script(_) | CargoMessage::Other, _) => {}
        }
    }

    /// Whether something was built, or it is known why not.
    fn is_understood(&self) -> bool {
        let mut errors = self.errors.iter().chain([&self.others]);
        let is_built = self.executables.iter().any(Option::is_some);
        is_built || errors.any(|errors| !errors.text.is_empty())
    }

    /// What became of each program.
    fn results(
        mut self,
        (facade, accesses): (&Facade, bool),
        inputs: &mut Inputs,
    ) -> Result<Vec<(usize, BuildResult)>> {
        let mut members = self.members.iter();
        if members.any(|(_, subject)| subject.package.depends()) {
            self.crates.find_dependencies(Used::ByPrograms)?;
        }
        let members = self.members.iter().zip(self.executables).zip(&self.errors);
        let results = members.map(|(((index, subject), executable), errors)| {
            let result = match executable.filter(|_| errors.text.is_empty()) {
                Some(executable) => {
                    inputs.output(&executable);
                    Ok(Harness {
                        executable,
                        test: None,
                        program: subject.fingerprint()?,
                        explorer: facade.fingerprint,
                        accesses,
                        unseen: Unseen::of(self.crates.sources(&subject.package_folder())?),
                    })
                }
                None => Err(why_unbuilt(subject, errors, &self.others)?),
            };
            Ok((*index, result))
        });
        results.collect()
    }
}

/// The harnesses of programs of which nothing has changed.
fn known_harnesses(
    answer: Option<Value>,
    members: &[(usize, &Subject)],
    (facade, accesses): (&Facade, bool),
) -> Result<Option<Vec<(usize, BuildResult)>>> {
    let Some(Value::Array(known)) = answer.filter(|known| {
        let is_whole = |known: &Vec<Value>| known.len() == members.len();
        known.as_array().is_some_and(is_whole)
    }) else {
        return Ok(None);
    };
    let mut harnesses = Vec::new();
    for ((index, subject), known) in members.iter().zip(known) {
        let harness = Harness {
            executable: PathBuf::from(known["executable"].as_str().unwrap_or_default()),
            test: None,
            program: subject.fingerprint()?,
            explorer: facade.fingerprint,
            accesses,
            unseen: Unseen::parse(&known["unseen"]),
        };
        harnesses.push((*index, Ok(harness)));
    }
    Ok(Some(harnesses))
}

/// Writes the packages that are made of programs; returns the manifest of their workspace.
fn write_packages(members: &[(usize, &Subject)], explorer: Explorer) -> Result<String> {
    let mut copied: Vec<*const Package> = Vec::new();
    let mut list = String::new();
    for (_, subject) in members {
        let package = std::ptr::from_ref(&*subject.package);
        if !copied.contains(&package) {
            source::copy_files(&subject.package)?;
            copied.push(package);
        }
        source::write_package(subject, explorer)?;
        list += &format!("    \".explore/{}\",\n", subject.package_name());
    }
    // All are of one workspace.
    let replaced = members
        .first()
        .map_or("", |(_, subject)| subject.package.replaced.as_str());
    let profile = profile().collect::<Vec<_>>().join("\n");
    Ok(format!(
        "[workspace]\nresolver = \"3\"\nmembers = [\n{list}]\n\n\
         [profile.release]\n{profile}\n{replaced}"
    ))
}

/// Why there is no program.
fn why_unbuilt(subject: &Subject, errors: &Errors, others: &Errors) -> Result<Unbuilt> {
    let (what, errors) = match errors.text.is_empty() {
        false if errors.is_static => ("it cannot be linked with the explorer", errors),
        false => ("it does not compile", errors),
        true => ("what it depends on does not compile", others),
    };
    let details = errors.details(subject);
    if !errors.is_static && plain::compiles(subject)? {
        let what = errors.why_refused();
        return Ok(Unbuilt::Refused { what, details });
    }
    Ok(Unbuilt::Broken(NotReady {
        what: what.to_string(),
        details,
        file: false,
    }))
}
