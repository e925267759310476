//! What cargo says of a package, and the tables of a generated manifest that say the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use toml::de::DeTable;

use super::folders::crate_name;
use crate::cargo::cargo;
use crate::error::{Error, Result};
use crate::explore::unchanged::{CachedCommand, Inputs, KEPT};
use crate::home;
use crate::text::{line_and_column, shown_path};

/// What a program is to its package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One that the package installs.
    Bin,
    /// An example, which may use what tests do.
    Example,
}

impl Kind {
    /// As cargo calls its targets.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Bin => "bin",
            Kind::Example => "example",
        }
    }

    /// The flag that names one.
    pub fn flag(self) -> &'static str {
        match self {
            Kind::Bin => "--bin",
            Kind::Example => "--example",
        }
    }

    /// What a person calls it.
    pub fn noun(self) -> &'static str {
        match self {
            Kind::Bin => "program",
            Kind::Example => "example",
        }
    }

    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Kind::Bin => Kind::Example,
            Kind::Example => Kind::Bin,
        }
    }
}

/// What cargo says of a package.
pub struct PackageMetadata(Value);

impl PackageMetadata {
    /// The package whose manifest this is, in what cargo says of its workspace.
    pub fn find(metadata: &Value, manifest: &Path) -> Option<Self> {
        let manifest = manifest.canonicalize().ok()?;
        let mut packages = metadata["packages"].as_array().into_iter().flatten();
        let found = packages.find(|package| {
            let path = package["manifest_path"].as_str().map(Path::new);
            path.and_then(|path| path.canonicalize().ok()).as_ref() == Some(&manifest)
        });
        found.cloned().map(Self)
    }

    /// All packages of the workspace.
    pub fn all(metadata: &Value) -> Vec<Self> {
        let packages = metadata["packages"].as_array().into_iter().flatten();
        packages.cloned().map(Self).collect()
    }

    /// The package's folder, as cargo says it.
    pub fn folder(&self) -> Option<PathBuf> {
        let manifest = Path::new(self.0["manifest_path"].as_str()?);
        Some(manifest.parent()?.to_path_buf())
    }

    /// The package's name.
    pub fn name(&self) -> &str {
        self.0["name"].as_str().unwrap_or_default()
    }

    /// Its version, as a manifest has it.
    pub fn version(&self) -> String {
        self.0["version"].to_string()
    }

    /// The lines of a `[package]` table that cargo hands to the compiler as they stand.
    pub fn description(&self) -> String {
        let keys = [
            "authors",
            "description",
            "homepage",
            "repository",
            "license",
            "license-file",
            "readme",
            "rust-version",
        ];
        let lines = keys.map(|key| match &self.0[key.replace('-', "_")] {
            Value::Null => String::new(),
            value => format!("{key} = {value}\n"),
        });
        lines.concat()
    }

    /// The name of the program that `cargo run` runs, if the manifest says it.
    pub fn default_run(&self) -> Option<&str> {
        self.0["default_run"].as_str()
    }

    /// The targets of a kind: `bin`, `lib` or `custom-build`.
    pub fn targets(&self, kind: &str) -> impl Iterator<Item = &Value> {
        let targets = self.0["targets"].as_array().into_iter().flatten();
        targets.filter(move |target| {
            let kinds = target["kind"].as_array().into_iter().flatten();
            kinds.into_iter().any(|known| known == kind)
        })
    }

    /// Its features, each with what it enables.
    pub fn features(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0["features"].as_object().into_iter().flatten()
    }

    /// The features that are enabled where these are wanted beside the default ones.
    pub fn enabled(&self, wanted: &[String]) -> BTreeSet<String> {
        let mut open = wanted.to_vec();
        open.push("default".to_string());
        let mut enabled = BTreeSet::new();
        while let Some(feature) = open.pop() {
            let own = self.features().find(|(name, _)| **name == feature);
            let enables = own.and_then(|(_, enables)| enables.as_array());
            let enables = enables.into_iter().flatten().filter_map(Value::as_str);
            open.extend(
                enables
                    .map(str::to_string)
                    .filter(|name| !enabled.contains(name)),
            );
            enabled.insert(feature);
        }
        enabled
    }

