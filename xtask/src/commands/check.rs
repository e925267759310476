//! `cargo xtask check`: a saved run, checked again.

use std::fs;

use crate::error::{ALL_HOLD, BROKEN, Error, Result};
use crate::flags::{Command, Flag, TOPICS, Words};
use crate::process;
use crate::program::{self, Program};
use crate::report::failure::failures;
use crate::report::run::object;
use crate::runs::RunResults;
use crate::text::say::{say, say_json};
use crate::text::shown_path;
use crate::text::style::{DIM, GREEN};
use crate::workspace::Workspace;
use invariants::{Transcript, Verdict, count};

/// The command.
pub const COMMAND: Command = Command {
    name: "check",
    takes: "TOPIC [--bin NAME] --transcript FILE [--json]",
    about: "check a saved transcript again, running nothing",
    flags: &[&[
        Flag::with(
            "--bin",
            "NAME",
            "of this program of src/bin, not of the example",
        ),
        Flag::with("--transcript", "FILE", "the saved run, as NDJSON"),
        Flag::alone("--json", "one JSON object with every rule's verdict"),
    ]],
    notes: &[TOPICS],
    run,
};

/// Checks a saved transcript against the rules of a topic's example, or of another
/// program of the topic; returns the status to end with.
///
/// # Errors
///
/// There is no such topic or program, or its file or the transcript cannot be read.
fn run(mut words: Words) -> Result<u8> {
    let (bin, json) = (words.text("--bin")?, words.has("--json"));
    let file = words.path("--transcript");
    let [topic] = words.exactly(["the name of a topic"])?;
    let file = file.ok_or_else(|| words.expected("--transcript FILE"))?;
    let topic = Workspace::find()?.select_one(&topic)?;
    let shown = shown_path(&file);
    let text = fs::read_to_string(&file)
        .map_err(|error| Error::usage(format!("cannot read {shown}: {error}")))?;
    let transcript = Transcript::from_ndjson(&text).map_err(|problem| {
        Error::usage(format!(
            "{shown}: {problem}; `--record DIR` of `run` and `run-all` writes transcripts"
        ))
    })?;
    let programs = program::to_check(&topic);
    let mut programs = programs.map_err(|details| program::is_wrong(&topic, &details))?;
    program::keep_bin(&mut programs, bin.as_deref().or(Some(&topic.name)))?;
    let program = programs.remove(0);
    let spec = program.ready.as_ref().map(|ready| &ready.spec);
    let spec = spec.expect("a program that is only checked is ready");
    let results = RunResults::of_one_run(spec, transcript);
    if process::interrupted() {
        return Err(Error::Interrupted);
    }
    match json {
        true => say_json(&object::ended(&program, &results, false))?,
        false => say(report(&program, &results).trim_end())?,
    }
    Ok(if results.holds() { ALL_HOLD } else { BROKEN })
}

fn report(program: &Program, results: &RunResults) -> String {
    if !results.holds() {
        return failures(program, results);
    }
    let with = |verdict| {
        let rules = results.rules.iter();
        rules
            .filter(|(report, _)| report.verdict == verdict)
            .count()
    };
    let holding = with(Verdict::Pass);
    let mut text = format!(
        "{GREEN}ok{GREEN:#}  {}: {} {}",
        program.name,
        count(holding, "rule"),
        if holding == 1 { "holds" } else { "hold" }
    );
    let others = [
        (
            Verdict::NotWitnessed,
            "that need not show in every run did not",
        ),
        (
            Verdict::Unsupported,
            "for which the machine of the run had too few cores",
        ),
    ];
    for (verdict, why) in others {
        let number = with(verdict);
        if number > 0 {
            text += &format!("{DIM}, and {number} {why}{DIM:#}");
        }
    }
    text + "\n"
}
