//! The crates that a person names: topics of a workspace, or packages of a project.

use std::env;
use std::path::Path;

use super::metadata::{PackageMetadata, metadata};
use crate::error::{Error, Result};
use crate::program;
use crate::text::{quoted, shown_path};
use crate::workspace::{Topic, Workspace};

/// Among which crates a person chooses.
pub enum Among<'w> {
    /// `cargo xtask explore`: topics, and crates elsewhere by their folders.
    Topics(&'w Workspace),
    /// `cargo explore`: the packages of the workspace in which it was started.
    Packages,
}

/// A crate, and the command that explores it.
pub struct NamedCrate {
    /// The crate.
    pub topic: Topic,
    /// The command, up to the words that name the crate.
    pub command: String,
}

impl NamedCrate {
    /// A crate that this command explores, by its name or its folder.
    pub fn new(topic: Topic, command: &str) -> Self {
        let word = match topic.member {
            true => topic.name.clone(),
            false => quoted(&shown_path(&topic.path)),
        };
        let command = format!("{command} {word}");
        Self { topic, command }
    }
}

impl<'w> Among<'w> {
    /// The command that explores topics.
    pub const TOPICS: &'static str = "cargo xtask explore";

    /// The command that a person has given.
    pub fn command(&self) -> &'static str {
        match self {
            Among::Topics(_) => Self::TOPICS,
            Among::Packages => "cargo explore",
        }
    }

    /// The crates that these words mean, all topics without a word; or of a project the package of this
    /// name, and without a name the one in whose folder the command was given.
    ///
    /// # Errors
    ///
    /// There is none; the message names the nearest one, or all.
    pub fn crates(&self, words: &[String], package: Option<&str>) -> Result<Vec<NamedCrate>> {
        match (self, words) {
            (Among::Topics(workspace), _) => {
                let topics = workspace.select(words)?.into_iter();
                Ok(topics
                    .map(|topic| NamedCrate::new(topic, self.command()))
                    .collect())
            }
            (Among::Packages, []) => Ok(vec![self.package(package)?]),
            (Among::Packages, [word, ..]) => Err(Error::usage(format!(
                "`{word}` is no source file; `--package`, `--bin` and `--example` say what is \
                 explored, and behind `--tests` stand parts of the names of tests"
            ))),
        }
    }

    /// The one crate that this word means, or of a project the package of this name; without one, the
    /// crate in this folder.
    ///
    /// # Errors
    ///
    /// There is none, or more than one; the message says which.
    pub fn one_crate(&self, name: Option<&str>) -> Result<NamedCrate> {
        match self {
            Among::Topics(workspace) => {
                let topic = workspace.select_one(name.unwrap_or("."))?;
                Ok(NamedCrate::new(topic, self.command()))
            }
            Among::Packages => self.package(name),
        }
    }

    /// The workspace beside whose topics a crate is built, if it is an answer to one of its exercises.
    pub fn shares_builds(&self, topic: &Topic) -> Option<&'w Workspace> {
        let Among::Topics(workspace) = self else {
            return None;
        };
        let is_answer = |folder: &Path| is_same(folder, &workspace.practice());
        let is_answer = topic.path.parent().is_some_and(is_answer);
        is_answer.then_some(workspace)
    }

    /// The package of this name in the workspace in which the command was given, or else the one in
    /// whose folder that was.
    fn package(&self, name: Option<&str>) -> Result<NamedCrate> {
        let here = env::current_dir().map_err(Error::io("cannot find this folder"))?;
        let mut above = here.ancestors();
        let folder = above.find(|folder| folder.join("Cargo.toml").exists());
        let folder = folder.ok_or_else(|| {
            Error::usage(format!(
                "there is no Cargo.toml in this folder or above it; go to a package, or name a source \
                 file: `{} FILE.rs`",
                self.command()
            ))
        })?;
        let metadata = metadata(folder)?;
        let own = PackageMetadata::find(&metadata, &folder.join("Cargo.toml"));
        let all = PackageMetadata::all(&metadata);
        let names: Vec<_> = all.iter().map(PackageMetadata::name).collect();
        let found = match (name, &own, &all[..]) {
            (Some(name), _, _) => {
                let found = all.iter().find(|package| package.name() == name);
                found.ok_or_else(|| program::no_such("package", name, &names))?
            }
            (None, Some(own), _) | (None, None, [own]) => own,
            (None, None, _) => {
                return Err(Error::usage(format!(
                    "this is the folder of a workspace, and of no package; name one with \
                     `--package`: {}",
                    names.join(", ")
                )));
            }
        };
        let is_own = own.as_ref().is_some_and(|own| own.name() == found.name());
        self.named(found, is_own || all.len() == 1)
    }

    /// A package, which needs a name on the command line unless it is the default one.
    fn named(&self, package: &PackageMetadata, is_default: bool) -> Result<NamedCrate> {
        let name = package.name();
        let folder = package.folder();
        let path =
            folder.ok_or_else(|| Error::usage(format!("cargo does not say where {name} is")))?;
        let command = match is_default {
            true => self.command().to_string(),
            false => format!("{} --package {name}", self.command()),
        };
        let topic = Topic {
            name: name.to_string(),
            section: String::new(),
            path,
            member: false,
        };
        Ok(NamedCrate { topic, command })
    }
}

/// Whether two paths lead to the same folder.
fn is_same(one: &Path, other: &Path) -> bool {
    let both = one.canonicalize().ok().zip(other.canonicalize().ok());
    both.is_some_and(|(one, other)| one == other)
}
