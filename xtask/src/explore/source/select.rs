//! What a person wants to explore: words, and the programs that they name.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use super::folders::{files_folder, folder_name};
use super::metadata::{PackageMetadata, metadata};
use super::package::Package;
use super::subject::Subject;
use crate::error::{Error, Result};
use crate::machine::{self, Claim};
use crate::program::{self, Role};
use crate::text::{quoted, shown_path};
use crate::workspace::{Topic, Workspace};

/// What a person wants to explore.
pub struct Wanted {
    /// Topics' names, parts of names, crates' folders, or source files; all topics if empty.
    pub words: Vec<String>,
    /// Only this program of them.
    pub bin: Option<String>,
    /// The edition that source files are written in.
    pub edition: Option<String>,
}

/// The programs that a person wants to explore.
///
/// # Errors
///
/// A word means nothing, there is no program of that name, or an invariants file is wrong.
pub fn subjects(workspace: &Workspace, wanted: &Wanted) -> Result<Vec<Subject>> {
    let (words, bin) = (&wanted.words, wanted.bin.as_deref());
    let (files, words): (Vec<_>, Vec<_>) = words.iter().cloned().partition(|word| {
        Path::new(word)
            .extension()
            .is_some_and(|extension| extension == "rs")
    });
    let topics = match words.is_empty() && !files.is_empty() {
        true => Vec::new(),
        false => workspace.select(&words)?,
    };
    if let (Some(edition), [topic, ..]) = (&wanted.edition, &topics[..]) {
        let name = &topic.name;
        return Err(Error::usage(format!(
            "`--edition {edition}` is for source files; the manifest of {name} says which it has"
        )));
    }
    let mut known: Option<Value> = None;
    let mut subjects = Vec::new();
    for topic in &topics {
        let metadata = match &known {
            Some(metadata) if topic.member => metadata.clone(),
            _ => metadata(&topic.path)?,
        };
        if topic.member {
            known = Some(metadata.clone());
        }
        let is_answer = |folder: &Path| is_same(folder, &workspace.practice());
        let shared = topic
            .path
            .parent()
            .is_some_and(is_answer)
            .then_some(workspace);
        subjects.extend(of_topic(topic, &metadata, bin, shared)?);
    }
    for file in &files {
        subjects.push(of_file(file, wanted.edition.as_deref().unwrap_or("2024"))?);
    }
    if let Some(bin) = bin {
        let names: Vec<_> = subjects
            .iter()
            .map(|subject| subject.name.as_str())
            .collect();
        if !names.contains(&bin) {
            return Err(program::no_such_program(bin, &names));
        }
        subjects.retain(|subject| subject.name == bin);
    }
    Ok(subjects)
}

/// Whether two paths lead to the same folder.
fn is_same(one: &Path, other: &Path) -> bool {
    let both = one.canonicalize().ok().zip(other.canonicalize().ok());
    both.is_some_and(|(one, other)| one == other)
}

/// The program of an answer to an exercise.
///
/// # Errors
///
/// It is no package, or its `invariants.toml` is wrong.
pub fn of_answer(workspace: &Workspace, answer: &Topic) -> Result<Subject> {
    let metadata = metadata(&answer.path)?;
    Ok(of_topic(answer, &metadata, None, Some(workspace))?.swap_remove(0))
}

/// A pitfall of a topic.
///
/// # Errors
///
/// It is no package, or its `invariants.toml` is wrong.
pub fn of_pitfall(topic: &Topic, name: &str) -> Result<Option<Subject>> {
    let subjects = of_topic(topic, &metadata(&topic.path)?, Some(name), None)?;
    Ok(subjects.into_iter().find(|subject| subject.name == name))
}

/// The package of a topic, or of a crate elsewhere.
///
/// # Errors
///
/// It is no package.
pub fn package_of(topic: &Topic) -> Result<Package> {
    Package::of_topic(topic, &metadata(&topic.path)?, None)
}

/// A topic's programs: those that its invariants name, or without them those of its package.
fn of_topic(
    topic: &Topic,
    metadata: &Value,
    bin: Option<&str>,
    shared: Option<&Workspace>,
) -> Result<Vec<Subject>> {
    let package = Arc::new(Package::of_topic(topic, metadata, shared)?);
    let programs = Programs { topic, package };
    match topic.invariants_file().exists() {
        true => programs.with_claims(),
        false => Ok(vec![programs.without_claims(bin)?]),
    }
}

