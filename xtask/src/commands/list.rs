//! `cargo xtask list`: the topics in reading order, or those that answer a question.

use serde_json::{Value, json};

use crate::error::{ALL_HOLD, Result};
use crate::flags::{Command, Flag, TOPICS, Words};
use crate::path;
use crate::search::{self, Found};
use crate::text::say::{say, say_json};
use crate::text::style::{BOLD, DIM};
use crate::workspace::{Topic, Workspace};

/// The command.
pub const COMMAND: Command = Command {
    name: "list",
    takes: "[WORD... | --path [TOPIC...]] [--json]",
    about: "the topics in reading order, or those that answer a question",
    flags: &[&[
        Flag::alone(
            "--path",
            "also what each topic assumes and what comes next; with names\n\
             of topics only those and what to read before them",
        ),
        Flag::alone(
            "--json",
            "one JSON array of name, title, section and path; with words\n\
             also of what was found, and where",
        ),
    ]],
    notes: &[WORDS, TOPICS],
    run,
};

const WORDS: &str = "\
With words, as in `cargo xtask list wait for a condition`, it lists the topics
that have all of them: first those that answer a question with the words, then
those that have them in their name or title, in their header, or in the lines
that they print.
";

/// Lists the topics, for people or as one JSON array: all of them, or those that have all of
/// the words; or the path, through all of them or up to these.
///
/// # Errors
///
/// No topic has the words or the name, a topic has no example, or its example no header.
fn run(mut words: Words) -> Result<u8> {
    let (path, json) = (words.has("--path"), words.has("--json"));
    let words = words.free();
    let workspace = Workspace::find()?;
    let (array, text) = match words.is_empty() {
        _ if path => steps(&workspace, &words)?,
        true => all(&workspace.topics)?,
        false => found(&workspace.topics, &search::words(&words)?)?,
    };
    match json {
        true => say_json(&json!(array))?,
        false => say(text.trim_end())?,
    }
    Ok(ALL_HOLD)
}

/// All topics, as JSON and for people.
fn all(topics: &[Topic]) -> Result<(Vec<Value>, String)> {
    let width = topics.iter().map(|topic| topic.name.len()).max();
    let width = width.unwrap_or(0);
    let mut array = Vec::new();
    let mut text = String::new();
    let mut section = "";
    for topic in topics {
        text += &heading(topic, &mut section);
        let title = topic.title()?;
        text += &format!("  {:<width$}  {DIM}{title}{DIM:#}\n", topic.name);
        array.push(object(topic)?);
    }
    Ok((array, text))
}

/// The path through the topics, or up to some, as JSON and for people.
fn steps(workspace: &Workspace, words: &[String]) -> Result<(Vec<Value>, String)> {
    let mut steps = path::path(&workspace.topics)?;
    if !words.is_empty() {
        steps = path::up_to(steps, &workspace.select(words)?);
    }
    let width = steps.iter().map(|step| step.topic.name.len()).max();
    let width = width.unwrap_or(0);
    let mut array = Vec::new();
    let mut text = String::new();
    let mut section = "";
    for step in &steps {
        text += &heading(step.topic, &mut section);
        let title = step.topic.title()?;
        let mark = if step.start_here { '*' } else { ' ' };
        text += &format!("{mark} {:<width$}  {DIM}{title}{DIM:#}\n", step.topic.name);
        let mut object = object(step.topic)?;
        object["start_here"] = json!(step.start_here);
        for (word, topics) in [("assumes", &step.assumes), ("next", &step.next)] {
            let names: Vec<_> = topics.iter().map(|topic| topic.name.as_str()).collect();
            if !names.is_empty() {
                text += &format!("  {:width$}  {word}: {}\n", "", names.join(", "));
            }
            object[word] = json!(names);
        }
        array.push(object);
    }
    if steps.iter().any(|step| step.start_here) {
        text += "\n* start here\n";
    }
    Ok((array, text))
}

/// The heading of a topic's section, where a new one begins.
fn heading<'t>(topic: &'t Topic, section: &mut &'t str) -> String {
    if topic.section == *section {
        return String::new();
    }
    let gap = if section.is_empty() { "" } else { "\n" };
    *section = &topic.section;
    format!("{gap}{BOLD}{}{BOLD:#}\n", topic.section)
}

/// The topics that have all of these words, and where each word stands.
fn found(topics: &[Topic], words: &[String]) -> Result<(Vec<Value>, String)> {
    let mut array = Vec::new();
    let mut text = String::new();
    for Found { topic, texts, .. } in search::search(topics, words)? {
        let title = topic.title()?;
        text += &format!("{BOLD}{}{BOLD:#}  {DIM}{title}{DIM:#}\n", topic.name);
        for found in &texts {
            let place = found.place.name();
            text += &format!("  {place:<8}  {}\n", marked(&found.text, words));
        }
        let mut object = object(topic)?;
        let texts = texts
            .iter()
            .map(|found| json!({"in": found.place.name(), "text": found.text}));
        object["found"] = texts.collect();
        array.push(object);
    }
    Ok((array, text))
}

fn object(topic: &Topic) -> Result<Value> {
    Ok(json!({
        "name": topic.name,
        "title": topic.title()?,
        "section": topic.section,
        "path": topic.path,
    }))
}

/// A text whose words that were looked for stand out.
fn marked(text: &str, words: &[String]) -> String {
    let places = words.iter().filter_map(|word| search::place_of(word, text));
    let mut places: Vec<_> = places.collect();
    places.sort_by_key(|place| place.start);
    let mut marked = String::new();
    let mut done = 0;
    for place in places.into_iter().filter(|place| !place.is_empty()) {
        // Two words may stand in the same place, one being the beginning of the other.
        let start = place.start.max(done);
        let end = place.end.max(done);
        marked += &format!("{}{BOLD}{}{BOLD:#}", &text[done..start], &text[start..end]);
        done = end;
    }
    marked + &text[done..]
}
