//! For CI systems: a JUnit file, a suite for each program and a case for each claim.
//!
//! Written by hand: the format is five elements, and a crate for it would cost
//! more to build than these lines cost to read.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use super::event::{ReportEvent, Reporter};
use super::suite::{Case, CaseResult, Suite};
use crate::error::{Error, Result};
use crate::process;

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

    fn end(&self, all: &Suite) -> Result<()> {
        let (name, seconds, mut suites) = (escaped(&all.name), all.seconds, self.suites.clone());
        if process::interrupted() {
            suites += &element(&Suite::interrupted());
        }
        let text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <testsuites name=\"{name}\" time=\"{seconds:.3}\">\n{suites}</testsuites>\n"
        );
        fs::write(&self.file, text).map_err(cannot_write(&self.file))
    }
}

impl Reporter for Junit {
    fn event(&mut self, event: &ReportEvent<'_>) -> Result<()> {
        match event {
            ReportEvent::Ended { entry, .. } => {
                self.suites += &entry
                    .suite()
                    .map_or_else(String::new, |suite| element(&suite));
                Ok(())
            }
            ReportEvent::End { summary } => summary.suite().map_or(Ok(()), |all| self.end(&all)),
            _ => Ok(()),
        }
    }
}

/// The element of a suite.
fn element(suite: &Suite) -> String {
    let (name, seconds, tests) = (escaped(&suite.name), suite.seconds, suite.cases.len());
    let (mut failures, mut errors, mut skipped) = (0, 0, 0);
    let mut cases = String::new();
    for Case {
        name: case, result, ..
    } in &suite.cases
    {
        let case = escaped(case);
        let inside = match result {
            CaseResult::Passed => None,
            CaseResult::Failed { kind, story } => {
                failures += 1;
                let (kind, story) = (escaped(kind), escaped(story));
                Some(format!("<failure type=\"{kind}\" message=\"{story}\"/>"))
            }
            CaseResult::Skipped { why } => {
                skipped += 1;
                Some(format!("<skipped message=\"{}\"/>", escaped(why)))
            }
            CaseResult::Error { what, details } => {
                errors += 1;
                let (what, details) = (escaped(what), escaped(details));
                Some(match details.is_empty() {
                    true => format!("<error message=\"{what}\"/>"),
                    false => format!("<error message=\"{what}\">{details}</error>"),
                })
            }
        };
        let _ = write!(cases, "    <testcase classname=\"{name}\" name=\"{case}\"");
        let _ = match inside {
            None => writeln!(cases, "/>"),
            Some(inside) => writeln!(cases, ">\n      {inside}\n    </testcase>"),
        };
    }
    let mut properties = String::new();
    for (property, value) in &suite.properties {
        let value = escaped(value);
        let _ = writeln!(
            properties,
            "      <property name=\"{property}\" value=\"{value}\"/>"
        );
    }
    if !properties.is_empty() {
        properties = format!("    <properties>\n{properties}    </properties>\n");
    }
    format!(
        "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" \
         errors=\"{errors}\" skipped=\"{skipped}\" time=\"{seconds:.3}\">\n\
         {properties}{cases}  </testsuite>\n"
    )
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
