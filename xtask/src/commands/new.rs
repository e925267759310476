//! `cargo xtask new`: a new topic's folder, ready to run; and a draft of a topic's events.

use std::fs;
use std::io::{self, Write};

use crate::cargo;
use crate::error::{ALL_HOLD, BROKEN, Error, Result};
use crate::flags::{Command, Flag, TOPICS, Words};
use crate::machine;
use crate::runs;
use crate::text::say::say;
use crate::text::style::{DIM, GREEN};
use crate::text::{quoted, shown_path};
use crate::workspace::{Topic, Workspace};
use invariants::{Draft, Exit, Transcript};

/// The command.
pub const COMMAND: Command = Command {
    name: "new",
    takes: "NAME [--section NAME]  |  TOPIC --draft",
    about: "a new topic's folder, ready to run, and its line in Cargo.toml",
    flags: &[&[
        Flag::with(
            "--section",
            "NAME",
            "the section of the reading order (the last one)",
        ),
        Flag::alone(
            "--draft",
            "draft the events of a topic from three runs of its example,\n\
             once its src/main.rs is written",
        ),
    ]],
    notes: &[DRAFT, TOPICS],
    run,
};

const DRAFT: &str = "\
The draft goes into the topic's invariants.toml if that is missing or still as
`new` made it, and otherwise to standard output. It guesses which lines are one
event, its name and its captures. You state the rules; the audit names each
event that is in none.
";

fn run(mut words: Words) -> Result<u8> {
    match (words.has("--draft"), words.text("--section")?) {
        (true, Some(_)) => Err(words.expected("either `--section` or `--draft`, not both")),
        (true, None) => {
            let [topic] = words.exactly(["the name of a topic"])?;
            draft(&topic)
        }
        (false, section) => {
            let [name] = words.exactly(["a name for the topic"])?;
            new(&name, &section.unwrap_or_default())
        }
    }
}

/// How many runs a draft is made from: what differs between them is a capture.
const DRAFT_RUNS: usize = 3;

/// The files of a new topic; `TOPIC` stands for its name.
const FILES: [(&str, &str); 3] = [
    ("Cargo.toml", include_str!("../../template/Cargo.toml")),
    (
        "invariants.toml",
        include_str!("../../template/invariants.toml"),
    ),
    ("src/main.rs", include_str!("../../template/main.rs")),
];

/// Makes a topic's folder and puts it at the end of a section, of the last one if
/// `section` is empty; returns the status to end with.
///
/// # Errors
///
/// The name cannot be a crate's or is taken, there is no such section, or a file cannot
/// be written.
fn new(name: &str, section: &str) -> Result<u8> {
    let workspace = Workspace::find()?;
    let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !is_name {
        return Err(Error::usage(format!(
            "`{name}` cannot be a topic's name; use small letters, digits and dashes, \
             as in `barrier-demo`"
        )));
    }
    let folder = workspace.root.join("crates").join(name);
    let shown = shown_path(&folder);
    if fs::symlink_metadata(&folder).is_ok() {
        let repair = match workspace.topics.iter().any(|topic| topic.name == name) {
            true => format!("; `cargo xtask new {name} --draft` drafts its events"),
            false => String::new(),
        };
        return Err(Error::usage(format!(
            "{shown} exists already, and is left as it is{repair}"
        )));
    }
    // Cargo would refuse the whole workspace, and with it the runner that could mend it.
    let taken = |path: &&String| path.rsplit('/').next() == Some(name);
    if let Some(path) = workspace.others.iter().find(taken) {
        return Err(Error::usage(format!(
            "{path} has this name already; choose another"
        )));
    }
    let sections = workspace.sections();
    let section = match section {
        "" => sections.last().copied().unwrap_or_default(),
        section => section,
    };
    let manifest = workspace.manifest_with(name, section)?;
    let write = || {
        fs::create_dir_all(folder.join("src"))?;
        for (file, text) in FILES {
            fs::write(folder.join(file), filled_in(text, name))?;
        }
        fs::write(workspace.root.join("Cargo.toml"), manifest)
    };
    write().map_err(Error::io(format!("cannot make {shown}")))?;
    say(format!(
        "{GREEN}ok{GREEN:#}  {shown} is a topic of the section {section}\n    \
         {DIM}cargo xtask run {name}\n    \
         cargo xtask new {name} --draft   # its events, once main.rs is written\n    \
         UPDATE_EXPECTED=1 cargo test --test readme   # puts it into the README's tables{DIM:#}"
    ))?;
    Ok(ALL_HOLD)
}

