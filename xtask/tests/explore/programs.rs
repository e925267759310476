//! `explore.md` and `primitives.md` are true: the explorer says of each of their programs what the
//! page says, says it again, and leaves no process and no folder behind.

use std::fs;
use std::process::Command;
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};
use serde_json::Value;

use crate::house;
use crate::page::{Line, Page, Result, compare};
use crate::ran::{Ran, is_cargos, normal};

/// One page after the other, so that the programs of both share a workspace and what is built there.
const PAGE: &str = concat!(
    include_str!("../explore.md"),
    include_str!("../primitives.md")
);

/// From so many commands on, it is faster to build all programs of the page at once, and not each
/// when a command asks for it.
const MANY: usize = 20;

pub fn trials(arguments: &Arguments) -> Vec<Trial> {
    let page = Arc::new(Page::new("explore", PAGE));
    let trials = page.trials({
        let page = page.clone();
        move |line, expected| check(&page, line, expected)
    });
    let asked = trials
        .iter()
        .filter(|trial| house::is_asked(arguments, trial.name()));
    let is_built = page.root.join("target").exists();
    if !arguments.list && !is_built && asked.count() >= MANY {
        build(&page);
    }
    trials
}

/// Builds all programs at once, so that the build of each command finds nothing to do. What is said
/// of each is another matter: some do not compile, and some have no end.
fn build(page: &Page) {
    let mut words = "explore --schedules 1 --time 100ms --stall 1s --real-runs 0".to_string();
    // A build script may have no end either.
    let sections = page.sections.iter();
    for section in sections.filter(|section| !section.has("build.rs")) {
        words += &format!(" {}", section.name);
    }
    let words: Vec<_> = words.split(' ').collect();
    let output = explore(page, &words).output();
    let output = output.expect("the runner can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(1), "nothing was built\n{said}");
}

/// Carries out a command of the page, and compares what comes of it.
fn check(page: &Page, line: &Line, expected: &str) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let tree = folder.path().join("TREE");
    let words = line.words.replace("TREE", &tree.to_string_lossy());
    let words: Vec<_> = words.split(' ').collect();
    let ran = Ran::on(line, explore(page, &words))?;
    compare(&ran.summary(), expected, &ran.to_string())?;
    if line.words.contains("TREE") {
        check_tree(&serde_json::from_slice(&fs::read(&tree)?)?)?;
    }
    if line.signal.is_none() && !line.head {
        check_objects(page, &words, &ran)?;
        check_replays(page, &ran)?;
    }
    Ok(())
}

/// The runner, with these words.
fn explore(page: &Page, words: &[&str]) -> Command {
    let mut runner = page.runner();
    runner.args(words);
    runner
}

/// Each line of the states is one of the program's file.
fn check_tree(tree: &Value) -> Result<()> {
    let sources = tree["sources"].as_array().ok_or("there are no sources")?;
    let file = sources[0]["path"].as_str().unwrap_or_default();
    let is_main = file.starts_with("crates/") && file.ends_with("/src/main.rs");
    let lines = sources[0]["text"].as_str().unwrap_or_default().lines();
    let lines = lines.count() as u64;
    let states = tree["states"].as_array().ok_or("there are no states")?;
    let threads = states
        .iter()
        .flat_map(|state| state["threads"].as_array())
        .flatten();
    let places: Vec<_> = threads
        .filter_map(|thread| thread["at"].as_array())
        .collect();
    let is_line = |place: &Vec<Value>| {
        place[0] == 0 && (1..=lines).contains(&place[1].as_u64().unwrap_or_default())
    };
    match is_main && sources.len() == 1 && !places.is_empty() && places.into_iter().all(is_line) {
        true => Ok(()),
        false => Err(format!("a line of the states is in no file\n{tree}").into()),
    }
}

/// The same command with `--json` says the same to people, and what it says to programs
/// is NDJSON that ends with the summary.
fn check_objects(page: &Page, words: &[&str], first: &Ran) -> Result<()> {
    let again = Ran::of(explore(page, &[words, &["--json"]].concat()))?;
    if again.status != first.status || again.left > 0 {
        return Err(format!("with --json it ends otherwise\n{again}").into());
    }
    let mut last = Value::Null;
    for line in again.stdout.lines() {
        last = serde_json::from_str(line).map_err(|error| format!("{error}: {line}"))?;
        if !last.is_object() {
            return Err(format!("{line} is no object").into());
        }
        // A place is where somebody wrote something.
        let mut files = line.split("\"file\":\"").skip(1);
        if files.any(is_inner) {
            return Err(format!("{line} has a place inside of the explorer").into());
        }
    }
    let refused = first.stdout.is_empty();
    if !refused && last["type"] != "summary" {
        return Err(format!("the summary is not the last\n{again}").into());
    }
    // Why a pitfall is one is told to programs too.
    let told = first.stdout.contains("\n  breaks: ");
    if told && !again.stdout.contains("\"breaks\":[{\"claim\":") {
        return Err(format!("the claims that it breaks are not told\n{again}").into());
    }
    // What is not known to fail is not told as a failure.
    let unknown = again.stdout.contains("\"holds\":null,");
    let told = ["not explored further  ", ": not explored\n"]
        .iter()
        .any(|words| first.stdout.contains(words));
    if told != unknown {
        return Err(format!("what is not explored is told otherwise\n{again}").into());
    }
    // What depends on more than the schedule is not the same again.
    if refused || first.stdout.contains(": nondeterminism") {
        return Ok(());
    }
    let of_people = normal(&again.stderr);
    let lines: Vec<_> = of_people.lines().filter(|line| !is_cargos(line)).collect();
    let expected = normal(&first.stdout);
    match lines == expected.lines().collect::<Vec<_>>() {
        true => Ok(()),
        false => Err(format!("it says something else again\n{first}\n{again}").into()),
    }
}

/// Each schedule that is shown is the same once more.
fn check_replays(page: &Page, ran: &Ran) -> Result<()> {
    let mut table = String::new();
    for line in ran.stdout.lines() {
        if line.trim_start().starts_with("step ") {
            table.clear();
        }
        if let Some(command) = line.strip_prefix("  replay: cargo xtask ") {
            if ran.stdout.contains(": nondeterminism") {
                continue;
            }
            let mut words: Vec<_> = command.split(' ').collect();
            if let Some(at) = ran.words.iter().position(|word| word == "--stall") {
                words.extend(ran.words[at..at + 2].iter().map(String::as_str));
            }
            let again = Ran::of(explore(page, &words))?;
            if !again.stdout.contains(&table) || !again.stdout.contains(line) {
                return Err(format!("{command} shows another schedule\n{again}\n{ran}").into());
            }
        }
        table += line;
        table.push('\n');
    }
    Ok(())
}

/// Whether a text begins with the path of a file of the explorer's or of the compiler's library.
fn is_inner(text: &str) -> bool {
    let file = text.split('"').next().unwrap_or_default();
    let folders = ["engine/src/", "model-std/src/", "/library/"];
    folders.iter().any(|folder| file.contains(folder))
}
