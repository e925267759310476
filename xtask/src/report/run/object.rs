//! A program that was run, as a JSON object.

use serde_json::{Value, json};

use crate::program::{Fault, Program};
use crate::report::failure::hang_explored;
use crate::report::{again, pitfall};
use crate::runs::Outcome;
use crate::text::{line_and_column, millis};
use invariants::spec::Mode;
use invariants::{Line, Transcript, Verdict, shown_by};

/// A program that cannot be run.
pub fn refused(program: &Program, fault: &Fault) -> Value {
    json!({
        "type": "program",
        "topic": program.topic.name,
        "program": program.name,
        "role": program.role.name(),
        "holds": false,
        "again": again::run(program, ""),
        "error": fault.what,
        "details": anstream::adapter::strip_str(&fault.details).to_string(),
        "runs": 0,
        "passes": 0,
        "rules": [],
    })
}

/// A program that was run, with every rule's verdict; with `why` also the lines that show it.
pub fn ended(program: &Program, outcome: &Outcome, why: bool) -> Value {
    let mut object = json!({
        "type": "program",
        "topic": program.topic.name,
        "program": program.name,
        "role": program.role.name(),
        "holds": outcome.holds(),
        "runs": outcome.runs,
        "passes": outcome.passed,
        "wall_ms": millis(outcome.wall),
        "rules": rules(program, outcome, why),
    });
    if let Some(interleavings) = outcome.interleavings {
        object["interleavings"] = json!(interleavings);
    }
    if let Some(shows) = &program.shows {
        object["shows"] = json!(shows);
    }
    let wrongs = pitfall::of(program, outcome);
    if !wrongs.is_empty() {
        object["went_wrong"] = json!(pitfall::in_full(&wrongs));
    }
    if !outcome.holds() {
        object["again"] = json!(again::run(program, &outcome.flags));
    }
    if let Some(command) = hang_explored(program, outcome) {
        object["explore"] = json!(command);
    }
    if let Some(error) = &outcome.error {
        object["error"] = json!(error.to_string());
    }
    object
}

/// Every rule's verdict; of a program that could not be started there are none.
fn rules(program: &Program, outcome: &Outcome, why: bool) -> Vec<Value> {
    let Ok(ready) = &program.ready else {
        return Vec::new();
    };
    let rules = ready.spec.rules.iter().zip(&outcome.rules).enumerate();
    let objects = rules.map(|(index, (rule, (report, run)))| {
        let span = rule.span.as_ref();
        let line = span.map(|span| line_and_column(&ready.invariants.source, span.start).0);
        let mut object = json!({
            "claim": rule.claim,
            "kind": rule.kind,
            "mode": if rule.mode == Mode::Always { "always" } else { "sometimes" },
            "line": line,
            "verdict": report.verdict.name(),
            "holds": report.holds,
            "run": run + 1,
        });
        if !report.evidence.story.is_empty() {
            object["story"] = json!(report.evidence.story);
        }
        if let Some(why) = &rule.why {
            object["why"] = json!(why);
        }
        if let Some(transcript) = outcome.transcripts.get(run).filter(|_| why) {
            let shown = match report.verdict {
                Verdict::Pass => shown_by(&ready.spec, transcript, index).lines,
                _ => report.evidence.lines.clone(),
            };
            let lines = shown.iter().map(|line| printed(transcript, *line));
            object["lines"] = lines.collect();
        }
        object
    });
    objects.collect()
}

/// A line of a run, by its number from 1 on, as a saved transcript has it.
fn printed(transcript: &Transcript, line: usize) -> Value {
    let Line {
        at_us,
        stream,
        text,
    } = &transcript.lines[line];
    json!({"line": line + 1, "at_us": at_us, "stream": stream.name(), "text": text})
}
