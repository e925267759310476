//! The README's table of topics is the list of topics.

mod house;

use std::fmt::Write;
use std::path::Path;

use house::{Ran, command};
use serde_json::Value;

#[test]
fn table_of_topics_is_current() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = std::fs::read_to_string(&file).expect("the README is there");
    let heading = "| topic | shows |\n|---|---|\n";
    let (before, rest) = readme
        .split_once(heading)
        .expect("there is a table of topics");
    let (_, after) = rest.split_once("\n\n").expect("text follows the table");

    let list = Ran::of(command("list --json")).exits(0);
    let topics: Vec<Value> = serde_json::from_str(&list.stdout).expect("the list is JSON");
    let mut table = String::from(heading);
    let mut section = "";
    for topic in &topics {
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
