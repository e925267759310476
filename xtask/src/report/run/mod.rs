//! What a report says of programs that were run.

use std::time::Duration;

use serde_json::{Value, json};

use super::claims::claims;
use super::event::{Entry, TextOptions};
use super::failure::{failures, hang_explored, refusal};
use super::suite::{Case, CaseResult, Suite, place_in};
use super::{again, pitfall};
use crate::error::{ALL_HOLD, BROKEN, INTERRUPTED, WRONG};
use crate::program::{NotReady, Program};
use crate::runs::{Ended, RunResults};
use crate::text::style::{DIM, GREEN, RED, YELLOW};
use crate::text::{line_and_column, millis, shown_path};
use invariants::spec::Rule;
use invariants::{RuleReport, Verdict, count};

pub mod object;
pub mod row;

/// A program, and what became of it.
pub enum Ran<'r> {
    /// It cannot be run.
    Refused(&'r Program, &'r NotReady),
    /// It was run.
    Ended(&'r Program, &'r RunResults),
}

impl<'r> Ran<'r> {
    /// What became of a program.
    pub fn new(program: &'r Program, ended: &'r Ended) -> Self {
        match ended {
            Ended::Ran(results) => Ran::Ended(program, results),
            Ended::Refused => {
                let reason = program.ready.as_ref().err();
                let reason = reason.expect("only a program that cannot be run is refused");
                Ran::Refused(program, reason)
            }
        }
    }

    /// Everything that is wrong with it, as a person reads it.
    pub fn failures(&self) -> String {
        match self {
            Ran::Refused(program, reason) => refusal(program, reason),
            Ran::Ended(program, results) => failures(program, results),
        }
    }
}

impl Entry for Ran<'_> {
    fn text(&self, options: &TextOptions<'_>) -> String {
        match self {
            Ran::Refused(program, reason) => {
                let (name, what, width) = (&program.name, &reason.what, options.width);
                format!("{RED}FAIL{RED:#}  {name:<width$}  {what}\n")
            }
            Ran::Ended(program, results) => {
                let row = row::row(program, results, options);
                match options.live {
                    true => format!("{row}\n{}", claims(program, results, options.why)),
                    false => format!("{row}\n"),
                }
            }
        }
    }

    fn failures(&self, _options: &TextOptions<'_>) -> String {
        self.failures()
    }

    fn again(&self) -> Option<(String, String)> {
        let (program, flags) = match self {
            Ran::Refused(program, _) => (program, ""),
            Ran::Ended(_, results) if results.holds() => return None,
            Ran::Ended(program, results) => (program, results.flags.as_str()),
        };
        Some((program.name.clone(), again::run(program, flags)))
    }

    fn objects(&self, why: bool) -> Vec<Value> {
        vec![match self {
            Ran::Refused(program, reason) => object::refused(program, reason),
            Ran::Ended(program, results) => object::ended(program, results, why),
        }]
    }

    fn suite(&self) -> Option<Suite> {
        Some(match self {
            Ran::Refused(program, reason) => {
                Suite::of_one(&program.name, of_not_ready(program, reason))
            }
            Ran::Ended(program, results) => suite(program, results),
        })
    }
}

fn of_not_ready(program: &Program, reason: &NotReady) -> Case {
    let (name, file) = match reason.file {
        true => ("invariants.toml", program.topic.invariants_file()),
        false => ("builds", program.topic.main_file()),
    };
    let details = anstream::adapter::strip_str(&reason.details).to_string();
    let whole = (shown_path(&file), 1);
    Case {
        name: name.to_string(),
        place: Some(place_in(&details).unwrap_or(whole)),
        result: CaseResult::Error {
            what: reason.what.clone(),
            details,
        },
    }
}

fn suite(program: &Program, results: &RunResults) -> Suite {
    let wrongs = pitfall::of(program, results);
    let wrong = (!wrongs.is_empty()).then(|| pitfall::in_full(&wrongs));
    let again = (!results.holds()).then(|| again::run(program, &results.flags));
    let interleavings = results.interleavings.map(|count| count.to_string());
    let properties = [
        ("shows", program.shows.clone()),
        ("went_wrong", wrong),
        ("interleavings", interleavings),
        ("again", again),
        ("explore", hang_explored(program, results)),
    ];
    let properties = properties.into_iter();
    let rules = program.ready.iter().flat_map(|ready| &ready.spec.rules);
    let rules = rules.zip(&results.rules);
    let cases = rules.map(|(rule, (report, _))| of_rule(program, rule, report));
    // What kept it from being run has no place in a file.
    let error = results.error.as_ref().map(|error| Case {
        name: "runs".to_string(),
        place: None,
        result: CaseResult::Error {
            what: error.to_string(),
            details: String::new(),
        },
    });
    Suite {
        name: program.name.clone(),
        seconds: results.wall.as_secs_f64(),
        properties: properties
            .filter_map(|(name, value)| Some((name, value?)))
            .collect(),
        cases: cases.chain(error).collect(),
    }
}

