//! For CI systems: a JUnit file, a suite for each program and a case for each rule.
//!
//! Written by hand: the format is five elements, and a crate for it would cost
//! more to build than these lines cost to read.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use super::event::{Event, Reporter};
use super::failure::hang_explored;
use super::{again, pitfall};
use crate::error::{Error, Result};
use crate::program::{Fault, Program};
use crate::runs::Outcome;
use invariants::Verdict;

/// Writes a JUnit file at the end.
pub struct Junit {
    file: PathBuf,
    suites: String,
}

impl Junit {
    /// A reporter that writes to `file`.
    ///
    /// # Errors
    ///
    /// The file cannot be written: better to know it now than at the end.
    pub fn new(file: PathBuf) -> Result<Self> {
        fs::write(&file, "").map_err(cannot_write(&file))?;
        Ok(Self {
            file,
            suites: String::new(),
        })
    }

    fn refused(&mut self, program: &Program, fault: &Fault) {
        let details = anstream::adapter::strip_str(&fault.details).to_string();
        let (name, what) = (escaped(&program.name), escaped(&fault.what));
        let case = if fault.file {
            "invariants.toml"
        } else {
            "builds"
        };
        let _ = writeln!(
            self.suites,
            "  <testsuite name=\"{name}\" tests=\"1\" failures=\"0\" errors=\"1\">\n    \
             <testcase classname=\"{name}\" name=\"{case}\">\n      \
             <error message=\"{what}\">{}</error>\n    </testcase>\n  </testsuite>",
            escaped(&details)
        );
    }

    fn ended(&mut self, program: &Program, outcome: &Outcome) {
        let name = escaped(&program.name);
        let mut cases = String::new();
        let (mut failures, mut skipped) = (0, 0);
        let rules = program.ready.iter().flat_map(|ready| &ready.spec.rules);
        for (rule, (report, _)) in rules.zip(&outcome.rules) {
            let story = escaped(&report.evidence.story);
            let _ = write!(
                cases,
                "    <testcase classname=\"{name}\" name=\"{}\"",
                escaped(&rule.claim)
            );
            let _ = match report.verdict {
                Verdict::Unsupported => {
                    skipped += 1;
                    writeln!(
                        cases,
                        ">\n      <skipped message=\"{story}\"/>\n    </testcase>"
                    )
                }
                verdict if !report.holds => {
                    failures += 1;
                    let verdict = verdict.name();
                    writeln!(
                        cases,
                        ">\n      <failure type=\"{verdict}\" message=\"{story}\"/>\n    </testcase>"
                    )
                }
                _ => writeln!(cases, "/>"),
            };
        }
        if let Some(error) = &outcome.error {
            let error = escaped(&error.to_string());
            let _ = writeln!(
                cases,
                "    <testcase classname=\"{name}\" name=\"runs\">\n      \
                 <error message=\"{error}\"/>\n    </testcase>"
            );
        }
        let errors = usize::from(outcome.error.is_some());
        let tests = outcome.rules.len() + errors;
        let seconds = outcome.wall.as_secs_f64();
        let _ = writeln!(
            self.suites,
            "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" \
             errors=\"{errors}\" skipped=\"{skipped}\" time=\"{seconds:.3}\">\n{}{cases}  </testsuite>",
            properties(program, outcome)
        );
    }
}

/// What is told of a program beyond its claims, if there is anything.
fn properties(program: &Program, outcome: &Outcome) -> String {
    let wrongs = pitfall::of(program, outcome);
    let told = [
        ("shows", program.shows.clone()),
        (
            "went_wrong",
            (!wrongs.is_empty()).then(|| pitfall::in_full(&wrongs)),
        ),
        (
            "interleavings",
            outcome.interleavings.map(|count| count.to_string()),
        ),
        (
            "again",
            (!outcome.holds()).then(|| again::run(program, &outcome.flags)),
        ),
        ("explore", hang_explored(program, outcome)),
    ];
    let mut text = String::new();
    for (name, value) in told {
        if let Some(value) = value {
            let value = escaped(&value);
            let _ = writeln!(text, "      <property name=\"{name}\" value=\"{value}\"/>");
        }
    }
    match text.is_empty() {
        true => text,
        false => format!("    <properties>\n{text}    </properties>\n"),
    }
}

impl Reporter for Junit {
    fn event(&mut self, event: &Event<'_>) -> Result<()> {
        match event {
            Event::Refused { program, fault } => self.refused(program, fault),
            Event::Ended { program, outcome } => self.ended(program, outcome),
            Event::End { summary } => {
                let text = format!(
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
                     <testsuites name=\"run-all\" time=\"{:.3}\">\n{}</testsuites>\n",
                    summary.wall.as_secs_f64(),
                    self.suites
                );
                fs::write(&self.file, text).map_err(cannot_write(&self.file))?;
            }
            _ => {}
        }
        Ok(())
    }
}

fn cannot_write(file: &std::path::Path) -> impl FnOnce(std::io::Error) -> Error {
    let shown = file.display().to_string();
    move |error| Error::usage(format!("cannot write {shown}: {error}"))
}

/// A text inside an element or an attribute; what XML 1.0 cannot hold is replaced.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\n' => escaped += "&#10;",
            '\t' => escaped += "&#9;",
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            c if c.is_control() && c < ' ' => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}
