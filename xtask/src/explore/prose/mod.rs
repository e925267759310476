//! What came of exploring a program, as a person reads it.

mod conflict;
mod coverage;
mod execution;
mod outputs;

use std::fmt::Write;

use super::verdict::{NOT_EXPLORED_FURTHER, ProgramVerdict, Status};
use crate::program::Role;
use crate::report::failure::Contradiction;
use crate::text::style::{BOLD, DIM, GREEN, RED};
use crate::text::{counted, listed, shown_path, thousands};
pub use coverage::{coverage, phases, preempted};
pub use execution::ExecutionProse;
pub use outputs::{outputs, real_runs};

/// How many columns a table has where it goes to no terminal.
pub const PIPE_WIDTH: usize = 100;

/// Describes a program that was explored.
pub struct Prose<'v> {
    verdict: &'v ProgramVerdict<'v>,
    /// Describes its executions.
    pub executions: ExecutionProse<'v>,
}

impl<'v> Prose<'v> {
    /// Describes this program; a table has so many columns.
    pub fn new(verdict: &'v ProgramVerdict<'v>, width: usize) -> Self {
        Self {
            verdict,
            executions: ExecutionProse::new(verdict, width),
        }
    }

    /// A line of what came of it, and what else a reader has to know although all is well.
    pub fn line(&self, width: usize) -> String {
        let name = &self.verdict.subject.name;
        let word = match self.verdict.status {
            Status::Proved => format!("{GREEN}proved{GREEN:#}"),
            Status::Held => format!("{GREEN}held{GREEN:#}  "),
            Status::Found => format!("{GREEN}found{GREEN:#} "),
            Status::NotFound | Status::Broken => format!("{RED}FAIL{RED:#}  "),
            Status::NotExploredFurther => format!("{BOLD}{NOT_EXPLORED_FURTHER}{BOLD:#}"),
        };
        let seconds = self.verdict.explored.wall.as_secs_f64();
        let mut text = format!("{word}  {name:<width$}  {}  {seconds:.1} s", self.what());
        // What was asked for has a line of its own.
        let real = self.verdict.explored.real.as_ref();
        if let Some(real) = real.filter(|real| real.explored.is_none() && real.agrees()) {
            let (runs, s) = counted(real.runs.into(), "real run");
            let _ = write!(text, "  {DIM}{runs} {s}: no other output{DIM:#}");
        }
        if let Some(why) = self.verdict.explored.no_real_runs {
            let _ = write!(text, "  {DIM}no real runs: {why}{DIM:#}");
        }
        if self.verdict.subject.role != Role::Example {
            let subject = self.verdict.subject;
            let (role, topic) = (subject.role.name(), &subject.topic);
            let _ = write!(text, "  {DIM}{role} of {topic}{DIM:#}");
        }
        text + "\n" + &self.searches_given_up() + &self.only_because_of_time()
    }

    /// What came of it, in a few words.
    pub fn what(&self) -> String {
        let what = match (self.verdict.status, self.verdict.found) {
            (Status::Found, found) => {
                let (n, s) = counted(found.unwrap_or(1), "schedule");
                format!("after {n} {s}")
            }
            (Status::NotFound, _) => {
                format!(
                    "does not go wrong as it should {}",
                    coverage(self.verdict, "on")
                )
            }
            (Status::Broken, _) => {
                let count = (self.verdict.broken.len() + self.verdict.unseen.len()) as u64;
                let (n, s) = counted(count, "failure");
                match (count, &self.verdict.explored.real) {
                    // All that was explored held; the line on the real runs follows.
                    (0, Some(real)) if self.verdict.explored.schedules > 0 => {
                        let (n, s) = counted(real.unexplored.len() as u64, "other output");
                        format!(
                            "held {}, but real runs printed {n} {s}",
                            coverage(self.verdict, "on")
                        )
                    }
                    _ => format!("{n} {s} {}", coverage(self.verdict, "among")),
                }
            }
            (Status::Proved, _) => format!("held {}", coverage(self.verdict, "on")),
            (Status::Held, _) => coverage(self.verdict, "on"),
            (Status::NotExploredFurther, _) => self.why_not_further(),
        };
        match &self.verdict.reservations[..] {
            but @ [_, ..] if self.verdict.status == Status::Held => {
                format!("{what}, but {}", listed(but))
            }
            _ => what,
        }
    }

