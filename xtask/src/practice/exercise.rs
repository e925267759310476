//! The exercises: one for each pitfall, and the files that a learner is given.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::kept::Kept;
use super::source::Bare;
use crate::error::{Error, Result};
use crate::explore::source;
use crate::fixed_text;
use crate::program;
use crate::text::shown_path;
use crate::workspace::{Topic, Workspace, header_of};
use invariants::{Invariants, Requirements, suggest};

/// Where all answers are, from the root of the workspace on.
const FOLDER: &str = "practice";

/// An exercise: a pitfall, as a learner is given it.
pub struct Exercise {
    /// The topic that it belongs to.
    pub topic: Topic,
    /// The pitfall's name, and the exercise's.
    pub name: String,
    /// How the pitfall ends, where that is what goes wrong, as in "hangs".
    pub ends: Option<String>,
    /// What it shows, in one sentence.
    shows: String,
    /// What the topic's file says.
    invariants: Arc<Invariants>,
}

/// What helps a learner, from the least to the most.
pub struct Hints {
    /// What goes wrong: the claims that break with their reasons, or how the program ends.
    pub claims: String,
    /// What to do instead.
    pub instead: String,
}

/// All exercises, in reading order.
///
/// # Errors
///
/// The `invariants.toml` of a topic is wrong.
pub fn all(workspace: &Workspace) -> Result<Vec<Exercise>> {
    let mut exercises = Vec::new();
    for topic in &workspace.topics {
        let invariants = Arc::new(program::invariants_of(topic)?);
        let pitfalls = invariants.pitfalls.iter();
        exercises.extend(pitfalls.map(|(pitfall, _)| Exercise {
            topic: topic.clone(),
            name: pitfall.name.clone(),
            ends: pitfall.ends.clone(),
            shows: pitfall.shows.clone(),
            invariants: Arc::clone(&invariants),
        }));
    }
    Ok(exercises)
}

/// The exercise that a person means by its name, or by a part of it that no other has.
///
/// # Errors
///
/// There is none, or more than one; the message names the nearest one, or all of them.
pub fn find<'e>(exercises: &'e [Exercise], word: &str) -> Result<&'e Exercise> {
    if let Some(exercise) = exercises.iter().find(|exercise| exercise.name == word) {
        return Ok(exercise);
    }
    let fitting = exercises
        .iter()
        .filter(|exercise| exercise.name.contains(word));
    let fitting: Vec<_> = fitting.collect();
    match &fitting[..] {
        [exercise] => Ok(exercise),
        [] => {
            let names = exercises.iter().map(|exercise| exercise.name.as_str());
            Err(Error::usage(match suggest(word, names) {
                Some(near) => format!("there is no exercise `{word}`; did you mean `{near}`?"),
                None => {
                    format!("there is no exercise `{word}`; `cargo xtask practice` shows them all")
                }
            }))
        }
        several => {
            let names: Vec<_> = several
                .iter()
                .map(|exercise| exercise.name.as_str())
                .collect();
            Err(Error::usage(format!(
                "`{word}` is part of several exercises' names: {}",
                names.join(", ")
            )))
        }
    }
}

impl Exercise {
    /// Where its answer is, once it was begun.
    pub fn folder(&self, workspace: &Workspace) -> PathBuf {
        workspace.root.join(FOLDER).join(&self.name)
    }

    /// The pitfall's source file.
    fn file(&self) -> PathBuf {
        self.topic.path.join(format!("src/bin/{}.rs", self.name))
    }

    fn source(&self) -> Result<String> {
        let file = self.file();
        let cannot = Error::io(format!("cannot read {}", shown_path(&file)));
        fs::read_to_string(file).map_err(cannot)
    }

    /// The source of the topic's example.
    fn example(&self) -> Result<String> {
        let file = self.topic.main_file();
        let cannot = Error::io(format!("cannot read {}", shown_path(&file)));
        fs::read_to_string(&file).map_err(cannot)
    }

    /// What an answer has to keep and to print.
    ///
    /// # Errors
    ///
    /// A file of the topic cannot be read, or is wrong.
    pub fn asked(&self) -> Result<Requirements> {
        let formats = fixed_text::formats(&self.source()?).ok_or_else(|| self.is_no_rust())?;
        Requirements::of(&self.invariants, &self.name, &formats).ok_or_else(|| {
            let file = shown_path(&self.topic.invariants_file());
            let name = &self.name;
            Error::usage(format!("{file} does not say how {name} goes wrong"))
        })
    }

    fn is_no_rust(&self) -> Error {
        Error::usage(format!("{} is no Rust", shown_path(&self.file())))
    }

    /// The files that a learner is given, by their paths in the answer's folder.
    ///
    /// # Errors
    ///
    /// A file of the topic cannot be read, or is wrong.
    pub fn files(&self) -> Result<Vec<(&'static str, String)>> {
        let asked = self.asked()?;
        let bare = Bare::of(&self.source()?).ok_or_else(|| self.is_no_rust())?;
        let main = format!("{}\n{}", self.header(&asked)?, bare.text);
        Ok(vec![
            ("Cargo.toml", self.manifest(&bare.lints)?),
            ("src/main.rs", main),
            ("invariants.toml", self.claims(&asked)),
        ])
    }

    /// The answer's `invariants.toml`: the exercise's, and not the answer's to change.
    pub fn claims(&self, asked: &Requirements) -> String {
        let name = &self.name;
        format!(
            "#:schema ../../xtask/invariants.schema.json\n\
             # What an answer to {name} has to keep. `cargo xtask practice check` writes this\n\
             # file anew from the topic's own, so there is no use in changing it.\n\n{}",
            asked.text
        )
    }

