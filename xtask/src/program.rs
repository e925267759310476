//! What is to be run: the programs that topics build, and what each must obey.

use std::fs;
use std::path::PathBuf;

use crate::cargo::Built;
use crate::core::{self, Spec};
use crate::error::{Error, Result};
use crate::report;
use crate::workspace::Topic;

/// What is to be run.
pub struct Program {
    /// The topic that it belongs to.
    pub topic: Topic,
    /// Its own name: the topic's, or that of a file in `src/bin`.
    pub name: String,
    /// Where its executable is and what it must obey; or why it cannot be run.
    pub ready: std::result::Result<Ready, Fault>,
}

impl Program {
    /// A topic's program as far as a saved run of it can be checked.
    pub fn to_check(topic: Topic) -> Self {
        let ready = read_spec(&topic)
            .map(|(source, spec)| Ready {
                executable: PathBuf::new(),
                spec,
                source,
            })
            .map_err(Fault::of_file);
        let name = topic.name.clone();
        Self { topic, name, ready }
    }
}

/// A program that can be run.
pub struct Ready {
    /// The built program; empty where only a saved run is checked.
    pub executable: PathBuf,
    /// What it must obey.
    pub spec: Spec,
    /// The file that says so.
    pub source: String,
}

/// Why a program cannot be run.
#[derive(Debug)]
pub struct Fault {
    /// What is wrong, in a few words.
    pub what: String,
    /// The whole of it: the compiler's messages, or what is wrong with the file.
    pub details: String,
    /// Whether it is the invariants file that is wrong.
    pub file: bool,
}

impl Fault {
    fn of_file(details: String) -> Self {
        Self {
            what: "its invariants.toml is wrong".to_string(),
            details,
            file: true,
        }
    }
}

/// Pairs what was built with what it must obey, in reading order.
pub fn programs(topics: Vec<Topic>, built: Vec<Built>) -> Vec<Program> {
    let mut programs = Vec::new();
    for (topic, built) in topics.into_iter().zip(built) {
        // The example first; what else the crate builds is held to the same rules.
        let mut names: Vec<_> = built.programs.keys().cloned().collect();
        names.sort_by_key(|name| *name != topic.name);
        if !built.errors.is_empty() || names.is_empty() {
            let fault = match built.errors.is_empty() {
                true => Fault {
                    what: "it builds no program".to_string(),
                    details: format!("{} does not exist\n", topic.main_file().display()),
                    file: false,
                },
                false => Fault {
                    what: "it does not compile".to_string(),
                    details: built.errors.concat(),
                    file: false,
                },
            };
            programs.push(Program {
                name: topic.name.clone(),
                ready: Err(fault),
                topic,
            });
            continue;
        }
        for name in names {
            let ready = read_spec(&topic)
                .map(|(source, spec)| Ready {
                    executable: built.programs[&name].clone(),
                    spec,
                    source,
                })
                .map_err(Fault::of_file);
            programs.push(Program {
                topic: topic.clone(),
                name,
                ready,
            });
        }
    }
    programs
}

/// Leaves only the programs of that name, if one is given.
///
/// # Errors
///
/// No program has that name; the message names those that there are.
pub fn keep_bin(programs: &mut Vec<Program>, name: Option<&str>) -> Result<()> {
    let Some(name) = name else {
        return Ok(());
    };
    if !programs.iter().any(|program| program.name == name) {
        let names: Vec<_> = programs
            .iter()
            .map(|program| program.name.as_str())
            .collect();
        return Err(Error::usage(
            match core::suggest(name, names.iter().copied()) {
                Some(near) => format!("there is no program `{name}`; did you mean `{near}`?"),
                None => format!(
                    "there is no program `{name}`; there are: {}",
                    names.join(", ")
                ),
            },
        ));
    }
    programs.retain(|program| program.name == name);
    Ok(())
}

/// Reads what a topic's programs must obey: the file's text, and what it says.
///
/// # Errors
///
/// What is wrong with the file, as a person reads it.
pub fn read_spec(topic: &Topic) -> std::result::Result<(String, Spec), String> {
    let file = topic.invariants_file();
    let shown = report::shown_path(&file);
    let source = fs::read_to_string(&file).map_err(|error| {
        format!(
            "error: cannot read {shown}: {error}\n\
             help: a topic states what it prints in its invariants.toml; \
             xtask/RULES.md says how\n"
        )
    })?;
    match Spec::parse(&source) {
        Ok(spec) => Ok((source, spec)),
        Err(faults) => Err(faults
            .iter()
            .map(|fault| report::diagnostic(&shown, &source, fault))
            .collect()),
    }
}
