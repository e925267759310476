//! What is said of each program that was to be explored, and in the end of all of them.

use std::time::Duration;

use serde_json::{Value, json};

use super::flags::ExploreArgs;
use crate::error::{ALL_HOLD, BROKEN, INTERRUPTED};
use crate::explore::object;
use crate::explore::prose::{PIPE_WIDTH, Prose, outputs, phases, real_runs};
use crate::explore::source::Subject;
use crate::explore::suite;
use crate::explore::verdict::{NOT_EXPLORED_FURTHER, ProgramVerdict, Status};
use crate::report::event::{Entry, TextOptions};
use crate::report::suite::{Case, CaseResult, Suite, place_in};
use crate::text::millis;
use crate::text::style::{BOLD, DIM, GREEN, RED};

/// What a program is worth of which nothing is known, as JSON and people have it.
const NOT_EXPLORED: &str = "not explored";

/// A program that was explored.
pub struct ExploredEntry<'e> {
    /// What was asked for.
    pub asked: &'e ExploreArgs,
    /// What the program is worth.
    pub verdict: &'e ProgramVerdict<'e>,
}

impl ExploredEntry<'_> {
    fn prose(&self, options: &TextOptions<'_>) -> Prose<'_> {
        Prose::new(self.verdict, options.columns.unwrap_or(PIPE_WIDTH))
    }

    /// What is told although all is well: outputs, real runs, and how a pitfall was found.
    fn details(&self, prose: &Prose<'_>) -> String {
        let mut details = real_runs(self.verdict);
        let all = self.asked.settings.outputs;
        // What a program prints may be all that it is for; a test says itself what is wrong.
        let subject = self.verdict.subject;
        if all || subject.claims.is_none() && subject.test.is_none() {
            details = outputs(self.verdict, all) + &details;
        }
        if self.asked.wanted.program.is_some() {
            details += &prose.found();
        }
        details
    }
}

impl Entry for ExploredEntry<'_> {
    fn text(&self, options: &TextOptions<'_>) -> String {
        let prose = self.prose(options);
        if self.asked.replay.is_some() {
            return prose.replayed();
        }
        let mut text = prose.line(options.width);
        if !self.asked.is_all {
            text += &phases(self.verdict);
        }
        if !self.verdict.is_wrong() {
            text += &self.details(&prose);
        }
        text
    }

    /// What is wrong comes first, and what else is known of the program below it.
    fn failures(&self, options: &TextOptions<'_>) -> String {
        if self.asked.replay.is_some() || !self.verdict.is_wrong() {
            return String::new();
        }
        let prose = self.prose(options);
        let details = self.details(&prose);
        let gap = if details.is_empty() { "" } else { "\n" };
        format!("{}{details}{gap}", prose.failures())
    }

    fn objects(&self, _why: bool) -> Vec<Value> {
        object::objects(self.verdict)
    }

    fn suite(&self) -> Option<Suite> {
        Some(suite::suite(self.verdict))
    }
}

/// A program that was not explored.
pub struct Unexplored<'e> {
    /// The program, or another one of its package.
    pub subject: &'e Subject,
    /// Why.
    pub why: Why<'e>,
}

/// Why a program was not explored.
pub enum Why<'e> {
    /// The compiler refuses it.
    DoesNotCompile {
        /// What is wrong, in a few words.
        what: &'e str,
        /// What the compiler says.
        details: &'e str,
    },
    /// The exploring process has come to no result.
    NoResult {
        /// What became of it.
        details: String,
    },
    /// The compiler takes it, and it cannot be explored.
    Refused {
        /// Why, in a few words.
        what: &'e str,
        /// What the compiler says, with notes on it.
        details: &'e str,
    },
    /// It was not meant to be.
    NotMeant {
        /// The names of the programs: this one, or others of its package.
        names: &'e [String],
        /// The reason.
        reason: String,
    },
}

