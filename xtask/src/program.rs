//! What is to be run: the programs that topics build, and what each must obey.

use std::fs;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use crate::cargo::TopicBuild;
use crate::error::{Error, Result};
use crate::text::diagnostic::diagnostic;
use crate::text::shown_path;
use crate::workspace::Topic;
use invariants::{Diagnostic, Invariants, Spec};

/// What is to be run.
pub struct Program {
    /// The topic that it belongs to.
    pub topic: Topic,
    /// Its own name: the topic's, or that of a file in `src/bin`.
    pub name: String,
    /// What it is to its topic.
    pub role: Role,
    /// What a variant or a pitfall shows, in one sentence.
    pub shows: Option<String>,
    /// Whether its topic has no other program.
    pub is_only: bool,
    /// Where its executable is and what it must obey; or why it cannot be run.
    pub ready: std::result::Result<Ready, NotReady>,
}

impl Program {
    /// Whether it needs the machine to itself.
    pub fn is_alone(&self) -> bool {
        let ready = self.ready.as_ref();
        ready.is_ok_and(|ready| ready.spec.run.alone.is_some())
    }
}

/// What a program is to its topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The example itself.
    Example,
    /// The same by other means, held to the same rules.
    Variant,
    /// The same done wrong, which must go wrong as it says.
    Pitfall,
}

impl Role {
    /// The role in lower case, as reports and JSON have it.
    pub fn name(self) -> &'static str {
        match self {
            Role::Example => "example",
            Role::Variant => "variant",
            Role::Pitfall => "pitfall",
        }
    }
}

/// A program that can be run.
pub struct Ready {
    /// The built program; empty where only a saved run is checked.
    pub executable: PathBuf,
    /// What it must obey.
    pub spec: Spec,
    /// What its topic's file says, of this program and of the others.
    pub invariants: Arc<Invariants>,
}

/// Why a program cannot be run.
#[derive(Debug)]
pub struct NotReady {
    /// What is wrong, in a few words.
    pub what: String,
    /// The whole of it: the compiler's messages, or what is wrong with the file.
    pub details: String,
    /// Whether it is the invariants file that is wrong.
    pub file: bool,
}

impl NotReady {
    fn of_file(details: String) -> Self {
        Self {
            what: "its invariants.toml is wrong".to_string(),
            details,
            file: true,
        }
    }
}

/// Pairs what was built with what it must obey, in reading order.
pub fn programs(topics: Vec<Topic>, built: Vec<TopicBuild>) -> Vec<Program> {
    let mut programs = Vec::new();
    for (topic, built) in topics.into_iter().zip(built) {
        let refused = |name: &str, reason| Program {
            topic: topic.clone(),
            name: name.to_string(),
            role: Role::Example,
            shows: None,
            is_only: true,
            ready: Err(reason),
        };
        if !built.errors.is_empty() {
            let reason = NotReady {
                what: "it does not compile".to_string(),
                details: built.errors.concat(),
                file: false,
            };
            programs.push(refused(&topic.name, reason));
            continue;
        }
        match read_invariants(&topic) {
            Ok(invariants) => programs.extend(pair(&topic, invariants, &built)),
            Err(details) => programs.push(refused(&topic.name, NotReady::of_file(details))),
        }
    }
    programs
}

/// A topic's programs as far as saved runs of them can be checked.
///
/// # Errors
///
/// What is wrong with the topic's file, as a person reads it.
pub fn to_check(topic: &Topic) -> std::result::Result<Vec<Program>, String> {
    let invariants = Arc::new(read_invariants(topic)?);
    let described = described(topic, &invariants);
    let is_only = described.len() == 1;
    let checked = described.into_iter().map(|described| Program {
        topic: topic.clone(),
        name: described.name,
        role: described.role,
        shows: described.shows,
        is_only,
        ready: Ok(Ready {
            executable: PathBuf::new(),
            spec: described.spec,
            invariants: Arc::clone(&invariants),
        }),
    });
    Ok(checked.collect())
}

/// A program as its topic's file describes it.
struct Described {
    name: String,
    /// Where the file names it; the example needs no name.
    span: Option<Range<usize>>,
    role: Role,
    shows: Option<String>,
    spec: Spec,
}

