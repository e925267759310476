//! The README's table of topics is the list of topics, its questions are those that the topics
//! answer, and the schedule that it shows is what the explorer says.

mod house;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use house::{House, Ran, command};
use invariants::Invariants;
use serde_json::Value;

fn readme() -> (PathBuf, String) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let text = std::fs::read_to_string(&file).expect("the README is there");
    (file, text)
}

fn topics() -> Vec<Value> {
    let list = Ran::of(command("list --json")).exits(0);
    serde_json::from_str(&list.stdout).expect("the list is JSON")
}

#[test]
fn table_of_topics_is_current() {
    let (file, readme) = readme();
    let heading = "| topic | shows |\n|---|---|\n";
    let (before, rest) = readme
        .split_once(heading)
        .expect("there is a table of topics");
    let (_, after) = rest.split_once("\n\n").expect("text follows the table");

    let mut table = String::from(heading);
    let mut section = "";
    for topic in &topics() {
        let text = |key: &str| topic[key].as_str().expect("a topic has it");
        if text("section") != section {
            section = text("section");
            writeln!(table, "| **{section}** | |").unwrap();
        }
        let (name, title) = (text("name"), text("title"));
        writeln!(table, "| [`{name}`](crates/{name}/src/main.rs) | {title} |").unwrap();
    }
    if let Err(stale) = house::is_expected(&file, &format!("{before}{table}\n{after}")) {
        panic!("{stale}");
    }
}

#[test]
fn questions_are_current() {
    let (file, readme) = readme();
    let heading = "| How do I … | topic |\n|---|---|\n";
    let (before, rest) = readme
        .split_once(heading)
        .expect("there is a table of questions");
    let (_, after) = rest.split_once("\n\n").expect("text follows the table");

    let mut table = String::from(heading);
    for topic in &topics() {
        let text = |key: &str| topic[key].as_str().expect("a topic has it");
        let name = text("name");
        let source = Path::new(text("path")).join("invariants.toml");
        let source = std::fs::read_to_string(source).expect("a topic states its invariants");
        let invariants = Invariants::parse(&source).expect("they are right");
        let questions = invariants.search_terms.how_do_i;
        assert!(
            !questions.is_empty(),
            "{name} answers no question: write `how_do_i` in the `[topic]` of its invariants.toml"
        );
        for question in questions {
            let link = format!("[`{name}`](crates/{name}/src/main.rs)");
            writeln!(table, "| {question}? | {link} |").unwrap();
        }
    }
    if let Err(stale) = house::is_expected(&file, &format!("{before}{table}\n{after}")) {
        panic!("{stale}");
    }
}

#[test]
fn failing_schedule_is_current() {
    let (file, readme) = readme();
    let (before, rest) = readme
        .split_once("```text\n$ cargo xtask explore counter.rs\n")
        .expect("a schedule is shown");
    let (shown, after) = rest.split_once("```").expect("the block ends");
    let program = before.rsplit_once("```rust\n").expect("so is the program");
    let program = program.1.split_once("```").expect("the block ends").0;

    let house = House::new("[]").file("counter.rs", program);
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