impl Why<'_> {
    /// What such a program is worth, as JSON and people have it.
    fn status(&self) -> &'static str {
        match self {
            Why::DoesNotCompile { .. } => "does not compile",
            Why::NoResult { .. } => "no result",
            Why::Refused { .. } | Why::NotMeant { .. } => NOT_EXPLORED,
        }
    }

    /// The reason in a few words.
    fn in_short(&self) -> &str {
        match self {
            Why::DoesNotCompile { what, .. } | Why::Refused { what, .. } => what,
            Why::NoResult { .. } => self.status(),
            Why::NotMeant { reason, .. } => reason,
        }
    }

    /// The whole reason, if there is more to be said.
    fn details(&self) -> &str {
        match self {
            Why::DoesNotCompile { details, .. } | Why::Refused { details, .. } => details,
            Why::NoResult { details } => details,
            Why::NotMeant { .. } => "",
        }
    }
}

impl Unexplored<'_> {
    /// The names of the programs that this is about.
    pub fn names(&self) -> &[String] {
        match &self.why {
            Why::NotMeant { names, .. } => names,
            _ => std::slice::from_ref(&self.subject.name),
        }
    }

    fn case(&self, name: &str) -> Case {
        let (what, details) = (self.why.in_short(), self.why.details());
        let details = anstream::adapter::strip_str(details).to_string();
        match &self.why {
            Why::NotMeant { reason, .. } => Case {
                name: name.to_string(),
                place: None,
                result: CaseResult::Skipped {
                    why: reason.clone(),
                },
            },
            why => Case {
                name: match why {
                    Why::NoResult { .. } => "explored to the end".to_string(),
                    _ => "builds".to_string(),
                },
                place: place_in(&details).or(Some((self.subject.shown_file(), 1))),
                result: CaseResult::Error {
                    what: what.to_string(),
                    details,
                },
            },
        }
    }
}

impl Entry for Unexplored<'_> {
    fn text(&self, options: &TextOptions<'_>) -> String {
        let (names, width) = (self.names().join(", "), options.width);
        let what = self.why.in_short();
        match self.why {
            Why::DoesNotCompile { .. } | Why::NoResult { .. } => {
                format!("{RED}FAIL{RED:#}    {names:<width$}  {what}\n")
            }
            Why::Refused { .. } => {
                format!("{BOLD}{NOT_EXPLORED}{BOLD:#}  {names:<width$}  {what}\n")
            }
            Why::NotMeant { .. } => format!("{DIM}{NOT_EXPLORED}{DIM:#}  {names}: {what}\n"),
        }
    }

    fn failures(&self, _options: &TextOptions<'_>) -> String {
        let (name, what, details) = (&self.subject.name, self.why.in_short(), self.why.details());
        match self.why {
            Why::DoesNotCompile { .. } | Why::NoResult { .. } => {
                format!("{RED}FAIL{RED:#} {BOLD}{name}: {what}{BOLD:#}\n{details}\n")
            }
            Why::Refused { .. } => {
                format!("{BOLD}{name}: {NOT_EXPLORED}{BOLD:#}\n{details}\n")
            }
            Why::NotMeant { .. } => String::new(),
        }
    }

    fn objects(&self, _why: bool) -> Vec<Value> {
        let details = anstream::adapter::strip_str(self.why.details()).to_string();
        let objects = self.names().iter().map(|name| {
            let mut object = json!({
                "type": "program",
                "topic": self.subject.topic,
                "program": name,
                "role": self.subject.role.name(),
                "status": in_json(self.why.status()),
            });
            match &self.why {
                Why::DoesNotCompile { .. } | Why::NoResult { .. } => {
                    object["holds"] = json!(false);
                    object["details"] = json!(details);
                }
                Why::Refused { what, .. } => {
                    object["holds"] = Value::Null;
                    object["why"] = json!(what);
                    object["details"] = json!(details);
                }
                Why::NotMeant { reason, .. } => object["why"] = json!(reason),
            }
            object
        });
        objects.collect()
    }

    fn suite(&self) -> Option<Suite> {
        let names = self.names();
        let cases = names.iter().map(|name| self.case(name));
        Some(Suite {
            name: match names {
                [name] => name.clone(),
                _ => self.subject.topic.clone(),
            },
            seconds: 0.0,
            properties: Vec::new(),
            cases: cases.collect(),
        })
    }
}

/// A status as JSON has it.
fn in_json(status: &str) -> String {
    status.replace(' ', "_")
}

