//! The README's table of topics is the path through them, what it begins with are topics to start
//! with, its questions are those that the topics answer, and the schedule that it shows is what the
//! explorer says.

mod house;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use house::{Ran, command};
use invariants::Invariants;
use serde_json::Value;

fn readme() -> (PathBuf, String) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let text = std::fs::read_to_string(&file).expect("the README is there");
    (file, text)
}

/// The topics in reading order, each with what it assumes and what comes next.
fn topics() -> Vec<Value> {
    let list = Ran::of(command("list --path --json")).exits(0);
    serde_json::from_str(&list.stdout).expect("the list is JSON")
}

/// The README with this in place of the block that begins with `heading`.
fn is_current(heading: &str, block: &str) {
    let (file, readme) = readme();
    let (before, rest) = readme
        .split_once(heading)
        .unwrap_or_else(|| panic!("the README has no {heading}"));
    let (_, after) = rest.split_once("\n\n").expect("text follows the block");
    if let Err(stale) = house::is_expected(&file, &format!("{before}{heading}{block}\n{after}")) {
        panic!("{stale}");
    }
}

/// Links to topics, by their names without the end that all have in common.
fn links(topics: &Value) -> String {
    let names = topics.as_array().expect("they are a list").iter();
    let names = names.map(|name| name.as_str().expect("each is a name"));
    let links = names.map(|name| {
        let stem = name.strip_suffix("-demo").unwrap_or(name);
        format!("[{stem}](crates/{name}/src/main.rs)")
    });
    links.collect::<Vec<_>>().join(", ")
}

#[test]
fn table_of_topics_is_current() {
    let mut table = String::new();
    let mut section = "";
    let topics = topics();
    for topic in &topics {
        let text = |key: &str| topic[key].as_str().expect("a topic has it");
        if text("section") != section {
            section = text("section");
            writeln!(table, "| **{section}** | | | |").unwrap();
        }
        let (name, title) = (text("name"), text("title"));
        let (assumes, next) = (links(&topic["assumes"]), links(&topic["next"]));
        let link = format!("[`{name}`](crates/{name}/src/main.rs)");
        writeln!(table, "| {link} | {title} | {assumes} | {next} |").unwrap();
    }
    is_current(
        "| topic | shows | assumes | next |\n|---|---|---|---|\n",
        &table,
    );
}

/// As many topics are an afternoon's.
const STARTS: usize = 8;

#[test]
fn what_to_start_with_is_current() {
    let topics = topics();
    let starts = |topic: &&Value| topic["start_here"] == true;
    let chosen: Vec<_> = topics.iter().filter(starts).collect();
    assert_eq!(chosen.len(), STARTS, "so many topics have `start_here`");
    let mut list = String::new();
    for (number, topic) in (1..).zip(&chosen) {
        let text = |key: &str| topic[key].as_str().expect("a topic has it");
        for assumed in topic["assumes"].as_array().expect("they are a list") {
            let known = chosen.iter().any(|topic| topic["name"] == *assumed);
            assert!(known, "{} assumes {assumed}, no start", text("name"));
        }
        let (name, title) = (text("name"), text("title"));
        writeln!(
            list,
            "{number}. [`{name}`](crates/{name}/src/main.rs): {title}"
        )
        .unwrap();
    }
    is_current("Eight topics make an afternoon, in this order:\n\n", &list);
}

#[test]
fn questions_are_current() {
    let mut table = String::new();
    for topic in &topics() {
        let text = |key: &str| topic[key].as_str().expect("a topic has it");
        let name = text("name");
        let source = Path::new(text("path")).join("invariants.toml");
        let source = std::fs::read_to_string(source).expect("a topic states its invariants");
        let invariants = Invariants::parse(&source).expect("they are right");
        let questions = invariants.about.how_do_i;
        assert!(
            !questions.is_empty(),
            "{name} answers no question: write `how_do_i` in the `[topic]` of its invariants.toml"
        );
        for question in questions {
            let link = format!("[`{name}`](crates/{name}/src/main.rs)");
            writeln!(table, "| {question}? | {link} |").unwrap();
        }
    }
    is_current("| How do I … | topic |\n|---|---|\n", &table);
}

/// The packages that a topic depends on; none for one that has the standard library alone.
fn libraries(folder: &Path) -> Vec<String> {
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).expect("it has a manifest");
    let manifest: toml::Table = manifest.parse().expect("cargo has read it");
    let dependencies = manifest.get("dependencies").and_then(toml::Value::as_table);
    let names = dependencies.into_iter().flat_map(toml::Table::keys);
    names.cloned().collect()
}

#[test]
fn table_of_what_is_explored_is_current() {
    let mut reached: BTreeMap<String, [Vec<String>; 2]> = BTreeMap::new();
    for topic in &topics() {
        let text = |key: &str| topic[key].as_str().expect("a topic has it");
        let (name, folder) = (text("name"), Path::new(text("path")));
        let source = std::fs::read_to_string(folder.join("invariants.toml"));
        let invariants = Invariants::parse(&source.expect("a topic states its invariants"));
        let not_explored = invariants.expect("they are right").example.run.not_explored;
        let mut libraries = libraries(folder);
        if libraries.is_empty() {
            libraries.push("the standard library alone".to_string());
        }
        for library in libraries {
            let [explored, not] = reached.entry(library).or_default();
            match &not_explored {
                None => explored.push(name.trim_end_matches("-demo").to_string()),
                Some(why) => not.push(format!("{}: {why}", name.trim_end_matches("-demo"))),
            }
        }
    }
    let mut table = String::new();
    for (library, [explored, not]) in reached {
        let explored = match explored.len() {
            // A table of all would be one of the topics.
            count if count > 12 => format!("{count} topics"),
            _ => explored.join(", "),
        };
        writeln!(table, "| {library} | {explored} | {} |", not.join("; ")).unwrap();
    }
    is_current(
        "| topics with | explored | not explored |\n|---|---|---|\n",
        &table,
    );
}

// The explorer is built on Linux only.
#[cfg(target_os = "linux")]
#[test]
fn failing_schedule_is_current() {
    let (file, readme) = readme();
    let (before, rest) = readme
        .split_once("```text\n$ cargo xtask explore counter.rs\n")
        .expect("a schedule is shown");
    let (shown, after) = rest.split_once("```").expect("the block ends");
    let program = before.rsplit_once("```rust\n").expect("so is the program");
    let program = program.1.split_once("```").expect("the block ends").0;

    let house = house::House::new("[]").file("counter.rs", program);
    let found = house.xtask("explore counter.rs").exits(1).stdout;
    // How long it took, and which version of the explorer it was, differ from run to run.
    let told = |text: &str| -> String {
        let line = |line: &str| {
            let end = line
                .find("schedules  0.")
                .or(line.rfind('.'))
                .unwrap_or(line.len());
            let is_told = line.contains("--replay") || line.starts_with("FAIL ");
            line[..if is_told { end } else { line.len() }]
                .trim_end()
                .to_string()
                + "\n"
        };
        text.trim().lines().map(line).collect()
    };
    if told(&found) != told(shown) {
        let start = "```text\n$ cargo xtask explore counter.rs\n";
        let current = format!("{before}{start}{}\n```{after}", found.trim());
        if let Err(stale) = house::is_expected(&file, &current) {
            panic!("{stale}");
        }
    }
}