    /// The lines of a `[features]` table of its programs of a kind, under which these are default ones,
    /// too. What is a feature of its library is one of the program beside it.
    pub fn features_table(&self, kind: Kind, wanted: &[String]) -> String {
        let library = self
            .targets("lib")
            .next()
            .and_then(|lib| lib["name"].as_str());
        let mut table: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        for (name, enables) in self.features() {
            let enables = enables.as_array().into_iter().flatten().cloned();
            let of_library = library.map(|library| Value::from(format!("{library}/{name}")));
            table.insert(name, enables.chain(of_library).collect());
        }
        // Examples have what tests depend on, be it optional to all else.
        let optional = self.listed().filter(|dependency| {
            let is_optional = kind == Kind::Example && dependency["optional"] == true;
            is_optional && self.for_tests().any(|other| is_same(dependency, other))
        });
        let optional = optional.map(|dependency| format!("dep:{}", key_of(dependency)));
        let wanted: Vec<_> = wanted.iter().cloned().chain(optional).collect();
        if !wanted.is_empty() {
            let wanted = wanted.into_iter().map(Value::from);
            table.entry("default").or_default().extend(wanted);
        }
        let line = |(name, enables)| format!("{} = {}\n", Value::from(name), Value::Array(enables));
        table.into_iter().map(line).collect()
    }

    /// The names by which its programs use other packages, as far as a manifest tells.
    pub fn dependency_names(&self) -> Vec<String> {
        let names = self.listed().filter_map(|dependency| {
            let rename = dependency["rename"].as_str();
            rename.or_else(|| dependency["name"].as_str())
        });
        let library = self.targets("lib").filter_map(|lib| lib["name"].as_str());
        names.chain(library).map(crate_name).collect()
    }

    /// The dependencies of its programs of a kind, as tables of a manifest; empty if there are none.
    pub fn dependencies(&self, kind: Kind) -> String {
        let for_all = self
            .listed()
            .filter(|dependency| dependency["kind"] != "dev");
        let mut all: Vec<Value> = for_all.cloned().collect();
        let mut of_library = Vec::new();
        for dependency in self.for_tests().filter(|_| kind == Kind::Example) {
            // What examples use stands in one table with what all use, with the features of both.
            match all.iter_mut().find(|known| is_same(known, dependency)) {
                Some(known) => join(known, dependency),
                None if dependency["name"] == self.0["name"] => {
                    of_library.extend(dependency["features"].as_array().cloned());
                }
                None => all.push(dependency.clone()),
            }
        }
        let mut text: String = all.iter().map(dependency_table).collect();
        // A program beside a library uses it by its name.
        if let (Some(library), Some(folder)) = (self.targets("lib").next(), self.folder()) {
            let name = &library["name"];
            text += &format!("\n[dependencies.{name}]\npackage = {}\n", self.0["name"]);
            text += &format!("path = {}\n", Value::from(folder.to_string_lossy()));
            text += &format!("features = {}\n", Value::Array(of_library.concat()));
        }
        text
    }

    /// Those of its dependencies that only tests and examples have.
    fn for_tests(&self) -> impl Iterator<Item = &Value> {
        self.listed()
            .filter(|dependency| dependency["kind"] == "dev")
    }

    /// The dependencies that cargo lists.
    fn listed(&self) -> impl Iterator<Item = &Value> {
        self.0["dependencies"].as_array().into_iter().flatten()
    }
}

/// Whether two dependencies of one package would have the same table.
fn is_same(one: &Value, other: &Value) -> bool {
    one["kind"].is_null()
        && ["name", "rename", "target"]
            .iter()
            .all(|key| one[*key] == other[*key])
}

/// Makes a dependency what it is to examples, for which another one says more of the same.
fn join(dependency: &mut Value, other: &Value) {
    if let (Some(features), Some(more)) = (
        dependency["features"].as_array_mut(),
        other["features"].as_array(),
    ) {
        features.extend(more.iter().cloned());
    }
    if other["uses_default_features"] == true {
        dependency["uses_default_features"] = Value::Bool(true);
    }
}

/// The name by which a manifest has a dependency.
fn key_of(dependency: &Value) -> &str {
    let rename = dependency["rename"].as_str();
    rename.or(dependency["name"].as_str()).unwrap_or_default()
}

/// A dependency as a table of a manifest.
fn dependency_table(dependency: &Value) -> String {
    let table = match dependency["kind"] == "build" {
        true => "build-dependencies",
        false => "dependencies",
    };
    let target = match dependency["target"].as_str() {
        Some(target) => format!("target.{}.", Value::from(target)),
        None => String::new(),
    };
    let name = key_of(dependency);
    let mut text = format!(
        "\n[{target}{table}.{}]\npackage = {}\n",
        Value::from(name),
        dependency["name"]
    );
    for (key, value) in [
        ("version", &dependency["req"]),
        ("features", &dependency["features"]),
        ("optional", &dependency["optional"]),
        ("default-features", &dependency["uses_default_features"]),
    ] {
        text += &format!("{key} = {value}\n");
    }
    for (key, value) in [
        ("path", &dependency["path"]),
        ("registry-index", &dependency["registry"]),
    ] {
        if !value.is_null() {
            text += &format!("{key} = {value}\n");
        }
    }
    let source = dependency["source"].as_str().unwrap_or_default();
    if let Some(url) = source.strip_prefix("git+") {
        let url = url.split('#').next().unwrap_or_default();
        let (url, query) = url.split_once('?').unwrap_or((url, ""));
        text += &format!("git = {}\n", Value::from(url));
        if let Some((key, value)) = query.split_once('=') {
            text += &format!("{key} = {}\n", Value::from(value));
        }
    }
    text
}