    /// What is to hold, and no word of what is wrong.
    fn header(&self, asked: &Requirements) -> Result<String> {
        let (name, topic) = (&self.name, &self.topic.name);
        let mut lines = vec![
            format!("An exercise of {topic}."),
            String::new(),
            "Something is wrong with this program. Mend it, so that on every run".to_string(),
            String::new(),
        ];
        for claim in &asked.claims {
            lines.extend(item(claim));
        }
        lines.push(String::new());
        if self.source()?.contains("Barrier") && !self.example()?.contains("Barrier") {
            lines.push(
                "Its barrier only makes the mistake show on every run. An answer may do".into(),
            );
            lines.push("without it.".into());
            lines.push(String::new());
        }
        if !asked.lines.is_empty() {
            lines.push("It prints each of these lines at least once:".to_string());
            lines.push(String::new());
            lines.push("```text".to_string());
            lines.extend(asked.lines.iter().map(|line| without_kinds(line)));
            lines.push("```".to_string());
            lines.push(String::new());
        }
        lines.extend([
            "```text".to_string(),
            format!("cargo xtask practice check {name}   # is it mended?"),
            format!("cargo xtask practice {name} --hint  # one hint more, each time"),
            "```".to_string(),
        ]);
        let lines = lines
            .iter()
            .map(|line| format!("//! {line}").trim_end().to_string() + "\n");
        Ok(lines.collect())
    }

    /// The topic's manifest, as that of the answer.
    fn manifest(&self, lints: &BTreeSet<String>) -> Result<String> {
        let file = self.topic.path.join("Cargo.toml");
        let cannot = Error::io(format!("cannot read {}", shown_path(&file)));
        let topic = fs::read_to_string(&file).map_err(cannot)?;
        let mut text =
            String::from("# A workspace of its own, which builds wherever it is.\n[workspace]\n\n");
        let mut table = "";
        for line in topic.lines() {
            if line.starts_with('[') {
                table = line;
            }
            let key = line.split('=').next().unwrap_or_default().trim();
            match (table, key) {
                ("[package]", "name") => text += &format!("name = \"{}\"\n", self.name),
                ("[package]", "default-run" | "license" | "description" | "rust-version") => {}
                // A comment may say which program needs a dependency.
                _ if line.starts_with('#') => {}
                _ => text += &format!("{line}\n"),
            }
            if line == "[lints.rust]" {
                text.extend(lints.iter().map(|lint| format!("{lint} = \"allow\"\n")));
            }
        }
        Ok(text)
    }

    /// What helps a learner with it.
    ///
    /// # Errors
    ///
    /// A file of the topic cannot be read, or is wrong.
    pub fn hints(&self) -> Result<Hints> {
        let asked = self.asked()?;
        let mut claims = String::new();
        for (claim, why) in &asked.broken {
            claims += &format!("It breaks this claim: {claim}\n");
            if let Some(why) = why {
                claims += &format!("why it should hold: {why}\n");
            }
        }
        if let Some(ends) = &self.ends {
            claims += &format!("It {ends}, and should exit with 0.\n");
        }
        let header = header_of(&self.source()?).join("\n");
        let is_prose =
            |paragraph: &&str| !paragraph.contains("```") && !paragraph.contains("end by itself");
        let prose: Vec<&str> = header.split("\n\n").filter(is_prose).collect();
        let instead = prose
            .iter()
            .find(|paragraph| paragraph.starts_with("Instead"));
        let instead = instead.or(prose.last()).copied().unwrap_or_default();
        Ok(Hints {
            claims,
            instead: format!(
                "{}: {}\n\n{instead}\n\nHow it is done right: {}\n",
                self.name,
                self.shows,
                shown_path(&self.topic.main_file())
            ),
        })
    }

    /// What an answer has to use.
    ///
    /// # Errors
    ///
    /// A file of the topic cannot be read, or is wrong.
    pub fn kept(&self, asked: &Requirements) -> Result<Kept> {
        if let Some(names) = &asked.keeps {
            return Ok(Kept::named(names));
        }
        Kept::of(&[&self.source()?, &self.example()?]).ok_or_else(|| self.is_no_rust())
    }
}

/// The Rust files of an answer.
pub fn rust_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let cannot = Error::io(format!("cannot read {}", shown_path(folder)));
    source::rust_files(folder).map_err(cannot)
}

/// A claim as an item of a list, in lines that fit beside other text.
fn item(claim: &str) -> Vec<String> {
    const WIDTH: usize = 84;
    let mut lines = vec!["-".to_string()];
    for word in claim.split(' ') {
        let last = lines.last_mut().expect("there is one");
        if last.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(format!("  {word}"));
        } else {
            *last += &format!(" {word}");
        }
    }
    lines
}

/// A pattern as a person reads it: `{worker}` for `{worker:int}`, and `{…}` for what has no name.
fn without_kinds(pattern: &str) -> String {
    let mut text = String::new();
    let mut rest = pattern;
    while let Some((before, inside)) = rest.split_once('{') {
        let (capture, after) = inside.split_once('}').unwrap_or((inside, ""));
        let name = capture.split(':').next().unwrap_or_default();
        let name = if name.starts_with("text_") {
            "…"
        } else {
            name
        };
        text += &format!("{before}{{{name}}}");
        rest = after;
    }
    text + rest
}
