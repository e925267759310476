//! What a person wants to explore: words, and the programs that they name.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use super::folders::{files_folder, folder_name};
use super::metadata::{Kind, metadata};
use super::named::{Among, NamedCrate};
use super::package::Package;
use super::subject::Subject;
use crate::error::{Error, Result};
use crate::machine::{self, Claim};
use crate::program::{self, Role};
use crate::text::{quoted, shown_path};
use crate::workspace::{Topic, Workspace};

/// What a person wants to explore.
#[derive(Default)]
pub struct Wanted {
    /// Topics' names, parts of names, crates' folders, or source files. Without one it is all topics,
    /// or the package in whose folder the command was given.
    pub words: Vec<String>,
    /// Another package of its workspace.
    pub package: Option<String>,
    /// Only this program of them.
    pub program: Option<(Kind, String)>,
    /// Features beside the default ones.
    pub features: Vec<String>,
    /// The edition that source files are written in.
    pub edition: Option<String>,
}

impl Wanted {
    /// What the programs are to the package.
    fn kind(&self) -> Kind {
        self.program.as_ref().map_or(Kind::Bin, |(kind, _)| *kind)
    }

    /// The name of the only one.
    fn name(&self) -> Option<&str> {
        self.program.as_ref().map(|(_, name)| name.as_str())
    }
}

/// The programs that a person wants to explore.
///
/// # Errors
///
/// A word means nothing, there is no program of that name, or an invariants file is wrong.
pub fn subjects(among: &Among<'_>, wanted: &Wanted) -> Result<Vec<Subject>> {
    let (files, words): (Vec<_>, Vec<_>) = wanted.words.iter().cloned().partition(|word| {
        Path::new(word)
            .extension()
            .is_some_and(|extension| extension == "rs")
    });
    let is_example = wanted.kind() == Kind::Example;
    let of_packages = wanted.package.is_some() || !wanted.features.is_empty() || is_example;
    if let Some(file) = files.first().filter(|_| of_packages) {
        return Err(Error::usage(format!(
            "`--package`, `--features` and `--example` are about packages, and {file} is a source file"
        )));
    }
    let crates = match words.is_empty() && !files.is_empty() {
        true => Vec::new(),
        false => among.crates(&words, wanted.package.as_deref())?,
    };
    if let (Some(edition), [named, ..]) = (&wanted.edition, &crates[..]) {
        let name = &named.topic.name;
        return Err(Error::usage(format!(
            "`--edition {edition}` is for source files; the manifest of {name} says which it has"
        )));
    }
    let mut known: Option<Value> = None;
    let mut subjects = Vec::new();
    for named in &crates {
        let topic = &named.topic;
        let metadata = match &known {
            Some(metadata) if topic.member => metadata.clone(),
            _ => metadata(&topic.path)?,
        };
        if topic.member {
            known = Some(metadata.clone());
        }
        let shared = among.shares_builds(topic);
        subjects.extend(of_crate(named, &metadata, wanted, shared)?);
    }
    for file in &files {
        let edition = wanted.edition.as_deref().unwrap_or("2024");
        subjects.push(of_file(file, edition, among)?);
    }
    if let Some(name) = wanted.name() {
        let names: Vec<_> = subjects
            .iter()
            .map(|subject| subject.name.as_str())
            .collect();
        if !names.contains(&name) {
            return Err(program::no_such(wanted.kind().noun(), name, &names));
        }
        subjects.retain(|subject| subject.name == name);
    }
    Ok(subjects)
}

/// A crate of this repository, as its runner names it.
fn of_workspace(topic: &Topic) -> NamedCrate {
    NamedCrate::new(topic.clone(), Among::TOPICS)
}

/// The program of an answer to an exercise.
///
/// # Errors
///
/// It is no package, or its `invariants.toml` is wrong.
pub fn of_answer(workspace: &Workspace, answer: &Topic) -> Result<Subject> {
    let (named, metadata) = (of_workspace(answer), metadata(&answer.path)?);
    let subjects = of_crate(&named, &metadata, &Wanted::default(), Some(workspace));
    Ok(subjects?.swap_remove(0))
}

