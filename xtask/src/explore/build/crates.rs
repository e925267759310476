//! The source files of all crates that are compiled into a program.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::cargo::cargo;
use crate::error::{Error, Result};
use crate::messages::Artifact;

/// The kinds of dependencies that are compiled into something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Used {
    /// Into programs.
    ByPrograms,
    /// Into tests, which may have more.
    ByTests,
}

/// The crates of a build, each with the source files that the compiler has read for it.
pub struct Crates<'b> {
    workspace: &'b Path,
    /// The folder from which cargo finds its configuration.
    folder: &'b Path,
    host: &'b str,
    /// For each package its folder, and what the compiler lists for make.
    packages: BTreeMap<String, (PathBuf, Vec<PathBuf>)>,
    /// What each package is built with, where that is known.
    dependencies: BTreeMap<String, Vec<String>>,
}

impl<'b> Crates<'b> {
    /// No crates yet of a build in that workspace, for which cargo finds its configuration from the
    /// folder.
    pub fn new(workspace: &'b Path, folder: &'b Path, host: &'b str) -> Self {
        Self {
            workspace,
            folder,
            host,
            packages: BTreeMap::new(),
            dependencies: BTreeMap::new(),
        }
    }

    /// Takes in that a crate has been built, or need not be. What runs only while building is
    /// built for no target, and so elsewhere.
    pub fn add(&mut self, artifact: &Artifact) {
        let Some(of_package) = &artifact.folder else {
            return;
        };
        for file in &artifact.files {
            let name = file.file_stem().map(|stem| stem.to_string_lossy());
            // There may be a copy with another name elsewhere, beside which the list is not.
            let is_library = file
                .extension()
                .is_some_and(|extension| extension == "rmeta");
            let (Some(name), Some(folder)) = (name, file.parent()) else {
                continue;
            };
            if is_library && file.components().any(|part| part.as_os_str() == self.host) {
                let listed = folder
                    .join(name.strip_prefix("lib").unwrap_or(&name))
                    .with_extension("d");
                let known = self.packages.entry(artifact.package.clone());
                let (_, lists) = known.or_insert((of_package.clone(), Vec::new()));
                lists.push(listed);
            }
        }
    }

    /// Asks cargo which packages each package is built with.
    ///
    /// # Errors
    ///
    /// Cargo does not say it.
    pub fn find_dependencies(&mut self, used: Used) -> Result<()> {
        let output = Command::new(cargo())
            .args([
                "metadata",
                "--format-version",
                "1",
                "--filter-platform",
                self.host,
            ])
            .arg("--manifest-path")
            .arg(self.workspace.join("Cargo.toml"))
            .current_dir(self.folder)
            .output()
            .map_err(Error::io("cannot run cargo"))?;
        let metadata: Value = serde_json::from_slice(&output.stdout).map_err(|_| {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_string();
            Error::Broken(format!("cargo does not say what depends on what: {said}"))
        })?;
        for node in metadata["resolve"]["nodes"]
            .as_array()
            .into_iter()
            .flatten()
        {
            let is_used = |dependency: &&Value| {
                let kinds = dependency["dep_kinds"].as_array().into_iter().flatten();
                kinds.into_iter().any(|kind| {
                    kind["kind"].is_null() || used == Used::ByTests && kind["kind"] == "dev"
                })
            };
            let all = node["deps"].as_array().into_iter().flatten();
            let all = all
                .filter(is_used)
                .filter_map(|dependency| dependency["pkg"].as_str());
            let id = node["id"].as_str().unwrap_or_default().to_string();
            self.dependencies
                .insert(id, all.map(str::to_string).collect());
        }
        Ok(())
    }

    /// The source files of all that is compiled into the programs of the package in this folder,
    /// those of the package first.
    ///
    /// # Errors
    ///
    /// A list of files cannot be read.
    pub fn sources(&self, folder: &Path) -> Result<Vec<PathBuf>> {
        let mut own = self.packages.iter();
        match own.find(|(_, (known, _))| known == folder) {
            Some((id, _)) => self.sources_of(id),
            None => Ok(Vec::new()),
        }
    }

    /// The source files of all that is compiled into a test, those that this list of the compiler has
    /// first.
    ///
    /// # Errors
    ///
    /// A list of files cannot be read.
    pub fn sources_of_test(&self, test: &Artifact, list: &Path) -> Result<Vec<PathBuf>> {
        let folder = test.folder.as_deref().unwrap_or(self.workspace);
        let mut files = self.listed(list, folder)?;
        files.append(&mut self.sources_of(&test.package)?);
        Ok(files)
    }

    /// The source files of the libraries of this package and of all that it is built with.
    fn sources_of(&self, package: &str) -> Result<Vec<PathBuf>> {
        let mut found: Vec<&str> = vec![package];
        let mut next = 0;
        while let Some(id) = found.get(next) {
            for id in self.dependencies.get(*id).into_iter().flatten() {
                if !found.contains(&id.as_str()) {
                    found.push(id);
                }
            }
            next += 1;
        }
        let mut files = Vec::new();
        for (folder, lists) in found.into_iter().filter_map(|id| self.packages.get(id)) {
            for list in lists {
                files.append(&mut self.listed(list, folder)?);
            }
        }
        Ok(files)
    }

    /// The files that the compiler lists as those that a crate is made of.
    fn listed(&self, list: &Path, folder: &Path) -> Result<Vec<PathBuf>> {
        let text = fs::read_to_string(list)
            .map_err(Error::io(format!("cannot read {}", list.display())))?;
        // The last paragraph has each file by itself: `src/lib.rs:`.
        let files = text.lines().filter_map(|line| line.strip_suffix(':'));
        let files = files.map(|file| file.replace("\\ ", " "));
        let found = files.map(|file| match self.workspace.join(&file) {
            there if there.exists() => there,
            _ => folder.join(file),
        });
        Ok(found.collect())
    }
}
