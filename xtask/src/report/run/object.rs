//! A program that was run, as a JSON object.

use serde_json::{Value, json};

use crate::program::{NotReady, Program};
use crate::report::failure::hang_explored;
use crate::report::{again, pitfall};
use crate::runs::RunResults;
use crate::text::{line_and_column, millis};
use invariants::spec::Mode;
use invariants::{Line, Transcript, Verdict, shown_by};

/// A program that cannot be run.
pub fn refused(program: &Program, reason: &NotReady) -> Value {
    json!({
        "type": "program",
        "topic": program.topic.name,
        "program": program.name,
        "role": program.role.name(),
        "holds": false,
        "again": again::run(program, ""),
        "error": reason.what,
        "details": anstream::adapter::strip_str(&reason.details).to_string(),
        "runs": 0,
        "passes": 0,
        "rules": [],
    })
}

/// A program that was run, with every rule's verdict; with `why` also the lines that show it.
pub fn ended(program: &Program, results: &RunResults, why: bool) -> Value {
    let mut object = json!({
        "type": "program",
        "topic": program.topic.name,
        "program": program.name,
        "role": program.role.name(),
        "holds": results.holds(),
        "runs": results.runs,
        "passes": results.passed,
        "wall_ms": millis(results.wall),
        "rules": rules(program, results, why),
    });
    if let Some(interleavings) = results.interleavings {
        object["interleavings"] = json!(interleavings);
    }
    if let Some(shows) = &program.shows {
        object["shows"] = json!(shows);
    }
    let wrongs = pitfall::of(program, results);
    if !wrongs.is_empty() {
        object["went_wrong"] = json!(pitfall::in_full(&wrongs));
    }
    if !results.holds() {
        object["again"] = json!(again::run(program, &results.flags));
    }
    if let Some(command) = hang_explored(program, results) {
        object["explore"] = json!(command);
    }
    if let Some(error) = &results.error {
        object["error"] = json!(error.to_string());
    }
    object
}

/// Every rule's verdict; of a program that could not be started there are none.
fn rules(program: &Program, results: &RunResults, why: bool) -> Vec<Value> {
    let Ok(ready) = &program.ready else {
        return Vec::new();
    };
    let rules = ready.spec.rules.iter().zip(&results.rules).enumerate();
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
        if let Some(transcript) = results.transcripts.get(run).filter(|_| why) {
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