/// A pitfall of a topic.
///
/// # Errors
///
/// It is no package, or its `invariants.toml` is wrong.
pub fn of_pitfall(topic: &Topic, name: &str) -> Result<Option<Subject>> {
    let wanted = Wanted {
        program: Some((Kind::Bin, name.to_string())),
        ..Wanted::default()
    };
    let metadata = metadata(&topic.path)?;
    let subjects = of_crate(&of_workspace(topic), &metadata, &wanted, None)?;
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

/// A crate's programs: those that its invariants name, or without them those of its package.
fn of_crate(
    named: &NamedCrate,
    metadata: &Value,
    wanted: &Wanted,
    shared: Option<&Workspace>,
) -> Result<Vec<Subject>> {
    let package = Package::of_topic(&named.topic, metadata, shared)?;
    let package = Arc::new(package.with(wanted.kind(), &wanted.features)?);
    let programs = Programs { named, package };
    let has_claims = named.topic.invariants_file().exists();
    match has_claims && wanted.kind() == Kind::Bin {
        true => programs.with_claims(),
        false => Ok(vec![programs.without_claims(wanted.name())?]),
    }
}

/// The programs of a package.
struct Programs<'t> {
    named: &'t NamedCrate,
    package: Arc<Package>,
}

impl Programs<'_> {
    /// Those that the invariants beside the package name.
    fn with_claims(&self) -> Result<Vec<Subject>> {
        let topic = &self.named.topic;
        let programs = program::to_check(topic).map_err(|details| {
            let file = shown_path(&topic.invariants_file());
            Error::usage(format!("{file} is wrong\n{details}"))
        })?;
        let subjects = programs.into_iter().map(|program| {
            let name = &program.name;
            let target = self.package.program(name).ok_or_else(|| {
                let shown = shown_path(&topic.path);
                Error::usage(format!("{shown} has no program `{name}`"))
            })?;
            let is_default = *name == topic.name;
            let mut subject = self.subject(name, is_default, target)?;
            (subject.role, subject.claims) = (program.role, program.ready.ok());
            Ok(subject)
        });
        subjects.collect()
    }

    /// The one of this name, or else the one that `cargo run` would run, or the only one.
    fn without_claims(&self, name: Option<&str>) -> Result<Subject> {
        let default = self.package.default_program(&self.named.topic.name);
        let wanted = name.unwrap_or(default);
        let targets: Vec<&Value> = self.package.programs().collect();
        let found = self.package.program(wanted).or(match &targets[..] {
            [only] if name.is_none() => Some(only),
            _ => None,
        });
        let target = found.ok_or_else(|| self.package.no_program(name))?;
        let found = target["name"].as_str().unwrap_or_default();
        let is_default = found == self.named.topic.name && found == default;
        let mut subject = self.subject(found, is_default, target)?;
        if name.is_none() {
            let names = targets.iter().filter_map(|target| target["name"].as_str());
            let others = names.filter(|other| *other != found);
            subject.others = others.map(str::to_string).collect();
        }
        Ok(subject)
    }

    /// A program, as one without claims; the default one needs no name on a command line.
    fn subject(&self, name: &str, is_default: bool, target: &Value) -> Result<Subject> {
        let (topic, package) = (&self.named.topic, self.package.clone());
        package.has_features_for(target)?;
        let file = Path::new(target["src_path"].as_str().unwrap_or_default());
        let mut command = self.named.command.clone();
        if !is_default || package.kind != Kind::Bin {
            command += &format!(" {} {}", package.kind.flag(), quoted(name));
        }
        if !package.features.is_empty() {
            command += &format!(" --features {}", quoted(&package.features.join(",")));
        }
        Ok(Subject {
            name: name.to_string(),
            topic: topic.name.clone(),
            role: Role::Example,
            command,
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
        })
    }
}

/// A source file that needs nothing but the standard library.
fn of_file(word: &str, edition: &str, among: &Among<'_>) -> Result<Subject> {
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
        command: format!("{} {}", among.command(), quoted(word)),
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
