//! How a pitfall goes wrong on a schedule: what that shows, and which claims it breaks.

use std::fmt::Write;

use serde_json::{Value, json};

use super::explored::ended;
use super::source::Subject;
use crate::program::Ready;
use crate::report::failure::Contradiction;
use crate::text::shown_path;
use invariants::spec::Companion;
use invariants::{RuleReport, Spec, Transcript, Verdict};

/// What a pitfall shows on a schedule.
pub struct Pitfall<'s> {
    subject: &'s Subject,
    ready: &'s Ready,
    /// What it shows, in a sentence.
    shows: &'s str,
    /// What the example obeys.
    example: &'s Spec,
    /// Of that what this run breaks and should, by the rules' places, with the evidence.
    broken: Vec<(usize, RuleReport)>,
}

impl<'s> Pitfall<'s> {
    /// A pitfall as it ran; `None` if the program is none.
    pub fn new(subject: &'s Subject, run: &Transcript) -> Option<Self> {
        let ready = subject.claims.as_ref()?;
        let example = &ready.invariants.example;
        let pitfall = subject.pitfall()?;
        let meant = meant(pitfall, example);
        let reports = invariants::check(example, run).rules.into_iter();
        let mut broken: Vec<_> = reports
            .enumerate()
            .filter(|(rule, report)| {
                let is_broken = matches!(report.verdict, Verdict::Fail | Verdict::NotWitnessed);
                is_broken && meant.contains(rule)
            })
            .collect();
        for (_, report) in broken
            .iter_mut()
            .filter(|(rule, _)| example.rules[*rule].kind == "outcome")
        {
            // Here a deadlock is known for what it is, and the schedule shows the last lines.
            report.evidence.story = format!("the program {}", ended(&run.end.exit));
            report.evidence.lines.clear();
        }
        Some(Self {
            subject,
            ready,
            shows: &pitfall.shows,
            broken,
            example,
        })
    }

    /// What it shows, and each claim that it breaks, with what contradicts that.
    pub fn text(&self, run: &Transcript) -> String {
        let file = shown_path(&self.subject.claims_file);
        let mut text = format!("  shows:  {}\n", self.shows);
        for (rule, report) in &self.broken {
            let (rule, story) = (&self.example.rules[*rule], &report.evidence.story);
            let _ = writeln!(text, "  breaks: {}", rule.claim);
            let contradiction = Contradiction {
                file: &file,
                ready: self.ready,
                rule,
                report,
                story,
                transcript: Some(run),
            };
            text += &contradiction.text();
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
        text
    }

    /// What went wrong, in a sentence.
    pub fn story(&self) -> &str {
        let first = self.broken.first();
        first.map_or(self.shows, |(_, report)| &report.evidence.story)
    }

    /// Adds this to what is said of the schedule to programs.
    pub fn add_to(&self, object: &mut Value) {
        let broken = self.broken.iter().map(|(rule, report)| {
            json!({
                "claim": self.example.rules[*rule].claim,
                "story": report.evidence.story,
            })
        });
        object["breaks"] = broken.collect();
        object["shows"] = json!(self.shows);
    }
}

/// The rules of the example that a pitfall is to break, by their places. One that names no claim
/// ends otherwise than the example.
pub fn meant(pitfall: &Companion, example: &Spec) -> Vec<usize> {
    let rules = example.rules.iter().enumerate();
    let meant = rules.filter(|(_, rule)| match pitfall.breaks.is_empty() {
        true => rule.kind == "outcome",
        false => pitfall.breaks.contains(&rule.claim),
    });
    meant.map(|(place, _)| place).collect()
}