/// The programs that a topic's file describes, the example first.
fn described(topic: &Topic, invariants: &Invariants) -> Vec<Described> {
    let example = Described {
        name: topic.name.clone(),
        span: None,
        role: Role::Example,
        shows: None,
        spec: invariants.example.clone(),
    };
    let variants = invariants.variants.iter().map(|variant| {
        let mut spec = invariants.example.clone();
        spec.run.not_explored.clone_from(&variant.not_explored);
        Described {
            name: variant.name.clone(),
            span: Some(variant.span.clone()),
            role: Role::Variant,
            shows: Some(variant.shows.clone()),
            spec,
        }
    });
    let pitfalls = invariants.pitfalls.iter();
    let pitfalls = pitfalls.map(|(pitfall, spec)| Described {
        name: pitfall.name.clone(),
        span: Some(pitfall.span.clone()),
        role: Role::Pitfall,
        shows: Some(pitfall.shows.clone()),
        spec: spec.clone(),
    });
    [example]
        .into_iter()
        .chain(variants)
        .chain(pitfalls)
        .collect()
}

/// Pairs a topic's programs with what its file says of each.
fn pair(topic: &Topic, invariants: Invariants, built: &TopicBuild) -> Vec<Program> {
    let invariants = Arc::new(invariants);
    let described = described(topic, &invariants);
    let is_unknown = |name: &&String| !described.iter().any(|known| known.name == **name);
    let unknown: Vec<_> = built.programs.keys().filter(is_unknown).collect();
    let is_only = described.len() + unknown.len() == 1;
    let program = |name: &str, role, shows, ready| Program {
        topic: topic.clone(),
        name: name.to_string(),
        role,
        shows,
        is_only,
        ready,
    };
    let mut programs = Vec::new();
    for name in unknown {
        let details = format!(
            "error: {} does not say what src/bin/{name}.rs is\n\
             help: write `[variants.{name}]` or `[pitfalls.{name}]`; \
             xtask/RULES.md tells more\n",
            shown_path(&topic.invariants_file())
        );
        let reason = Err(NotReady::of_file(details));
        programs.push(program(name, Role::Variant, None, reason));
    }
    for Described {
        name,
        span,
        role,
        shows,
        spec,
    } in described
    {
        let ready = match built.programs.get(&name) {
            Some(executable) => Ok(Ready {
                executable: executable.clone(),
                spec,
                invariants: Arc::clone(&invariants),
            }),
            None => Err(no_program(topic, &invariants.source, &name, span)),
        };
        programs.push(program(&name, role, shows, ready));
    }
    programs
}

/// Why a program that should be there is not ready to run.
fn no_program(topic: &Topic, source: &str, name: &str, span: Option<Range<usize>>) -> NotReady {
    let Some(span) = span else {
        return NotReady {
            what: "it builds no program".to_string(),
            details: format!("{} does not exist\n", topic.main_file().display()),
            file: false,
        };
    };
    let fault = Diagnostic::new(span, format!("there is no src/bin/{name}.rs"));
    let file = shown_path(&topic.invariants_file());
    NotReady::of_file(diagnostic(&file, source, &fault))
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
    // Where a topic's file is wrong, nobody knows whether it names the program.
    let wanted = |program: &Program| program.name == name || program.ready.is_err();
    if !programs.iter().any(wanted) {
        let names: Vec<_> = programs
            .iter()
            .map(|program| program.name.as_str())
            .collect();
        return Err(no_such("program", name, &names));
    }
    programs.retain(wanted);
    Ok(())
}

/// The error of naming a program that is not among these; it names the nearest one.
pub fn no_such(noun: &str, name: &str, names: &[&str]) -> Error {
    let repair = match invariants::suggest(name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.is_empty() => "there are none".to_string(),
        None => format!("there are: {}", names.join(", ")),
    };
    Error::usage(format!("there is no {noun} `{name}`; {repair}"))
}

/// What a topic's `invariants.toml` says, for a command that cannot go on without it.
///
/// # Errors
///
/// The file cannot be read, or is wrong.
pub fn invariants_of(topic: &Topic) -> Result<Invariants> {
    read_invariants(topic).map_err(|details| is_wrong(topic, &details))
}

/// The error of a topic whose `invariants.toml` is wrong, with what is wrong with it.
pub fn is_wrong(topic: &Topic, details: &str) -> Error {
    let name = &topic.name;
    Error::usage(format!("{name}: its invariants.toml is wrong\n{details}"))
}

/// Reads what a topic's programs must obey.
///
/// # Errors
///
/// What is wrong with the file, as a person reads it.
pub fn read_invariants(topic: &Topic) -> std::result::Result<Invariants, String> {
    let file = topic.invariants_file();
    let shown = shown_path(&file);
    let source = fs::read_to_string(&file).map_err(|error| {
        format!(
            "error: cannot read {shown}: {error}\n\
             help: a topic states what it prints in its invariants.toml; \
             xtask/RULES.md says how\n"
        )
    })?;
    Invariants::parse(&source).map_err(|faults| {
        let faults = faults.iter();
        faults
            .map(|fault| diagnostic(&shown, &source, fault))
            .collect()
    })
}