/// The programs of a topic's package.
struct Programs<'t> {
    topic: &'t Topic,
    package: Arc<Package>,
}

impl Programs<'_> {
    /// Those that the topic's invariants name.
    fn with_claims(&self) -> Result<Vec<Subject>> {
        let programs = program::to_check(self.topic).map_err(|details| {
            let file = shown_path(&self.topic.invariants_file());
            Error::usage(format!("{file} is wrong\n{details}"))
        })?;
        let subjects = programs.into_iter().map(|program| {
            let name = &program.name;
            let target = self.package.program(name).ok_or_else(|| {
                let shown = shown_path(&self.topic.path);
                Error::usage(format!("{shown} has no program `{name}`"))
            })?;
            let is_default = *name == self.topic.name;
            let mut subject = self.subject(name, is_default, target);
            (subject.role, subject.claims) = (program.role, program.ready.ok());
            Ok(subject)
        });
        subjects.collect()
    }

    /// The one of this name, or else the one that `cargo run` would run, or the only one.
    fn without_claims(&self, bin: Option<&str>) -> Result<Subject> {
        let known = self.package.metadata.as_ref();
        let default = known.and_then(PackageMetadata::default_run);
        let default = default.unwrap_or(&self.topic.name);
        let wanted = bin.unwrap_or(default);
        let targets: Vec<&Value> = self.package.targets("bin").collect();
        let found = self.package.program(wanted).or(match &targets[..] {
            [only] if bin.is_none() => Some(only),
            _ => None,
        });
        let names = targets.iter().filter_map(|target| target["name"].as_str());
        let names: Vec<_> = names.collect();
        let target = found.ok_or_else(|| match names.is_empty() {
            true => {
                let shown = shown_path(&self.topic.path);
                Error::usage(format!("{shown} has no program: there is no src/main.rs"))
            }
            false => program::no_such_program(wanted, &names),
        })?;
        let name = target["name"].as_str().unwrap_or_default();
        let is_default = name == self.topic.name && name == default;
        let mut subject = self.subject(name, is_default, target);
        if bin.is_none() {
            let others = names.into_iter().filter(|other| *other != name);
            subject.others = others.map(str::to_string).collect();
        }
        Ok(subject)
    }

    /// A program, as one without claims; the default one needs no name on a command line.
    fn subject(&self, name: &str, is_default: bool, target: &Value) -> Subject {
        let (topic, package) = (self.topic, self.package.clone());
        let file = Path::new(target["src_path"].as_str().unwrap_or_default());
        let words = crate_words(topic);
        Subject {
            name: name.to_string(),
            topic: topic.name.clone(),
            role: Role::Example,
            words: match is_default {
                true => words,
                false => format!("{words} --bin {name}"),
            },
            claims: None,
            claims_file: topic.invariants_file(),
            file: file
                .strip_prefix(&package.root)
                .unwrap_or(file)
                .to_path_buf(),
            edition: target["edition"].as_str().unwrap_or("2015").to_string(),
            others: Vec::new(),
            test: None,
            package,
        }
    }
}

/// The words that name a topic on a command line.
pub fn crate_words(topic: &Topic) -> String {
    match topic.member {
        true => topic.name.clone(),
        false => quoted(&shown_path(&topic.path)),
    }
}

/// A source file that needs nothing but the standard library.
fn of_file(word: &str, edition: &str) -> Result<Subject> {
    let path = Path::new(word)
        .canonicalize()
        .map_err(|error| Error::usage(format!("cannot read {word}: {error}")))?;
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(Error::usage(format!("{word} is no file")));
    };
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let place = files_folder()?.join(folder_name(&stem, &path));
    Ok(Subject {
        name: stem.to_string(),
        topic: stem.to_string(),
        role: Role::Example,
        words: quoted(word),
        claims: None,
        claims_file: PathBuf::new(),
        file: PathBuf::from(name),
        edition: edition.to_string(),
        others: Vec::new(),
        test: None,
        package: Arc::new(Package::of_file(path.clone(), folder, place)),
    })
}

/// Keeps what is made of single files in its place, until it is dropped; nothing, if none of
/// the programs is one.
///
/// # Errors
///
/// The runner was interrupted while another one took away what is older, or the lock file
/// cannot be used.
pub fn claim_files(subjects: &[Subject]) -> Result<Option<Claim>> {
    match subjects.iter().all(|subject| subject.package.is_cargos()) {
        true => Ok(None),
        false => machine::claim(&files_folder()?, false).map(Some),
    }
}
