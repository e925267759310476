//! Building answers: all with one call of cargo, beside the topics, whose dependencies they
//! share.

use std::fs;
use std::path::Path;

use super::answer::Answer;
use crate::cargo::{self, TopicBuild};
use crate::error::{Error, Result};
use crate::explore::source::write_changed;
use crate::text::shown_path;
use crate::workspace::{Topic, Workspace};

/// Builds answers, in a workspace of packages that are each made of an answer's manifest and its
/// source; returns what became of each.
///
/// # Errors
///
/// A file cannot be read or written, or the runner was interrupted.
pub fn build(workspace: &Workspace, answers: &[Answer<'_>]) -> Result<Vec<TopicBuild>> {
    let place = workspace.practice().join(".answers");
    let mut built: Vec<TopicBuild> = answers.iter().map(|_| TopicBuild::default()).collect();
    let mut packages = Vec::new();
    for (index, answer) in answers.iter().enumerate() {
        let name = program_name(workspace, answer);
        match manifest(answer, &name) {
            Ok(manifest) => {
                let folder = place.join(&name);
                write(&folder.join("Cargo.toml"), &manifest)?;
                let package = Topic {
                    name,
                    path: folder,
                    member: true,
                    ..answer.topic()
                };
                packages.push((index, package));
            }
            Err(Error::Usage(what)) => built[index].errors.push(format!("error: {what}\n")),
            Err(other) => return Err(other),
        }
    }
    let names = packages.iter().map(|(_, package)| &package.name);
    let members: String = names.map(|name| format!("    \"{name}\",\n")).collect();
    let profiles = profiles(workspace)?;
    let root = format!("[workspace]\nresolver = \"3\"\nmembers = [\n{members}]\n\n{profiles}");
    write(&place.join("Cargo.toml"), &root)?;
    workspace.copy_lock(&place)?;
    let (places, packages): (Vec<_>, Vec<_>) = packages.into_iter().unzip();
    let outcomes = cargo::build(&place, &packages, Some(&workspace.target()))?;
    for (index, mut outcome) in places.into_iter().zip(outcomes) {
        let answer = &answers[index];
        if let Some(program) = outcome.programs.remove(&program_name(workspace, answer)) {
            let name = answer.exercise.name.clone();
            outcome.programs.insert(name, program);
        }
        // The compiler names files elsewhere by their whole paths.
        let folder = answer.folder.to_string_lossy();
        for error in &mut outcome.errors {
            *error = error.replace(&*folder, &shown_path(&answer.folder));
        }
        built[index] = outcome;
    }
    Ok(built)
}

/// The profiles in the manifest of the workspace. With others, cargo would build again what the
/// topics depend on.
fn profiles(workspace: &Workspace) -> Result<String> {
    let file = workspace.root.join("Cargo.toml");
    let shown = shown_path(&file);
    let text = fs::read_to_string(&file).map_err(Error::io(format!("cannot read {shown}")))?;
    let mut table: toml::Table = text
        .parse()
        .map_err(|error| Error::usage(format!("{shown}: {error}")))?;
    table.retain(|key, _| key == "profile");
    let profiles = table.get_mut("profile").and_then(toml::Value::as_table_mut);
    for (_, profile) in profiles.into_iter().flatten() {
        // Cargo warns of packages that are not there.
        if let Some(profile) = profile.as_table_mut() {
            profile.remove("package");
        }
    }
    Ok(table.to_string())
}

/// The name of an answer's program. The pitfall has the name of the exercise, and another workspace
/// may have answers in the same target folder.
fn program_name(workspace: &Workspace, answer: &Answer<'_>) -> String {
    format!("answer-{}-{}", workspace.tag(), answer.exercise.name)
}

/// Writes a file, and makes its folder if need be.
///
/// # Errors
///
/// It cannot be written.
pub fn write(file: &Path, text: &str) -> Result<()> {
    let cannot = || Error::io(format!("cannot write {}", shown_path(file)));
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(cannot())?;
    }
    write_changed(file, text.as_bytes()).map_err(cannot())
}

/// An answer's manifest, as that of a package elsewhere which is made of its source.
fn manifest(answer: &Answer<'_>, name: &str) -> Result<String> {
    let folder = &answer.folder;
    let file = folder.join("Cargo.toml");
    let shown = shown_path(&file);
    let text = fs::read_to_string(&file).map_err(Error::io(format!("cannot read {shown}")))?;
    let mut table: toml::Table = text
        .parse()
        .map_err(|error| Error::usage(format!("{shown}: {error}")))?;
    // Only the root of a workspace has these.
    for key in ["workspace", "profile", "patch", "replace"] {
        table.remove(key);
    }
    let path = |file: &str| toml::Value::from(folder.join(file).to_string_lossy().into_owned());
    if let Some(package) = table.get_mut("package").and_then(toml::Value::as_table_mut) {
        package.insert("name".to_string(), name.into());
        if folder.join("build.rs").exists() {
            package.insert("build".to_string(), path("build.rs"));
        }
    }
    if let Some(dependencies) = table.get_mut("dependencies") {
        let dependencies = dependencies.as_table_mut().into_iter().flatten();
        for (_, dependency) in dependencies {
            if let Some(relative) = dependency.get("path").and_then(toml::Value::as_str) {
                let whole = path(relative);
                dependency["path"] = whole;
            }
        }
    }
    let program = [
        ("name".to_string(), name.into()),
        ("path".to_string(), path("src/main.rs")),
    ];
    let program = toml::Table::from_iter(program);
    table.insert("bin".to_string(), vec![program].into());
    if folder.join("src/lib.rs").exists() {
        let library = toml::Table::from_iter([("path".to_string(), path("src/lib.rs"))]);
        table.insert("lib".to_string(), library.into());
    }
    Ok(table.to_string())
}