    /// A line for each systematic search that was given up.
    fn searches_given_up(&self) -> String {
        let status = self.verdict.status;
        // Where it is all that is known, it has been said.
        let is_said = status == Status::NotExploredFurther && self.verdict.refused.is_empty();
        if status == Status::Found || is_said {
            return String::new();
        }
        let given_up = self.given_up().into_iter();
        let lines = given_up.map(|(search, too_much)| {
            format!("        {search} search was given up, at a schedule of more than {too_much}\n")
        });
        lines.collect()
    }

    /// What is wrong only if a sleep may end at any time, each with a schedule.
    fn only_because_of_time(&self) -> String {
        let mut text = String::new();
        let mut shown = Vec::new();
        for execution in &self.verdict.untimely {
            let what = self
                .executions
                .claim(execution)
                .unwrap_or_else(|| self.executions.what_is_wrong(execution));
            if !shown.contains(&what) {
                let replay = self.verdict.replay(&execution.schedule);
                let _ = writeln!(
                    text,
                    "        holds only because of time: {}\n        {DIM}{replay}{DIM:#}",
                    what.replace('\n', "\n        ")
                );
                shown.push(what);
            }
        }
        text
    }

    /// Why it is not explored further, as in "because of more than 1000 threads at once".
    pub fn why_not_further(&self) -> String {
        if self.verdict.refused.is_empty() {
            let given_up = self.given_up();
            let whys = given_up.iter().map(|(search, too_much)| {
                format!("because of more than {too_much} on a schedule, at which {search} search is given up")
            });
            return whys.collect::<Vec<_>>().join(", and ");
        }
        let whys = self
            .verdict
            .refused
            .iter()
            .map(|execution| self.executions.refusal(execution));
        whys.collect::<Vec<_>>().join(", and ")
    }

    /// The systematic searches that were given up, each as in "an exhaustive", with what a schedule
    /// had too much of.
    fn given_up(&self) -> Vec<(&'static str, String)> {
        let Some(summary) = &self.verdict.explored.summary else {
            return Vec::new();
        };
        let threads = summary.given_up_beyond_threads;
        let threads = threads.map(|most| ("an exhaustive", format!("{most} threads")));
        let steps = summary.given_up_after;
        let steps = steps.map(|most| ("a systematic", format!("{} steps", thousands(most.into()))));
        threads.into_iter().chain(steps).collect()
    }

    /// All that is wrong with it, in full.
    pub fn failures(&self) -> String {
        let mut text = String::new();
        let refused = self
            .verdict
            .refused
            .iter()
            .filter(|_| self.verdict.status != Status::Found);
        for execution in self.verdict.broken.iter().chain(refused) {
            text += &self.executions.in_full(execution);
            text.push('\n');
        }
        if let Some(ready) = &self.verdict.subject.claims {
            let file = shown_path(&self.verdict.subject.claims_file);
            for &index in &self.verdict.unseen {
                let rule = &ready.spec.rules[index];
                let report = invariants::RuleReport {
                    verdict: invariants::Verdict::NotWitnessed,
                    holds: false,
                    evidence: invariants::Evidence::default(),
                };
                let (n, s) = counted(self.verdict.explored.schedules, "schedule");
                let story = format!("none of {n} {s} shows it");
                let contradiction = Contradiction {
                    file: &file,
                    ready,
                    rule,
                    report: &report,
                    story: &story,
                    transcript: None,
                };
                text += &contradiction.of(&self.verdict.subject.name);
                text.push('\n');
            }
        }
        if self.verdict.status == Status::NotFound {
            let (name, file) = (
                &self.verdict.subject.name,
                shown_path(&self.verdict.subject.claims_file),
            );
            let _ = writeln!(
                text,
                "{RED}FAIL{RED:#} {BOLD}{name}: the pitfall does not go wrong as {file} says{BOLD:#}\n  \
                 it was explored {}\n",
                coverage(self.verdict, "on")
            );
        }
        text
    }

    /// The schedule on which a pitfall goes wrong, in full.
    pub fn found(&self) -> String {
        let mut executions = self.verdict.explored.executions.iter();
        let found = executions.find(|execution| execution.found.is_some());
        found.map_or_else(String::new, |execution| {
            format!("\n{}", self.executions.in_full(execution))
        })
    }

    /// Every schedule that was asked for, in full.
    pub fn replayed(&self) -> String {
        self.verdict
            .explored
            .executions
            .iter()
            .map(|execution| self.executions.in_full(execution))
            .collect()
    }
}
