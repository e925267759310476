//! `cargo xtask copy`: a topic's folder on its own, proven to build, run and hold.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::batch::{self, Settings};
use crate::cargo;
use crate::error::{ALL_HOLD, Error, Result};
use crate::flags::{Command, Flag, TOPICS, Words};
use crate::program;
use crate::report;
use crate::text::say::say;
use crate::text::style::{DIM, GREEN};
use crate::text::{quoted, shown_path};
use crate::workspace::{Topic, Workspace};

/// The command.
pub const COMMAND: Command = Command {
    name: "copy",
    takes: "TOPIC DEST  |  --all DEST",
    about: "a standalone copy that is proven to build, to run and to keep its invariants",
    flags: &[&[Flag::alone(
        "--all",
        "a copy of every topic, each in a folder of its own in DEST",
    )]],
    notes: &[TOPICS],
    run,
};

fn run(mut words: Words) -> Result<u8> {
    const DEST: &str = "a folder to make";
    if words.has("--all") {
        let [dest] = words.exactly([DEST])?;
        copy(None, Path::new(&dest))
    } else {
        let [topic, dest] = words.exactly(["the name of a topic", DEST])?;
        copy(Some(&topic), Path::new(&dest))
    }
}

/// Copies one topic to `dest`, or all of them into it; returns the status to end with.
///
/// # Errors
///
/// There is no such topic, `dest` exists, or the copy does not build, run and hold by
/// itself; nothing is left of it then.
fn copy(topic: Option<&str>, dest: &Path) -> Result<u8> {
    let workspace = Workspace::find()?;
    if fs::symlink_metadata(dest).is_ok() {
        return Err(Error::usage(format!(
            "{} exists already, and is left as it is; name a folder that does not",
            dest.display()
        )));
    }
    if let Some(parent) = dest.parent().filter(|parent| *parent != Path::new(""))
        && !parent.is_dir()
    {
        return Err(Error::usage(format!(
            "cannot make {}: the folder {} does not exist",
            dest.display(),
            parent.display()
        )));
    }
    // Cargo would take it for a part of the workspace, and refuse it as one.
    let parent = match dest.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let root = workspace.root.canonicalize();
    if let (Ok(parent), Ok(root)) = (parent.canonicalize(), root)
        && parent.starts_with(root)
    {
        return Err(Error::usage(format!(
            "{} is inside this workspace, and could not stand alone; name a folder outside",
            dest.display()
        )));
    }
    // Each copy is built by itself, but what several of them depend on is built once.
    let target = Passing(beside(dest, "target"));
    fs::create_dir(&target.0).map_err(cannot_make(&target.0))?;
    match topic {
        Some(topic) => {
            copy_one(&workspace, &workspace.select_one(topic)?, dest, &target.0)?;
            let folder = quoted(&shown_path(dest));
            say(format!("    {DIM}cd {folder} && cargo run{DIM:#}"))?;
        }
        None => {
            fs::create_dir(dest).map_err(cannot_make(dest))?;
            for topic in &workspace.topics {
                copy_one(&workspace, topic, &dest.join(&topic.name), &target.0)?;
            }
        }
    }
    Ok(ALL_HOLD)
}

fn cannot_make(folder: &Path) -> impl FnOnce(io::Error) -> Error {
    let shown = folder.display().to_string();
    move |error| Error::usage(format!("cannot make {shown}: {error}"))
}

/// The folder that stands beside a copy for as long as it is made.
fn beside(dest: &Path, what: &str) -> PathBuf {
    let name = dest.file_name().unwrap_or_default().to_string_lossy();
    dest.with_file_name(format!(".{name}.{what}"))
}

/// Copies one topic, which is built in this target folder.
fn copy_one(workspace: &Workspace, topic: &Topic, dest: &Path, target: &Path) -> Result<()> {
    // Beside the destination, so that a copy that is proven needs only a new name,
    // and one that is not never has that name.
    let draft = Passing(beside(dest, "unproven"));
    fs::create_dir(&draft.0).map_err(cannot_make(&draft.0))?;
    copy_folder(&topic.path, &draft.0)
        .map_err(Error::io(format!("cannot copy {}", topic.path.display())))?;
    bring_schema(&draft.0).map_err(Error::io("cannot bring the schema along"))?;
    let lock = workspace.root.join("Cargo.lock");
    if topic.member && lock.exists() {
        // Cargo takes out what the copy does not need, and keeps the versions.
        fs::copy(&lock, draft.0.join("Cargo.lock")).map_err(Error::io("cannot copy Cargo.lock"))?;
    }

    let copied = Topic {
        path: draft.0.clone(),
        member: false,
        ..topic.clone()
    };
    let built = cargo::build(&workspace.root, std::slice::from_ref(&copied), Some(target))?;
    let programs = program::programs(vec![copied], built);
    let settings = Settings::default();
    let batch = batch::run(&programs, &settings, Instant::now(), &mut report::silent())?;
    let summary = &batch.summary;
    if summary.interrupted {
        return Err(Error::Interrupted);
    }
    if summary.failed > 0 {
        // The draft is gone; what is wrong is wrong with the topic as well.
        let draft = draft.0.display().to_string();
        let failures = batch.failures(&programs);
        return Err(Error::Broken(format!(
            "a copy of {} does not hold by itself, and was removed\n\n{}",
            topic.name,
            failures.replace(&draft, &shown_path(&topic.path))
        )));
    }
    fs::rename(&draft.0, dest).map_err(cannot_make(dest))?;
    let (rules, shown) = (summary.rules, shown_path(dest));
    say(format!(
        "{GREEN}ok{GREEN:#}  {} is now {shown}: it builds by itself, and {rules} rules hold",
        topic.name
    ))?;
    Ok(())
}

/// Copies a crate's folder, without what was built in it.
fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let copy = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            if entry.file_name() != "target" {
                fs::create_dir(&copy)?;
                copy_folder(&entry.path(), &copy)?;
            }
        } else {
            fs::copy(entry.path(), copy)?;
        }
    }
    Ok(())
}

/// Copies the schema that editors read beside the file that names it: from the copy, the path
/// into this workspace leads nowhere.
fn bring_schema(copy: &Path) -> io::Result<()> {
    const SCHEMA: &str = "invariants.schema.json";
    let file = copy.join("invariants.toml");
    // What else may be wrong with it is said when it is checked.
    let text = fs::read_to_string(&file).unwrap_or_default();
    let first = text.lines().next().unwrap_or_default();
    if !first.starts_with("#:schema ") {
        return Ok(());
    }
    fs::write(&file, format!("#:schema {SCHEMA}{}", &text[first.len()..]))?;
    fs::write(copy.join(SCHEMA), invariants::json_schema())
}

/// A folder that goes away, unless it has another name by then.
struct Passing(PathBuf);

impl Drop for Passing {
    fn drop(&mut self) {
        let Err(error) = fs::remove_dir_all(&self.0) else {
            return;
        };
        if error.kind() != io::ErrorKind::NotFound {
            anstream::eprintln!("cannot remove {}: {error}", self.0.display());
        }
    }
}
