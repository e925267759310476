//! What cargo says of a package, and the tables of a generated manifest that say the same.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::folders::{crate_name, keep_folder};
use crate::cargo::cargo;
use crate::error::{Error, Result};
use crate::explore::unchanged::{CachedCommand, Inputs, KEPT};
use crate::text::shown_path;

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

    /// The lines of its `[features]` table.
    pub fn features(&self) -> String {
        let features = self.0["features"].as_object().into_iter().flatten();
        let line = |(name, enables)| format!("{} = {enables}\n", Value::from(name));
        features
            .map(|(name, enables)| line((name.as_str(), enables)))
            .collect()
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

    /// Its dependencies as tables of a manifest; empty if there are none.
    pub fn dependencies(&self) -> String {
        let mut text: String = self.listed().filter_map(dependency_table).collect();
        // A program beside a library uses it by its name.
        if let (Some(library), Some(folder)) = (self.targets("lib").next(), self.folder()) {
            let name = &library["name"];
            text += &format!("\n[dependencies.{name}]\npackage = {}\n", self.0["name"]);
            text += &format!("path = {}\n", Value::from(folder.to_string_lossy()));
        }
        text
    }

    /// The dependencies that cargo lists.
    fn listed(&self) -> impl Iterator<Item = &Value> {
        self.0["dependencies"].as_array().into_iter().flatten()
    }
}

/// A dependency as a table of a manifest; `None` for one that only tests use.
fn dependency_table(dependency: &Value) -> Option<String> {
    let table = match dependency["kind"].as_str() {
        None => "dependencies",
        Some("build") => "build-dependencies",
        Some(_) => return None,
    };
    let target = match dependency["target"].as_str() {
        Some(target) => format!("target.{}.", Value::from(target)),
        None => String::new(),
    };
    let name = match &dependency["rename"] {
        Value::Null => &dependency["name"],
        rename => rename,
    };
    let mut text = format!(
        "\n[{target}{table}.{name}]\npackage = {}\n",
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
    Some(text)
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
    let kept = CachedCommand::new(&keep_folder()?.join(KEPT), &command, "")?;
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
