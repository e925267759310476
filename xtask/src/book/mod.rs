//! What the site is made of: what stands in the repository, and what was run, explored and
//! compiled to show it.
//!
//! It is one JSON object, which the package `book` makes pages of: the runner has everything that
//! a page says, and nothing that makes pages. [`recorded`] runs the programs, [`explored`] explores
//! them. `xtask/book/src/data.rs` says what the object has.

mod explored;
mod recorded;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use toml::de::DeTable;

use crate::cargo::{self, TopicBuild};
use crate::error::{Error, Result};
use crate::path::{self, PathStep};
use crate::player;
use crate::pool;
use crate::program::{self, Program, Ready, Role};
use crate::proof::Proof;
use crate::text::{line_and_column, shown_path};
use crate::workspace::{Topic, Workspace, header_of};
use explored::{Explored, Verdicts};
use invariants::Invariants;
use invariants::spec::{Companion, Mode};
use recorded::Recorded;

/// Gathers everything that the site says of these topics. Calls `begin` when the programs have run:
/// what goes on beside them would show in their times.
///
/// # Errors
///
/// `begin` fails, a topic does not build, one of its files is wrong, a run breaks a claim, a proof
/// does not hold, the explorer cannot be built, or the runner was interrupted.
pub fn gather(
    workspace: &Workspace,
    topics: &[Topic],
    begin: &mut dyn FnMut() -> Result<()>,
) -> Result<Value> {
    let steps = path::path(&workspace.topics)?;
    let built = cargo::build(&workspace.root, topics, None)?;
    let proofs = proofs(topics, &built)?;
    let programs = program::programs(topics.to_vec(), built);
    let recorded = recorded::record(&programs)?;
    begin()?;
    let explored = explored::explore(workspace, topics)?;
    let gathered = topics.iter().zip(proofs).map(|(topic, proofs)| {
        let step = steps.iter().find(|step| step.topic.path == topic.path);
        let of_topic = programs.iter().zip(&recorded);
        let of_topic = of_topic.filter(|(program, _)| program.topic.path == topic.path);
        let programs = of_topic.map(|(program, runs)| of_program(program, runs, &explored));
        of_topic_page(topic, step, programs.collect::<Result<_>>()?, proofs)
    });
    Ok(json!({
        "topics": gathered.collect::<Result<Vec<_>>>()?,
        "texts": {
            "readme": text(&workspace.root.join("README.md"))?,
            "rules": text(&workspace.root.join("xtask/RULES.md"))?,
            "fidelity": text(&workspace.root.join("xtask/model-std/FIDELITY.md"))?,
        },
        "cores": pool::cores(),
        "player": {"script": player::script(), "style": player::STYLE},
    }))
}

/// Everything about a topic.
fn of_topic_page(
    topic: &Topic,
    step: Option<&PathStep<'_>>,
    programs: Vec<Value>,
    proofs: Vec<Value>,
) -> Result<Value> {
    let names = |topics: &[&Topic]| -> Vec<String> {
        topics.iter().map(|topic| topic.name.clone()).collect()
    };
    let Invariants { about, .. } = program::invariants_of(topic)?;
    Ok(json!({
        "name": topic.name,
        "title": topic.title()?,
        "section": topic.section,
        "questions": about.how_do_i,
        "start_here": about.start_here,
        "assumes": step.map(|step| names(&step.assumes)).unwrap_or_default(),
        "next": step.map(|step| names(&step.next)).unwrap_or_default(),
        "manifest": manifest(topic)?,
        "programs": programs,
        "proofs": proofs,
    }))
}

/// What a copy of the topic's code needs: the edition, and the packages.
fn manifest(topic: &Topic) -> Result<Value> {
    let file = topic.path.join("Cargo.toml");
    let text = text(&file)?;
    let wrong = |error| Error::usage(format!("{}: {error}", shown_path(&file)));
    let table = DeTable::parse(&text).map_err(wrong)?;
    let table = table.get_ref();
    let package = table.get("package").and_then(|it| it.get_ref().as_table());
    let edition = package.and_then(|package| package.get("edition")?.get_ref().as_str());
    let packages = table
        .get("dependencies")
        .and_then(|it| it.get_ref().as_table());
    let packages = packages.into_iter().flatten();
    let packages: Vec<_> = packages.map(|(name, _)| name.get_ref()).collect();
    Ok(json!({"edition": edition, "packages": packages}))
}

