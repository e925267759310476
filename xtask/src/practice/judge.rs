//! Judging answers: built, run, read, and explored.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::build::build;
use super::exercise::{Exercise, rust_files};
use super::explored::explore;
use crate::batch::{self, Options};
use crate::error::{Error, Result};
use crate::explore::source::write_changed;
use crate::program::{self, Program};
use crate::report::failure;
use crate::report::{Event, Reporter, shown_path};
use crate::runs::Outcome;
use crate::workspace::{Topic, Workspace};
use invariants::{Exercise as Asked, count};

/// How often an answer is run.
const RUNS: u32 = 5;
/// An answer that takes long is run less often: no more once so much time has passed.
const ENOUGH: Duration = Duration::from_secs(2);
/// How long an answer may stand still until it is taken to hang.
const STILL: Duration = Duration::from_millis(500);

/// An answer to an exercise.
pub struct Answer<'e> {
    /// The exercise.
    pub exercise: &'e Exercise,
    /// The answer's folder.
    pub folder: PathBuf,
}

/// What an answer is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It keeps the claims, and its topic.
    Solved,
    /// The compiler refuses it.
    DoesNotCompile,
    /// A real run breaks a claim.
    BrokenOnARun,
    /// It keeps the claims, but does without what its topic is about.
    GivesUp,
    /// A schedule breaks a claim.
    BrokenOnASchedule,
}

impl Verdict {
    /// The verdict as JSON and people have it.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Solved => "solved",
            Verdict::DoesNotCompile => "does not compile",
            Verdict::BrokenOnARun => "broken on a run",
            Verdict::GivesUp => "gives up",
            Verdict::BrokenOnASchedule => "broken on a schedule",
        }
    }
}

/// What came of judging an answer.
pub struct Judged {
    /// What it is worth.
    pub verdict: Verdict,
    /// What was looked at, and what was not, where it is solved.
    pub looked_at: Vec<String>,
    /// What is wrong, as a person reads it.
    pub details: String,
}

impl Judged {
    /// An answer that is wrong, and why.
    pub(super) fn wrong(verdict: Verdict, details: impl Into<String>) -> Self {
        Self {
            verdict,
            looked_at: Vec::new(),
            details: details.into(),
        }
    }

    /// Whether nothing is wrong that is known so far.
    pub(super) fn is_right(&self) -> bool {
        self.verdict == Verdict::Solved
    }
}

/// Judges answers: builds all of them, runs each several times, and explores those that are
/// right so far, each for this time at most.
///
/// # Errors
///
/// A file cannot be read or written, the facade cannot be built, or the runner was interrupted.
pub fn judge(workspace: &Workspace, answers: &[Answer<'_>], time: Duration) -> Result<Vec<Judged>> {
    let asked = answers.iter().map(|answer| answer.exercise.asked());
    let asked: Vec<Asked> = asked.collect::<Result<_>>()?;
    for (answer, asked) in answers.iter().zip(&asked) {
        answer.restore_claims(asked)?;
    }
    let built = build(workspace, answers)?;
    let topics = answers.iter().map(Answer::topic).collect();
    let programs = program::programs(topics, built);
    let mut judged = run(&programs)?;
    for ((one, answer), asked) in judged.iter_mut().zip(answers).zip(&asked) {
        if one.is_right() {
            let missing = answer.missing(asked)?;
            if !missing.is_empty() {
                *one = Judged::wrong(Verdict::GivesUp, answer.gives_up(&missing));
            }
        }
    }
    explore(workspace, answers, time, &mut judged)?;
    Ok(judged)
}

impl Answer<'_> {
    /// Its crate, as the runner takes it.
    pub(super) fn topic(&self) -> Topic {
        Topic {
            name: self.exercise.name.clone(),
            section: self.exercise.topic.section.clone(),
            path: self.folder.clone(),
            member: false,
        }
    }

    /// Writes the claims anew: they are the exercise's.
    fn restore_claims(&self, asked: &Asked) -> Result<()> {
        let claims = self.exercise.claims(asked);
        let file = self.folder.join("invariants.toml");
        let cannot = Error::io(format!("cannot write {}", shown_path(&file)));
        write_changed(&file, claims.as_bytes()).map_err(cannot)
    }

    /// What it does not use and should.
    fn missing(&self, asked: &Asked) -> Result<Vec<String>> {
        let kept = self.exercise.kept(asked)?;
        let mut sources = Vec::new();
        for file in rust_files(&self.folder)? {
            let cannot = Error::io(format!("cannot read {}", shown_path(&file)));
            sources.push(fs::read_to_string(&file).map_err(cannot)?);
        }
        Ok(kept.missing(&sources))
    }

    /// Why it is refused although it keeps every claim.
    fn gives_up(&self, missing: &[String]) -> String {
        let (name, topic) = (&self.exercise.name, &self.exercise.topic.name);
        let missing = missing.iter();
        let missing: String = missing
            .map(|names| format!("  main does not come to {names}\n"))
            .collect();
        format!(
            "{name} keeps its claims, but gives up what {topic} is about:\n{missing}\
             An answer has to use them: mend how the program does so.\n"
        )
    }
}

/// Runs the answers that were built, each until it fails.
fn run(programs: &[Program]) -> Result<Vec<Judged>> {
    let options = Options {
        repeat: RUNS,
        until_fail: true,
        enough: Some(ENOUGH),
        still: Some(STILL),
        ..Options::default()
    };
    let mut reporter = Collecting(BTreeMap::new());
    let summary = batch::run(programs, &options, Instant::now(), &mut reporter)?;
    if summary.interrupted {
        return Err(Error::Interrupted);
    }
    let judged = programs.iter().map(|program| {
        let judged = reporter.0.remove(&program.name);
        judged.expect("each program is run or refused")
    });
    Ok(judged.collect())
}

/// Writes nothing, and keeps what came of each program.
struct Collecting(BTreeMap<String, Judged>);

impl Reporter for Collecting {
    fn event(&mut self, event: &Event<'_>) -> Result<()> {
        let (program, judged) = match event {
            Event::Ended { program, outcome } => (program, of_runs(program, outcome)),
            Event::Refused { program, fault } => {
                let details = failure::refusal(program, fault);
                (program, Judged::wrong(Verdict::DoesNotCompile, details))
            }
            _ => return Ok(()),
        };
        self.0.insert(program.name.clone(), judged);
        Ok(())
    }
}

fn of_runs(program: &Program, outcome: &Outcome) -> Judged {
    if !outcome.holds() {
        let folder = program.topic.path.to_string_lossy();
        let details = failure::failures(program, outcome);
        let details = details.replace(&*folder, &shown_path(&program.topic.path));
        return Judged::wrong(Verdict::BrokenOnARun, details);
    }
    let rules = count(outcome.rules.len(), "rule");
    let runs = count(outcome.runs as usize, "run");
    Judged {
        verdict: Verdict::Solved,
        looked_at: vec![format!("{rules} hold on {runs}")],
        details: String::new(),
    }
}