fn of_rule(program: &Program, rule: &Rule, report: &RuleReport) -> Case {
    let story = report.evidence.story.clone();
    let result = match report.verdict {
        Verdict::Unsupported => CaseResult::Skipped { why: story },
        _ if report.holds => CaseResult::Passed,
        verdict => CaseResult::Failed {
            kind: verdict.name().to_string(),
            story,
        },
    };
    Case {
        name: rule.claim.clone(),
        result,
        place: place_of(program, rule),
    }
}

/// The line of the program's file that states a rule; its first line for one that is not stated.
fn place_of(program: &Program, rule: &Rule) -> Option<(String, usize)> {
    let ready = program.ready.as_ref().ok()?;
    let start = rule.span.as_ref().map_or(0, |span| span.start);
    let (line, _) = line_and_column(&ready.invariants.source, start);
    Some((shown_path(&program.topic.invariants_file()), line))
}

/// What became of all of them.
#[derive(Debug, Default, Clone)]
pub struct Summary {
    /// How many programs there were.
    pub programs: usize,
    /// How many of them hold.
    pub passed: usize,
    /// How many do not, or could not be run.
    pub failed: usize,
    /// How many were not started, because another had failed or because of Ctrl-C.
    pub skipped: usize,
    /// How many rules were checked.
    pub rules: usize,
    /// How many of them the machine could not decide.
    pub unsupported: usize,
    /// From the start of the command to now.
    pub wall: Duration,
    /// The program that took longest beside others, and how long.
    pub longest: Option<(String, Duration)>,
    /// How long those took together that need the machine to themselves.
    pub alone: Duration,
    /// Whether an invariants file is wrong.
    pub file_wrong: bool,
    /// Whether it was interrupted.
    pub interrupted: bool,
}

impl Summary {
    /// Counts a program.
    pub fn count(&mut self, ran: &Ran<'_>) {
        let (program, results) = match ran {
            Ran::Ended(program, results) => (program, results),
            Ran::Refused(_, reason) => {
                self.failed += 1;
                self.file_wrong |= reason.file;
                return;
            }
        };
        match results.holds() {
            true => self.passed += 1,
            false => self.failed += 1,
        }
        self.rules += results.rules.len();
        let unsupported = |(report, _): &&(RuleReport, u32)| report.verdict == Verdict::Unsupported;
        self.unsupported += results.rules.iter().filter(unsupported).count();
        let longest = self.longest.as_ref().map(|(_, wall)| *wall);
        if program.is_alone() {
            self.alone += results.wall;
        } else if results.wall > longest.unwrap_or_default() {
            self.longest = Some((program.name.clone(), results.wall));
        }
    }

    /// The least time that the runs could have taken: as long as the longest program that may
    /// run beside others, and after it those that need the machine to themselves.
    pub fn bound(&self) -> Duration {
        let longest = self.longest.as_ref().map(|(_, wall)| *wall);
        longest.unwrap_or_default() + self.alone
    }

    /// The status with which the command ends.
    pub fn exit_code(&self) -> u8 {
        match self {
            _ if self.interrupted => INTERRUPTED,
            _ if self.file_wrong => WRONG,
            _ if self.failed > 0 => BROKEN,
            _ => ALL_HOLD,
        }
    }
}

impl Entry for Summary {
    fn text(&self, options: &TextOptions<'_>) -> String {
        let programs = count(self.programs, "program");
        let rules = count(self.rules, "rule");
        let mut text = match self.failed {
            0 => format!("{GREEN}{programs}, {rules}{GREEN:#}"),
            failed => format!("{RED}{failed} of {programs} failed{RED:#}, {rules}"),
        };
        if self.unsupported > 0 {
            let unsupported = self.unsupported;
            text += &format!(", {unsupported} unsupported on this machine");
        }
        if self.skipped > 0 {
            text += &format!(", {} not run", self.skipped);
        }
        text += &format!(" in {:.2} s", self.wall.as_secs_f64());
        if let (Some((longest, _)), false) = (&self.longest, options.live) {
            let bound = self.bound().as_secs_f64();
            text += &format!(" {DIM}(bound {bound:.2} s, by {longest}){DIM:#}");
        }
        if self.interrupted {
            text += &format!(" {YELLOW}interrupted{YELLOW:#}");
        }
        text.push('\n');
        if options.live && self.exit_code() == ALL_HOLD {
            let words = options.words;
            text += &format!("{DIM}what each claim is worth: cargo xtask audit {words}{DIM:#}\n");
        }
        text
    }

    fn objects(&self, _why: bool) -> Vec<Value> {
        vec![json!({
            "type": "summary",
            "programs": self.programs,
            "passed": self.passed,
            "failed": self.failed,
            "skipped": self.skipped,
            "rules": self.rules,
            "unsupported": self.unsupported,
            "wall_ms": millis(self.wall),
            "bound_ms": millis(self.bound()),
            "interrupted": self.interrupted,
        })]
    }

    fn suite(&self) -> Option<Suite> {
        Some(Suite::of_all("run-all", self.wall))
    }
}
