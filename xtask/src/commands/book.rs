//! `cargo xtask book`: the site, made of what stands in the repository.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};

use crate::book;
use crate::cargo;
use crate::error::{ALL_HOLD, Error, Result};
use crate::flags::{Command, Flag, TOPICS, Words};
use crate::machine;
use crate::process::Group;
use crate::text::say::say;
use crate::text::shown_path;
use crate::text::style::GREEN;
use crate::workspace::Workspace;

/// The command.
pub const COMMAND: Command = Command {
    name: "book",
    takes: "[TOPIC...] [--out DIR] [--open]",
    about: "a site of all topics, with what their programs print as it is made",
    flags: &[&[
        Flag::with(
            "--out",
            "DIR",
            "the folder to write the site to, which is replaced\n(target/book/site)",
        ),
        Flag::alone("--open", "open the site in a browser"),
    ]],
    notes: &[SITE, TOPICS],
    run,
};

const SITE: &str = "\
It builds all programs, runs them, explores each on some schedules, and has the
compiler refuse what the topics say that it refuses; all that is shown as it
came. What came of exploring is kept, until the program or the explorer is
another. With names of topics the site is of these topics only.
";

/// In each folder that this command has written, so that it replaces no other.
const MARK: &str = ".cargo-xtask-book";

/// Makes the site; returns the status to end with.
///
/// # Errors
///
/// There is no such topic, the folder cannot be written or holds something else, something that the
/// site shows does not hold, the site cannot be made, or no browser can be started.
fn run(mut words: Words) -> Result<u8> {
    let (out, open) = (words.path("--out"), words.has("--open"));
    let workspace = Workspace::find()?;
    let mut topics = workspace.select(&words.free())?;
    // In reading order, whatever the order of the words; a crate elsewhere has no place in it.
    let place = |path: &Path| workspace.topics.iter().position(|topic| topic.path == path);
    topics.sort_by_key(|topic| place(&topic.path).unwrap_or(usize::MAX));
    let place = workspace.target().join("book");
    let out = out.unwrap_or_else(|| place.join("site"));
    claim(&out)?;
    fs::create_dir_all(&place).map_err(Error::io(format!("cannot make {}", shown_path(&place))))?;
    // Two of these at once would write over each other's data.
    let _claim = machine::claim(&place, true)?;
    let data = place.join("data.json");
    let mut generator = None;
    let gathered = book::gather(&workspace, &topics, &mut || {
        generator = Some(Group::start(generator_command("build"))?);
        Ok(())
    });
    if let (Err(_), Some(generator)) = (&gathered, &mut generator) {
        generator.stop();
    }
    let gathered = gathered?;
    let written = fs::write(&data, gathered.to_string());
    written.map_err(Error::io(format!("cannot write {}", shown_path(&data))))?;
    let made = make(generator, &data, &out);
    // What was in the folder is gone, even if nothing whole has taken its place.
    mark(&out).map_err(Error::io(format!("cannot write to {}", shown_path(&out))))?;
    made?;
    let first = out.join("index.html");
    say(format!("{GREEN}ok{GREEN:#}  {}", shown_path(&first)))?;
    if open {
        show(&first)?;
    }
    Ok(ALL_HOLD)
}

/// Makes the folder for the site, before anything takes time; one that holds something else stays
/// as it is.
fn claim(out: &Path) -> Result<()> {
    let shown = shown_path(out);
    let made = fs::create_dir_all(out).and_then(|()| fs::read_dir(out));
    let mut entries = made.map_err(|error| {
        Error::usage(format!(
            "cannot write to {shown}: {error}; name a folder after `--out`"
        ))
    })?;
    if entries.next().is_some() && !out.join(MARK).exists() {
        return Err(Error::usage(format!(
            "{shown} holds something else than a site, and would be replaced; name a folder that is \
             empty, or not there yet, after `--out`"
        )));
    }
    mark(out).map_err(|error| {
        Error::usage(format!(
            "cannot write to {shown}: {error}; name another folder after `--out`"
        ))
    })
}

/// Marks a folder as one that this command may replace.
fn mark(out: &Path) -> std::io::Result<()> {
    fs::write(
        out.join(MARK),
        "Written by `cargo xtask book`, which replaces it.\n",
    )
}

/// The command that has cargo build the package `book`, or run it. It is built beside the exploring:
/// nothing else needs it.
fn generator_command(word: &str) -> Process {
    // It is beside this runner, whatever workspace the topics are in.
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Process::new(cargo::cargo());
    command
        .args([word, "--quiet", "--package", "book"])
        .current_dir(root)
        .stdin(Stdio::null());
    command
}

/// Has the package `book`, once it is built, make the pages.
fn make(build: Option<Group>, data: &Path, out: &Path) -> Result<()> {
    let mut command = generator_command("run");
    command.arg("--").args([absolute(data), absolute(out)]);
    let is_built = match build {
        Some(mut build) => build.wait()?.success(),
        None => true,
    };
    match is_built && Group::start(command)?.wait()?.success() {
        true => Ok(()),
        false => Err(Error::Broken(
            "the pages could not be made; what went wrong stands above".to_string(),
        )),
    }
}

/// A path that means the same from another folder.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

/// Opens a page in the browser that the system names.
fn show(page: &Path) -> Result<()> {
    let (program, words): (&str, &[&str]) = match std::env::consts::OS {
        "macos" => ("open", &[]),
        // `start` is a word of the shell; the first thing in quotes is a window's title.
        "windows" => ("cmd", &["/C", "start", ""]),
        _ => ("xdg-open", &[]),
    };
    let mut command = Process::new(program);
    command.args(words).arg(absolute(page)).stdin(Stdio::null());
    let started = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    let why = match started {
        Ok(status) if status.success() => return Ok(()),
        Ok(status) => format!("`{program}` ended with {status}"),
        Err(error) => format!("`{program}` cannot be started: {error}"),
    };
    let shown = shown_path(page);
    Err(Error::Broken(format!(
        "cannot open a browser: {why}; open {shown} yourself"
    )))
}
