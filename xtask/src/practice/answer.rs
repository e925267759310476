//! An answer to an exercise, and what it is worth.

use std::fs;
use std::path::PathBuf;

use super::exercise::{Exercise, rust_files};
use crate::error::{Error, Result};
use crate::explore::source::write_changed;
use crate::text::shown_path;
use crate::workspace::Topic;
use invariants::Requirements;

/// An answer to an exercise.
pub struct Answer<'e> {
    /// The exercise.
    pub exercise: &'e Exercise,
    /// The answer's folder.
    pub folder: PathBuf,
}

/// What an answer is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerVerdict {
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

impl AnswerVerdict {
    /// The verdict as JSON and people have it.
    pub fn name(self) -> &'static str {
        match self {
            AnswerVerdict::Solved => "solved",
            AnswerVerdict::DoesNotCompile => "does not compile",
            AnswerVerdict::BrokenOnARun => "broken on a run",
            AnswerVerdict::GivesUp => "gives up",
            AnswerVerdict::BrokenOnASchedule => "broken on a schedule",
        }
    }
}

/// What came of judging an answer.
pub struct Judged {
    /// What it is worth.
    pub verdict: AnswerVerdict,
    /// What was looked at, and what was not, where it is solved.
    pub looked_at: Vec<String>,
    /// What is wrong, as a person reads it.
    pub details: String,
}

impl Judged {
    /// An answer that is wrong, and why.
    pub(super) fn wrong(verdict: AnswerVerdict, details: impl Into<String>) -> Self {
        Self {
            verdict,
            looked_at: Vec::new(),
            details: details.into(),
        }
    }

    /// Whether nothing is wrong that is known so far.
    pub(super) fn is_right(&self) -> bool {
        self.verdict == AnswerVerdict::Solved
    }
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
    pub(super) fn restore_claims(&self, asked: &Requirements) -> Result<()> {
        let claims = self.exercise.claims(asked);
        let file = self.folder.join("invariants.toml");
        let cannot = Error::io(format!("cannot write {}", shown_path(&file)));
        write_changed(&file, claims.as_bytes()).map_err(cannot)
    }

    /// What it does not use and should.
    pub(super) fn missing(&self, asked: &Requirements) -> Result<Vec<String>> {
        let kept = self.exercise.kept(asked)?;
        let mut sources = Vec::new();
        for file in rust_files(&self.folder)? {
            let cannot = Error::io(format!("cannot read {}", shown_path(&file)));
            sources.push(fs::read_to_string(&file).map_err(cannot)?);
        }
        Ok(kept.missing(&sources))
    }

    /// Why it is refused although it keeps every claim.
    pub(super) fn gives_up(&self, missing: &[String]) -> String {
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
