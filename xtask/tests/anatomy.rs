//! Every topic's example has the size and the header that CONTRIBUTING.md asks for, and no package
//! of the runner knows more of the others than it has to.

mod house;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use house::{Ran, command};
use serde_json::Value;

/// Lines of code, without blank ones and comments.
const MOST_LINES: usize = 90;

#[test]
fn every_example_has_its_size_and_its_header() {
    let list = Ran::of(command("list --json")).exits(0);
    let topics: Vec<Value> = serde_json::from_str(&list.stdout).expect("the list is JSON");
    let mut faults = Vec::new();
    for topic in &topics {
        let text = |key: &str| topic[key].as_str().expect("a topic has it");
        let file = Path::new(text("path")).join("src/main.rs");
        let source = fs::read_to_string(&file).expect("a topic has an example");
        let header_fault = header_fault(&source, text("name")).map(str::to_string);
        let found = [size_fault(&source), header_fault];
        let found = found.into_iter().flatten();
        faults.extend(found.map(|fault| format!("{}: {fault}", file.display())));
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

fn size_fault(source: &str) -> Option<String> {
    let lines = source.lines().map(str::trim);
    let code = lines.filter(|line| !line.is_empty() && !line.starts_with("//"));
    let lines = code.count();
    let fault = format!("{lines} lines of code, where {MOST_LINES} is the most: show less");
    (lines > MOST_LINES).then_some(fault)
}

/// What the header lacks of its four parts, in their order.
fn header_fault(source: &str, name: &str) -> Option<&'static str> {
    let header = source.lines().map_while(|line| line.strip_prefix("//!"));
    let header: Vec<_> = header.map(str::trim).collect();
    let rest = match &header[..] {
        [title, "", rest @ ..] if title.ends_with('.') => rest,
        _ => return Some("begin with a title: a line that ends in a full stop, and a blank one"),
    };
    let fence = rest.iter().position(|line| *line == "```text");
    let Some((why, commands)) = fence.map(|fence| rest.split_at(fence)) else {
        return Some("give the command, in a block that begins with ```text");
    };
    if why.iter().all(|line| line.is_empty()) {
        return Some("say between the title and the command why it matters");
    }
    if commands.get(1) != Some(&format!("cargo run -p {name}").as_str()) {
        return Some("the first command is `cargo run -p` with the name of the topic");
    }
    let mut after = commands
        .iter()
        .skip_while(|line| **line != "What to look for:");
    let list = [after.next(), after.next(), after.next()];
    match list {
        [Some(_), Some(&""), Some(item)] if item.starts_with("- ") => None,
        _ => Some("end with `What to look for:`, a blank line and a list"),
    }
}

#[test]
fn what_is_missing_is_named() {
    let whole = "//! A title.\n//!\n//! Why.\n//!\n//! ```text\n//! cargo run -p some-demo\n\
                 //! ```\n//!\n//! What to look for:\n//!\n//! - This.\n\nfn main() {}\n";
    assert_eq!(header_fault(whole, "some-demo"), None);
    for (part, instead, fault) in [
        (whole, "fn main() {}\n", "begin with a title"),
        ("A title.", "A title", "begin with a title"),
        ("A title.\n//!\n", "A title.\n", "begin with a title"),
        ("Why.", "", "say between the title and the command"),
        ("```text", "```", "give the command"),
        ("some-demo", "other-demo", "the first command"),
        ("What to look for:", "Look:", "end with `What to look for:`"),
        ("- This.", "This.", "end with `What to look for:`"),
    ] {
        let found = header_fault(&whole.replace(part, instead), "some-demo");
        let found = found.unwrap_or("nothing");
        assert!(found.starts_with(fault), "{instead}: {found}");
    }
    let lines = |count: usize| "// A comment.\n\n".to_string() + &"    code();\n".repeat(count);
    assert_eq!(size_fault(&lines(MOST_LINES)), None);
    assert!(size_fault(&lines(MOST_LINES + 1)).is_some());
}

/// What each package stands on, of the repository's own. Without rules below `explorer` none is
/// compiled for a program that has no claims; and what is below `model-std` the crates of every
/// program see.
const BELOW: [(&str, &[&str]); 10] = [
    ("transcript", &[]),
    ("invariants", &["transcript"]),
    ("protocol", &["transcript"]),
    ("engine", &[]),
    ("fidelity", &[]),
    ("book", &[]),
    ("model-std", &["engine", "fidelity"]),
    (
        "explorer",
        &["engine", "fidelity", "model-std", "protocol", "transcript"],
    ),
    (
        "explorer-claims",
        &[
            "engine",
            "explorer",
            "fidelity",
            "invariants",
            "model-std",
            "protocol",
            "transcript",
        ],
    ),
    (
        "explorer-test-harness",
        &[
            "engine",
            "explorer",
            "fidelity",
            "model-std",
            "protocol",
            "transcript",
        ],
    ),
];

#[test]
fn packages_stand_on_those_below_them() {
    let direct = direct_dependencies();
    for (name, below) in BELOW {
        let mut found = BTreeSet::new();
        let mut open = vec![name];
        while let Some(package) = open.pop() {
            let own = direct[package].iter().map(String::as_str);
            open.extend(own.filter(|dependency| found.insert(*dependency)));
        }
        assert_eq!(found, below.iter().copied().collect(), "below {name}");
    }
}

/// What each of these packages names itself, of these. The manifests alone tell that: what they need
/// of other projects may not be there yet, since no test builds the book.
fn direct_dependencies() -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo can be started");
    assert!(output.status.success(), "{output:?}");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("it prints JSON");
    let list = |value: &Value| value.as_array().cloned().expect("a list");
    let name = |value: &Value| value["name"].as_str().map(str::to_string).expect("a name");
    let is_own = |name: &str| BELOW.iter().any(|(own, _)| *own == name);
    let is_always_built =
        |dependency: &Value| dependency["kind"].is_null() && dependency["optional"] == false;
    let packages = list(&metadata["packages"]);
    let own = packages.iter().filter(|package| is_own(&name(package)));
    let direct = |package: &Value| -> Vec<String> {
        let dependencies = list(&package["dependencies"]);
        let built = dependencies
            .iter()
            .filter(|dependency| is_always_built(dependency));
        built.map(name).filter(|name| is_own(name)).collect()
    };
    own.map(|package| (name(package), direct(package)))
        .collect()
}
