//! Packages that have programs to explore: where their files are, and where they are built.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::files::rust_files;
use super::folders::{BUILD, folder_name};
use super::metadata::{Kind, PackageMetadata, aborts, replacements};
use crate::error::{Error, Result};
use crate::program;
use crate::text::shown_path;
use crate::workspace::{self, Topic, Workspace};

/// A package that has programs.
pub struct Package {
    /// The folder from which the compiler counts paths.
    pub root: PathBuf,
    /// Where everything that is made of it goes.
    pub place: PathBuf,
    /// Where cargo builds it.
    pub build: PathBuf,
    /// What tells it from a package of the same name that is built there as well.
    pub tag: String,
    /// What cargo says of it; `None` for a source file that is in no package.
    pub metadata: Option<PackageMetadata>,
    /// Where it comes from: its folder, or its only file.
    pub path: PathBuf,
    /// The tables of its workspace's manifest that replace packages by others.
    pub replaced: String,
    /// Where its workspace's manifest says that a panic ends the process, if it does.
    pub aborts: Option<String>,
    /// Which of its programs are meant.
    pub kind: Kind,
    /// Its features that are wanted beside the default ones.
    pub features: Vec<String>,
}

impl Package {
    /// The package of a topic. Answers to the exercises of a workspace share what they are built
    /// with.
    ///
    /// # Errors
    ///
    /// There is no package, or cargo does not say where it is.
    pub fn of_topic(topic: &Topic, metadata: &Value, shared: Option<&Workspace>) -> Result<Self> {
        let shown = shown_path(&topic.path);
        let own = PackageMetadata::find(metadata, &topic.path.join("Cargo.toml"))
            .ok_or_else(|| Error::usage(format!("{shown} is no package")))?;
        let path = |key: &str| metadata[key].as_str().map(PathBuf::from);
        let (Some(root), Some(target), Some(folder)) = (
            path("workspace_root"),
            path("target_directory"),
            own.folder(),
        ) else {
            return Err(Error::usage(format!("cargo does not say where {shown} is")));
        };
        let replaced = replacements(&root)?;
        let aborts = aborts(&root)?;
        // A member need not be inside its workspace's folder. The compiler counts from its own then.
        let root = match folder.starts_with(&root) {
            true => root,
            false => folder.clone(),
        };
        let package = Self {
            place: PathBuf::new(),
            build: PathBuf::new(),
            tag: String::new(),
            root,
            metadata: Some(own),
            path: folder,
            replaced,
            aborts,
            kind: Kind::Bin,
            features: Vec::new(),
        };
        match shared {
            Some(workspace) => package.among_answers(workspace),
            None => Ok(package.alone(topic, &workspace::as_cargo_says(&target))),
        }
    }

    /// A source file that is in no package, in the place where what is made of it goes.
    pub fn of_file(path: PathBuf, folder: &Path, place: PathBuf) -> Self {
        Self {
            root: folder.to_path_buf(),
            build: place.join(BUILD),
            tag: String::new(),
            place,
            metadata: None,
            path,
            replaced: String::new(),
            aborts: None,
            kind: Kind::Bin,
            features: Vec::new(),
        }
    }

    /// The same, of which programs of this kind are meant, with these features.
    ///
    /// # Errors
    ///
    /// It has no such feature; the message names the nearest one.
    pub fn with(self, kind: Kind, features: &[String]) -> Result<Self> {
        let known = self.metadata.iter().flat_map(PackageMetadata::features);
        let known: Vec<_> = known.map(|(name, _)| name.as_str()).collect();
        for feature in features {
            // Those of what it depends on are for cargo to find.
            if !feature.contains('/') && !known.contains(&feature.as_str()) {
                return Err(program::no_such("feature", feature, &known));
            }
        }
        Ok(Self {
            kind,
            features: features.to_vec(),
            ..self
        })
    }

    /// Built in a place of its own, in that target folder.
    fn alone(self, topic: &Topic, target: &Path) -> Self {
        let mut place = target.join("xtask").join("explore");
        // Others may have the same target folder, and files of the same names.
        if !target.starts_with(&self.root) {
            place.push(folder_name(&topic.name, &self.root));
        }
        Self {
            build: place.join(BUILD),
            place,
            ..self
        }
    }

    /// Built beside the topics, whose dependencies answers share, and perhaps beside the answers
    /// of another workspace.
    fn among_answers(self, workspace: &Workspace) -> Result<Self> {
        let explored = workspace.target().join("xtask").join("explore");
        // From there the compiler counts paths.
        let root = workspace.root.canonicalize();
        Ok(Self {
            place: explored.join(format!("answers-{}", workspace.tag())),
            build: explored.join(BUILD),
            root: root.map_err(Error::io("cannot find the folder of the workspace"))?,
            tag: workspace.tag() + "-",
            ..self
        })
    }