/// The `[patch]` and `[replace]` tables in the manifest of a workspace, as one elsewhere has them:
/// where a path counts from the workspace's folder, it is the whole one there.
///
/// # Errors
///
/// The manifest cannot be read, or is no TOML.
pub fn replacements(workspace: &Path) -> Result<String> {
    let manifest = workspace.join("Cargo.toml");
    let shown = shown_path(&manifest);
    let text = fs::read_to_string(&manifest).map_err(Error::io(format!("cannot read {shown}")))?;
    let table: toml::Table = text
        .parse()
        .map_err(|error| Error::usage(format!("{shown}: {error}")))?;
    let mut text = String::new();
    let mut add = |header: &str, packages: &toml::Table| {
        text += &format!("\n[{header}]\n");
        for (name, by) in packages {
            let mut by = by.clone();
            if let Some(path) = by.get_mut("path")
                && let Some(relative) = path.as_str()
            {
                *path = workspace
                    .join(relative)
                    .to_string_lossy()
                    .into_owned()
                    .into();
            }
            text += &format!("{} = {by}\n", Value::from(name.as_str()));
        }
    };
    let sources = table.get("patch").and_then(toml::Value::as_table);
    for (source, packages) in sources.into_iter().flatten() {
        if let Some(packages) = packages.as_table() {
            add(&format!("patch.{}", Value::from(source.as_str())), packages);
        }
    }
    if let Some(packages) = table.get("replace").and_then(toml::Value::as_table) {
        add("replace", packages);
    }
    Ok(text)
}

/// The place in the manifest of a workspace that says that a panic ends the process, in the profile with
/// which `cargo run` builds; nothing if a panic unwinds.
///
/// # Errors
///
/// The manifest cannot be read, or is no TOML.
pub fn aborts(workspace: &Path) -> Result<Option<String>> {
    let manifest = workspace.join("Cargo.toml");
    let shown = shown_path(&manifest);
    let text = fs::read_to_string(&manifest).map_err(Error::io(format!("cannot read {shown}")))?;
    let table = DeTable::parse(&text);
    let table = table.map_err(|error| Error::usage(format!("{shown}: {error}")))?;
    let profile = table.get_ref().get("profile");
    let dev = profile.and_then(|profile| profile.get_ref().get("dev"));
    let panic = dev.and_then(|dev| dev.get_ref().get("panic"));
    let abort = panic.filter(|panic| panic.get_ref().as_str() == Some("abort"));
    Ok(abort.map(|abort| {
        let (line, column) = line_and_column(&text, abort.span().start);
        format!("{shown}:{line}:{column}")
    }))
}

/// What cargo says of the package in a folder, and of its whole workspace.
///
/// # Errors
///
/// It is no package.
pub fn metadata(folder: &Path) -> Result<Value> {
    let manifest = folder.join("Cargo.toml");
    let mut command = Command::new(cargo());
    command
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .args(["--manifest-path", "Cargo.toml"])
        .current_dir(folder);
    let kept = CachedCommand::new(&home::kept()?.join(KEPT), &command, "")?;
    if let Some(metadata) = kept.answer() {
        return Ok(metadata);
    }
    let mut inputs = Inputs::new(folder, folder);
    let output = command.output().map_err(Error::io("cannot run cargo"))?;
    let metadata: Value = match serde_json::from_slice(&output.stdout) {
        Ok(metadata) if output.status.success() => metadata,
        _ => {
            return Err(Error::usage(format!(
                "{}: {}",
                shown_path(&manifest),
                String::from_utf8_lossy(&output.stderr).trim()
            )));
        }
    };
    let root = metadata["workspace_root"].as_str().map(Path::new);
    let text = root.and_then(|root| fs::read_to_string(root.join("Cargo.toml")).ok());
    let has_pattern = text.is_none_or(|text| text.contains('*'));
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let manifest = package["manifest_path"].as_str().map(Path::new);
        let Some(folder) = manifest.and_then(Path::parent) else {
            continue;
        };
        inputs.package(folder);
        // A new program is a new name in one of these.
        let programs = folder.join("src/bin");
        let entries = fs::read_dir(&programs).into_iter().flatten().flatten();
        entries.for_each(|entry| inputs.file(entry.path()));
        inputs.file(folder.join("src"));
        inputs.file(programs);
        // A new member may be one beside this one.
        if let Some(beside) = folder
            .parent()
            .filter(|_| has_pattern && Some(folder) != root)
        {
            inputs.file(beside.to_path_buf());
        }
    }
    kept.keep(inputs, &metadata);
    Ok(metadata)
}