fn filled_in(template: &str, name: &str) -> String {
    template.replace("TOPIC", name)
}

/// Drafts the events of a topic from runs of its example: into its `invariants.toml` if
/// nobody has written that yet, and to standard output otherwise. Returns the status to end
/// with.
///
/// # Errors
///
/// There is no such topic, its example does not compile or prints nothing, or a file cannot
/// be written.
fn draft(word: &str) -> Result<u8> {
    let workspace = Workspace::find()?;
    let topic = workspace.select_one(word)?;
    let runs = run_example(&workspace, &topic)?;
    let draft = invariants::draft(&runs).ok_or_else(|| {
        let name = &topic.name;
        Error::usage(format!(
            "{name} prints nothing, so there are no events to draft"
        ))
    })?;
    let file = topic.invariants_file();
    let written = fs::read_to_string(&file).unwrap_or_default();
    let [_, (_, template), _] = FILES;
    let is_unwritten = written.trim().is_empty() || written == filled_in(template, &topic.name);
    let text = explained(&draft, runs.len());
    let shown = shown_path(&file);
    if is_unwritten {
        let beginning = beginning(&topic, template);
        fs::write(&file, beginning + &text).map_err(Error::io(format!("cannot write {shown}")))?;
        let of_topic = match topic.member {
            true => topic.name.clone(),
            false => quoted(&shown_path(&topic.path)),
        };
        say(format!(
            "{GREEN}ok{GREEN:#}  {shown} has a draft now\n    \
             {DIM}cargo xtask run {of_topic}\n    \
             cargo xtask audit {of_topic} --missed   # what no rule notices yet{DIM:#}"
        ))?;
    } else {
        anstream::eprintln!("{shown} is left as it is; this is the draft:\n");
        // As it is, since it is to be pasted.
        let written = io::stdout().write_all(text.as_bytes());
        written.map_err(Error::io("cannot write the draft"))?;
    }
    if draft.holds {
        return Ok(ALL_HOLD);
    }
    anstream::eprintln!(
        "\nthe draft does not hold on each of its runs: they end differently, or print lines \
         that are too much alike"
    );
    Ok(BROKEN)
}

/// Some runs of a topic's example, whatever its file says.
fn run_example(workspace: &Workspace, topic: &Topic) -> Result<Vec<Transcript>> {
    let built = cargo::build(&workspace.root, std::slice::from_ref(topic), None)?.remove(0);
    let Some(executable) = built.programs.get(&topic.name) else {
        return Err(match built.errors.is_empty() {
            true => Error::Broken(format!("{} builds no program of that name", topic.name)),
            false => Error::Broken(format!(
                "{} does not compile\n{}",
                topic.name,
                built.errors.concat()
            )),
        });
    };
    let _shared = machine::claim(&runs::keep_folder(executable), false)?;
    let mut transcripts = Vec::new();
    while transcripts.len() < DRAFT_RUNS {
        let transcript = runs::once(executable, &topic.path, None, None, &mut |_| {})?;
        // Such a program takes its whole time limit, and would again.
        let was_stopped = matches!(transcript.end.exit, Exit::Hang | Exit::Cut);
        transcripts.push(transcript);
        if was_stopped {
            break;
        }
    }
    Ok(transcripts)
}

/// What stands before the events of a file that nobody has written yet.
fn beginning(topic: &Topic, template: &str) -> String {
    let (beginning, _) = template.split_once("# What").unwrap_or_default();
    match topic.member {
        true => filled_in(beginning, &topic.name),
        // The path to the schema leads there from a topic only.
        false => String::new(),
    }
}

/// The draft, marked as one.
fn explained(draft: &Draft, runs: usize) -> String {
    let s = if runs == 1 { "" } else { "s" };
    format!(
        "# A draft, from {runs} run{s} of the program: an event for the lines that are alike, with\n\
         # captures for the numbers and for the words in which they differ. Mend the names and\n\
         # the guesses, say below what is true of every run, and delete this comment.\n\
         # What each kind of rule means: xtask/RULES.md\n{}",
        draft.text
    )
}