    /// The targets of its programs.
    pub fn programs(&self) -> impl Iterator<Item = &Value> {
        self.of_kind(self.kind)
    }

    /// The target of its program of this name.
    pub fn program(&self, name: &str) -> Option<&Value> {
        self.programs().find(|target| target["name"] == name)
    }

    /// The name of the program that `cargo run` runs, where it runs one of several.
    pub fn default_program<'p>(&'p self, own: &'p str) -> &'p str {
        let known = self.metadata.as_ref();
        known.and_then(PackageMetadata::default_run).unwrap_or(own)
    }

    /// Its targets of this kind that are programs: an example may be a library.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Value> {
        self.targets(kind.name()).filter(|target| {
            let mut types = target["crate_types"].as_array().into_iter().flatten();
            types.any(|known| known == "bin")
        })
    }

    /// The error of naming a program that it has not, or of naming none where it has not just one.
    pub fn no_program(&self, name: Option<&str>) -> Error {
        let names = |kind: Kind| -> Vec<&str> {
            let targets = self.of_kind(kind);
            targets
                .filter_map(|target| target["name"].as_str())
                .collect()
        };
        let (kind, shown) = (self.kind, shown_path(&self.path));
        let (known, others) = (names(kind), names(kind.other()));
        let noun = kind.noun();
        Error::usage(match name {
            Some(name) if others.contains(&name) => {
                let (other, flag) = (kind.other().noun(), kind.other().flag());
                format!("`{name}` is no {noun}; `{flag} {name}` explores the {other} of this name")
            }
            Some(name) if !known.is_empty() => return program::no_such(noun, name, &known),
            None if !known.is_empty() => format!(
                "{shown} has several programs; name one with `--bin`: {}",
                known.join(", ")
            ),
            _ if !others.is_empty() => format!(
                "{shown} has no {noun}; `{}` names one of these: {}",
                kind.other().flag(),
                others.join(", ")
            ),
            _ => format!(
                "{shown} has no program: there is no src/main.rs; `--tests` explores its tests"
            ),
        })
    }

    /// Nothing, if a target has the features that its manifest says it needs.
    ///
    /// # Errors
    ///
    /// One is missing; the message says which.
    pub fn has_features_for(&self, target: &Value) -> Result<()> {
        let enabled = self.metadata.as_ref();
        let enabled = enabled.map(|known| known.enabled(&self.features));
        let enabled = enabled.unwrap_or_default();
        let needed = target["required-features"].as_array().into_iter().flatten();
        let needed = needed.filter_map(Value::as_str);
        let missing: Vec<_> = needed.filter(|name| !enabled.contains(*name)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let name = target["name"].as_str().unwrap_or_default();
        let given = self.features.iter().map(String::as_str);
        let all: Vec<_> = given.chain(missing.iter().copied()).collect();
        Err(Error::usage(format!(
            "`{name}` needs the {} {}: write `--features {}`",
            if missing.len() == 1 {
                "feature"
            } else {
                "features"
            },
            missing.join(" and "),
            all.join(",")
        )))
    }

    /// The workspace that is made of it and its neighbours.
    pub fn workspace(&self) -> PathBuf {
        self.place.join("workspace")
    }

    /// The folder in which its programs run.
    pub fn folder(&self) -> &Path {
        match self.is_cargos() {
            true => &self.path,
            false => &self.root,
        }
    }

    /// Whether it is a package, and not a single source file.
    pub fn is_cargos(&self) -> bool {
        self.metadata.is_some()
    }

    /// Its targets of a kind: `bin`, `lib` or `custom-build`.
    pub fn targets(&self, kind: &str) -> impl Iterator<Item = &Value> {
        let known = self.metadata.iter();
        known.flat_map(move |known| known.targets(kind))
    }

    /// Whether it depends on other packages.
    pub fn depends(&self) -> bool {
        let known = self.metadata.as_ref();
        known.is_some_and(|known| !known.dependencies(self.kind).is_empty())
    }

    /// Whether `unsafe` code may be compiled into its programs, as far as is known before they are: it
    /// may be in another package, or in what a build script writes.
    pub fn may_be_unsafe(&self) -> bool {
        let has_word = |file: &Path| {
            let text = fs::read_to_string(file);
            // What cannot be read is looked at once it has been compiled.
            text.is_ok_and(|text| text.contains("unsafe"))
        };
        let has_script = self.targets("custom-build").next().is_some();
        let own = match self.is_cargos() {
            true => rust_files(&self.path).unwrap_or_default(),
            false => vec![self.path.clone()],
        };
        self.depends() || has_script || own.iter().any(|file| has_word(file))
    }
}