/// A program: its text, what it claims, how it ran, and what came of exploring it.
fn of_program(program: &Program, runs: &Recorded, explored: &[Explored]) -> Result<Value> {
    let Ok(ready) = &program.ready else {
        unreachable!("a program that cannot be run has ended the gathering");
    };
    let explored = explored.iter().find(|it| it.program == program.name);
    let file = match program.role {
        Role::Example => program.topic.main_file(),
        Role::Variant | Role::Pitfall => {
            let file = format!("src/bin/{}.rs", program.name);
            program.topic.path.join(file)
        }
    };
    let companion = companion(&ready.invariants, &program.name);
    let verdicts = explored.map(|explored| &explored.verdicts);
    Ok(json!({
        "name": program.name,
        "role": program.role.name(),
        "shows": program.shows,
        "breaks": companion.map(|companion| &companion.breaks),
        "ends": companion.and_then(|companion| companion.ends.as_ref()),
        "file": source(&file)?,
        "claims": claims(ready, verdicts),
        "alone": ready.spec.run.alone,
        "recorded": recorded::object(ready, runs),
        "explored": explored.map(|explored| &explored.object),
    }))
}

fn companion<'i>(invariants: &'i Invariants, name: &str) -> Option<&'i Companion> {
    let pitfalls = invariants.pitfalls.iter().map(|(pitfall, _)| pitfall);
    let mut all = invariants.variants.iter().chain(pitfalls);
    all.find(|companion| companion.name == name)
}

/// The claims that a program is checked against, each with what is known of it.
fn claims(ready: &Ready, verdicts: Option<&Verdicts>) -> Vec<Value> {
    let rules = ready.spec.rules.iter().enumerate();
    let claims = rules.map(|(index, rule)| {
        let source = &ready.invariants.source;
        let span = rule.span.as_ref();
        let verdict = verdicts.map(|verdicts| verdicts.of(index, rule));
        json!({
            "claim": rule.claim,
            "why": rule.why,
            "kind": rule.kind,
            "line": span.map(|span| line_and_column(source, span.start).0),
            "sometimes": rule.mode != Mode::Always,
            "goes_wrong": rule.goes_wrong.is_some(),
            "verdict": verdict,
        })
    });
    claims.collect()
}

/// A source file: where it is, its header, and all of its text.
fn source(file: &Path) -> Result<Value> {
    let text = text(file)?;
    Ok(json!({
        "path": shown_from_root(file),
        "header": header_of(&text),
        "text": text,
    }))
}

/// A file's path from the folder of the workspace on, wherever the command was given.
fn shown_from_root(file: &Path) -> String {
    let parts: Vec<_> = file.iter().map(|part| part.to_string_lossy()).collect();
    let crates = parts.iter().rposition(|part| part == "crates");
    parts[crates.unwrap_or(0)..].join("/")
}

/// The proofs of each topic, checked now.
fn proofs(topics: &[Topic], built: &[TopicBuild]) -> Result<Vec<Vec<Value>>> {
    let mut proofs = Vec::new();
    for (topic, built) in topics.iter().zip(built) {
        if !built.errors.is_empty() {
            let (name, errors) = (&topic.name, built.errors.concat());
            return Err(Error::Broken(format!("{name} does not compile\n{errors}")));
        }
        let of_topic = Proof::of_topic(topic)?.into_iter();
        proofs.extend(of_topic.map(|proof| (topic, built, proof)));
    }
    let checked = pool::map(&proofs, |(topic, built, proof)| {
        let message = proof.check(topic, built)?;
        Ok(json!({
            "name": proof.name,
            "file": source(&proof.file)?,
            "code": proof.code,
            "line": proof.line,
            "message": message,
        }))
    })?;
    let checked: Vec<Value> = checked.into_iter().collect::<Result<_>>()?;
    let of_topic = topics.iter().map(|topic| {
        let own = proofs.iter().zip(&checked);
        let own = own.filter(|((of, ..), _)| of.path == topic.path);
        own.map(|(_, object)| object.clone()).collect()
    });
    Ok(of_topic.collect())
}

fn text(file: &Path) -> Result<String> {
    let cannot_read = Error::io(format!("cannot read {}", shown_path(file)));
    fs::read_to_string(file).map_err(cannot_read)
}
