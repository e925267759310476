//! Packages that have programs to explore: where their files are, and where they are built.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::files::rust_files;
use super::folders::{BUILD, folder_name};
use super::metadata::{PackageMetadata, replacements};
use crate::error::{Error, Result};
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
        }
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

    /// The target of its program of this name.
    pub fn program(&self, name: &str) -> Option<&Value> {
        self.targets("bin").find(|target| target["name"] == name)
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
        known.is_some_and(|known| !known.dependencies().is_empty())
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
