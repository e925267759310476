//! `cargo xtask prove`: what the topics say that the compiler refuses, it refuses.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::cargo;
use crate::error::{ALL_HOLD, BROKEN, Error, Result};
use crate::flags::{Command, JSON, JUNIT, TOPICS, Words};
use crate::pool;
use crate::proof::Proof;
use crate::report;
use crate::report::event::{Entry, ReportEvent, Reporter, TextOptions};
use crate::report::settings::Settings;
use crate::report::suite::{Case, CaseResult, Suite};
use crate::text::style::{DIM, GREEN, RED};
use crate::text::{millis, shown_path};
use crate::workspace::{Topic, Workspace};
use invariants::count;

/// The command.
pub const COMMAND: Command = Command {
    name: "prove",
    takes: "[TOPIC...] [OPTIONS]",
    about: "show that the compiler refuses what the topics say that it refuses",
    flags: &[&[JSON, JUNIT]],
    notes: &[TOPICS],
    run,
};

/// Checks the proofs of topics, of all of them if none is named; returns the status to
/// end with.
///
/// # Errors
///
/// There is no such topic, it cannot be built, or a proof's file is wrong.
fn run(mut words: Words) -> Result<u8> {
    let start = Instant::now();
    let (json, junit) = (words.has("--json"), words.path("--junit"));
    let words = words.free();
    let workspace = Workspace::find()?;
    let mut reporter = report::reporters(&Settings::rows(words.clone(), json, junit))?;
    let mut topics = Vec::new();
    let mut proofs_of = Vec::new();
    for topic in workspace.select(&words)? {
        let proofs = Proof::of_topic(&topic)?;
        if proofs.is_empty() && !words.is_empty() {
            // Where no topic is named, nobody has asked for the proofs of this one.
            let entry = &NoProof { topic: &topic };
            reporter.event(&ReportEvent::Ended { place: 0, entry })?;
            continue;
        }
        // Where no topic is named, all are built, as `run-all` builds them. For some of them cargo
        // would select fewer features, and build what they depend on again.
        topics.push(topic);
        proofs_of.push(proofs);
    }
    let built = cargo::build(&workspace.root, &topics, None)?;
    let of_topics = topics.iter().zip(&built).zip(proofs_of);
    let proofs = of_topics.flat_map(|((topic, built), proofs)| {
        let proofs = proofs.into_iter();
        proofs.map(move |proof| (topic, built, proof))
    });
    let proofs: Vec<_> = proofs.collect();
    let results = pool::map(&proofs, |(topic, built, proof)| proof.check(topic, built))?;
    let names = proofs.iter().map(|(_, _, proof)| proof.name.as_str());
    reporter.event(&ReportEvent::Begin {
        names: names.collect(),
    })?;
    let mut failed = 0;
    for (place, ((topic, _, proof), result)) in proofs.iter().zip(results).enumerate() {
        failed += usize::from(result.is_err());
        let wrong = result.err();
        let entry = &CheckedProof {
            topic,
            proof,
            wrong,
        };
        reporter.event(&ReportEvent::Ended { place, entry })?;
    }
    let summary = &Summary {
        proofs: proofs.len(),
        failed,
        wall: start.elapsed(),
    };
    reporter.event(&ReportEvent::End { summary })?;
    Ok(if failed == 0 { ALL_HOLD } else { BROKEN })
}

/// A topic that was named, and has no proof.
struct NoProof<'t> {
    topic: &'t Topic,
}

impl Entry for NoProof<'_> {
    fn text(&self, _options: &TextOptions<'_>) -> String {
        format!(
            "{DIM}none{DIM:#}  {}: a proof is a program in compile_fail, and there is none\n",
            self.topic.name
        )
    }

    fn objects(&self, _why: bool) -> Vec<Value> {
        Vec::new()
    }

    fn suite(&self) -> Option<Suite> {
        None
    }
}

/// A proof that was checked.
struct CheckedProof<'p> {
    topic: &'p Topic,
    proof: &'p Proof,
    /// Why it does not hold, if it does not.
    wrong: Option<Error>,
}

impl Entry for CheckedProof<'_> {
    fn text(&self, _options: &TextOptions<'_>) -> String {
        let (topic, name, code) = (&self.topic.name, &self.proof.name, &self.proof.code);
        match &self.wrong {
            None => format!("{GREEN}ok{GREEN:#}    {topic}/{name}  {DIM}{code}{DIM:#}\n"),
            Some(error) => {
                format!("{RED}FAIL{RED:#}  {topic}/{name}  {DIM}{code}{DIM:#}\n{error}\n")
            }
        }
    }

    fn objects(&self, _why: bool) -> Vec<Value> {
        let mut object = json!({
            "type": "proof",
            "topic": self.topic.name,
            "proof": self.proof.name,
            "code": self.proof.code,
            "line": self.proof.line,
            "holds": self.wrong.is_none(),
        });
        if self.wrong.is_some() {
            object["details"] = json!(self.details());
        }
        vec![object]
    }

    fn suite(&self) -> Option<Suite> {
        let Proof {
            name, code, line, ..
        } = self.proof;
        let case = Case {
            name: format!("the compiler refuses line {line} with {code}"),
            place: Some((shown_path(&self.proof.file), *line)),
            result: match self.wrong {
                None => CaseResult::Passed,
                Some(_) => CaseResult::Failed {
                    kind: "fail".to_string(),
                    story: self.details(),
                },
            },
        };
        Some(Suite::of_one(&format!("{}/{name}", self.topic.name), case))
    }
}

impl CheckedProof<'_> {
    fn details(&self) -> String {
        let wrong = self.wrong.as_ref().map(Error::to_string);
        anstream::adapter::strip_str(&wrong.unwrap_or_default()).to_string()
    }
}

/// What became of all proofs.
struct Summary {
    proofs: usize,
    failed: usize,
    wall: Duration,
}

impl Entry for Summary {
    fn text(&self, _options: &TextOptions<'_>) -> String {
        format!("{}, {} failed\n", count(self.proofs, "proof"), self.failed)
    }

    fn objects(&self, _why: bool) -> Vec<Value> {
        vec![json!({
            "type": "summary",
            "proofs": self.proofs,
            "failed": self.failed,
            "wall_ms": millis(self.wall),
        })]
    }

    fn suite(&self) -> Option<Suite> {
        Some(Suite::of_all("prove", self.wall))
    }
}