/// What became of all programs.
#[derive(Default)]
pub struct Summary {
    /// What each is worth, as people have it.
    statuses: Vec<&'static str>,
    failed: usize,
    /// How many the compiler takes, and cannot be explored.
    refused: usize,
    /// The command that shows the schedule of a pitfall that was found.
    found: Option<String>,
    /// From the start of the command to its end.
    pub wall: Duration,
    /// Whether it was interrupted.
    pub interrupted: bool,
    /// Whether they are the tests of a crate, and not programs.
    are_tests: bool,
}

impl Summary {
    /// Nothing has become of any yet.
    pub fn new(asked: &ExploreArgs) -> Self {
        Self {
            are_tests: asked.tests.is_some(),
            ..Self::default()
        }
    }

    /// Counts a program that was explored.
    pub fn explored(&mut self, asked: &ExploreArgs, verdict: &ProgramVerdict<'_>) {
        self.statuses.push(verdict.status.name());
        self.failed += usize::from(verdict.status.holds() == Some(false));
        let is_shown = asked.replay.is_some() || asked.wanted.program.is_some();
        if verdict.status == Status::Found && !is_shown && self.found.is_none() {
            self.found = Some(verdict.subject.command.clone());
        }
    }

    /// Counts programs that were not explored.
    pub fn unexplored(&mut self, entry: &Unexplored<'_>) {
        let status = entry.why.status();
        self.statuses.extend(entry.names().iter().map(|_| status));
        match entry.why {
            Why::DoesNotCompile { .. } | Why::NoResult { .. } => self.failed += 1,
            Why::Refused { .. } => self.refused += 1,
            Why::NotMeant { .. } => {}
        }
    }

    /// How many programs have each status.
    fn counts(&self) -> [(&'static str, usize); 9] {
        [
            "proved",
            "held",
            "found",
            "broken",
            "not found",
            "does not compile",
            "no result",
            NOT_EXPLORED_FURTHER,
            NOT_EXPLORED,
        ]
        .map(|status| (status, self.count(status)))
    }

    fn count(&self, status: &str) -> usize {
        let statuses = self.statuses.iter();
        statuses.filter(|known| **known == status).count()
    }

    fn holds(&self) -> bool {
        self.failed == 0 && self.refused == 0 && self.count(NOT_EXPLORED_FURTHER) == 0
    }

    /// The status with which the command ends.
    pub fn exit_code(&self) -> u8 {
        match () {
            () if self.interrupted => INTERRUPTED,
            () if self.holds() => ALL_HOLD,
            () => BROKEN,
        }
    }
}

impl Entry for Summary {
    fn text(&self, _options: &TextOptions<'_>) -> String {
        let mut text = String::new();
        let all = self.statuses.len();
        if all > 1 {
            let what = if self.are_tests { "tests" } else { "programs" };
            let (programs, style) = match self.failed {
                0 if self.holds() => (format!("{all} {what}"), GREEN),
                0 => (format!("{all} {what}"), BOLD),
                failed => (format!("{failed} of {all} {what} failed"), RED),
            };
            text += &format!("{style}{programs}{style:#}");
            for (status, count) in self.counts().iter().filter(|(_, count)| *count > 0) {
                text += &format!(", {count} {status}");
            }
            text += &format!(" in {:.1} s\n", self.wall.as_secs_f64());
        }
        if self.are_tests {
            text += &format!("{DIM}examples in the documentation are no part of this{DIM:#}\n");
        }
        if let Some(command) = &self.found {
            text += &format!("{DIM}the schedule on which a pitfall goes wrong: {command}{DIM:#}\n");
        }
        if self.interrupted {
            text += &format!("{RED}interrupted{RED:#}\n");
        }
        text
    }

    fn objects(&self, _why: bool) -> Vec<Value> {
        let mut summary = json!({
            "type": "summary",
            "programs": self.statuses.len(),
            "wall_ms": millis(self.wall),
            "interrupted": self.interrupted,
        });
        for (status, count) in self.counts() {
            summary[in_json(status)] = json!(count);
        }
        vec![summary]
    }

    fn suite(&self) -> Option<Suite> {
        Some(Suite::of_all("explore", self.wall))
    }
}
