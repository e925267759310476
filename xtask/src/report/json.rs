//! For programs: NDJSON on standard output, an object for each program as it ends,
//! and the summary last.

use std::io::{self, Write};
use std::time::Duration;

use serde_json::{Value, json};

use super::{Event, Reporter, line_and_column};
use crate::error::{Error, Result};
use crate::program::{Fault, Program};
use crate::runs::Outcome;
use invariants::spec::Mode;

/// Writes NDJSON.
pub struct Json;

impl Reporter for Json {
    fn event(&mut self, event: &Event<'_>) -> Result<()> {
        let object = match event {
            Event::Refused { program, fault } => refused(program, fault),
            Event::Ended { program, outcome } => ended(program, outcome),
            Event::End { summary } => json!({
                "type": "summary",
                "programs": summary.programs,
                "passed": summary.passed,
                "failed": summary.failed,
                "skipped": summary.skipped,
                "rules": summary.rules,
                "unsupported": summary.unsupported,
                "wall_ms": millis(summary.wall),
                "bound_ms": millis(summary.bound),
                "interrupted": summary.interrupted,
            }),
            Event::Begin { .. } | Event::Started { .. } | Event::Printed { .. } | Event::Tick => {
                return Ok(());
            }
        };
        let mut out = io::stdout().lock();
        writeln!(out, "{object}")
            .and_then(|()| out.flush())
            .map_err(Error::io("cannot write the report"))
    }
}

fn refused(program: &Program, fault: &Fault) -> Value {
    json!({
        "type": "program",
        "topic": program.topic.name,
        "program": program.name,
        "role": program.role.name(),
        "holds": false,
        "error": fault.what,
        "details": anstream::adapter::strip_str(&fault.details).to_string(),
        "runs": 0,
        "passes": 0,
        "rules": [],
    })
}

/// A program that was run, with every rule's verdict.
pub fn ended(program: &Program, outcome: &Outcome) -> Value {
    let mut rules = Vec::new();
    if let Ok(ready) = &program.ready {
        for (rule, (report, run)) in ready.spec.rules.iter().zip(&outcome.rules) {
            let line = rule
                .span
                .as_ref()
                .map(|span| line_and_column(&ready.source, span.start).0);
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
            rules.push(object);
        }
    }
    let mut object = json!({
        "type": "program",
        "topic": program.topic.name,
        "program": program.name,
        "role": program.role.name(),
        "holds": outcome.holds(),
        "runs": outcome.runs,
        "passes": outcome.passed,
        "wall_ms": millis(outcome.wall),
        "rules": rules,
    });
    if let Some(error) = &outcome.error {
        object["error"] = json!(error.to_string());
    }
    object
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
