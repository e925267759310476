//! Telling what happens: one stream of events, and several reporters that each
//! make something else of it.

use std::fmt::Display;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde_json::Value;

use crate::batch::Summary;
use crate::error::{Error, Result};
use crate::program::{Fault, Program};
use crate::runs::Outcome;
use invariants::{Diagnostic, Line};
use screen::Screen;

pub mod again;
pub mod claims;
pub mod failure;
pub mod github;
pub mod human;
pub mod json;
pub mod junit;
pub mod pitfall;
pub mod progress;
pub mod screen;

/// What can happen while programs are run.
pub enum Event<'a> {
    /// The programs are about to be run.
    Begin {
        /// All of them, in reading order.
        programs: &'a [Program],
    },
    /// A program was started.
    Started {
        /// Which.
        program: &'a Program,
    },
    /// A program printed a line.
    Printed {
        /// What.
        line: &'a Line,
    },
    /// A program cannot be run.
    Refused {
        /// Which.
        program: &'a Program,
        /// Why.
        fault: &'a Fault,
    },
    /// A program has come to its end, or cannot be run; what became of it follows in its
    /// place in the reading order.
    Done {
        /// Which.
        program: &'a Program,
        /// Whether all that must hold does.
        holds: bool,
    },
    /// A program was run as often as it takes.
    Ended {
        /// Which.
        program: &'a Program,
        /// What became of it.
        outcome: &'a Outcome,
    },
    /// A fraction of a second has passed.
    Tick,
    /// All is over.
    End {
        /// What became of all of them.
        summary: &'a Summary,
    },
}

/// Makes something of what happens.
pub trait Reporter {
    /// Takes in one event.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    fn event(&mut self, event: &Event<'_>) -> Result<()>;
}

/// Several reporters, each told everything.
impl Reporter for Vec<Box<dyn Reporter>> {
    fn event(&mut self, event: &Event<'_>) -> Result<()> {
        self.iter_mut()
            .try_for_each(|reporter| reporter.event(event))
    }
}

/// What is reported, and where.
pub struct Settings {
    /// The words that name the topics.
    pub topics: Vec<String>,
    /// Whether people see what the programs print as it comes, and what is claimed of them.
    pub live: bool,
    /// Whether the reasons of the claims are wanted, and the lines that show them.
    pub why: bool,
    /// NDJSON on standard output, and what is for people on standard error.
    pub json: bool,
    /// Where to write a JUnit file.
    pub junit: Option<PathBuf>,
}

/// The reporters that these settings ask for.
///
/// # Errors
///
/// The JUnit file cannot be written.
pub fn reporters(settings: &Settings) -> Result<Vec<Box<dyn Reporter>>> {
    let human = human::Human::new(settings);
    let mut reporters: Vec<Box<dyn Reporter>> = vec![Box::new(human)];
    if settings.json {
        reporters.push(Box::new(json::Json { why: settings.why }));
    }
    if let Some(file) = &settings.junit {
        reporters.push(Box::new(junit::Junit::new(file.clone())?));
    }
    if github::Github::is_wanted() {
        reporters.push(Box::new(github::Github));
    }
    Ok(reporters)
}

/// Writes nothing, and keeps what failed.
#[derive(Default)]
pub struct Silent {
    /// What failed, as a person reads it.
    pub failures: String,
}

impl Reporter for Silent {
    fn event(&mut self, event: &Event<'_>) -> Result<()> {
        match event {
            Event::Refused { program, fault } => {
                self.failures += &failure::refusal(program, fault);
            }
            Event::Ended { program, outcome } => {
                self.failures += &failure::failures(program, outcome);
            }
            _ => {}
        }
        Ok(())
    }
}

/// A fault of an invariants file as a person reads it, with the bytes underlined.
pub fn diagnostic(file: &str, source: &str, fault: &Diagnostic) -> String {
    // A fault of the whole file is shown at its first line.
    let first_line = 0..source.find('\n').unwrap_or(source.len());
    let span = match fault.span.start < source.len() && fault.span != (0..source.len()) {
        true => fault.span.start..fault.span.end.min(source.len()),
        false => first_line,
    };
    let annotation = AnnotationKind::Primary.span(span);
    let snippet = Snippet::source(source).path(file).annotation(annotation);
    let mut group = Level::ERROR
        .primary_title(fault.message.as_str())
        .element(snippet);
    if let Some(help) = &fault.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let renderer = match Screen::Stdout.width() {
        Some(width) => Renderer::styled().term_width(width),
        None => Renderer::styled(),
    };
    renderer.render(&[group]) + "\n"
}

/// Writes a text for people to standard output, and a line's end.
///
/// # Errors
///
/// It cannot be written, as when the reader has closed the pipe.
pub fn say(text: impl Display) -> Result<()> {
    let text = Screen::Stdout.fit(&text.to_string());
    writeln!(anstream::stdout(), "{text}").map_err(Error::io("cannot write the report"))
}

/// Writes a line for programs to standard output.
///
/// # Errors
///
/// It cannot be written, as when the reader has closed the pipe.
pub fn say_json(value: &Value) -> Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{value}")
        .and_then(|()| out.flush())
        .map_err(Error::io("cannot write the report"))
}

/// A path as it is shown: from the current folder on, if it is below that.
pub fn shown_path(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    match path.strip_prefix(&here).unwrap_or(path) {
        empty if empty.as_os_str().is_empty() => ".".to_string(),
        shown => shown.display().to_string(),
    }
}

/// The line and column, from 1 on, of a byte of a text.
pub fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..at.min(text.len())];
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (line, before[start..].chars().count() + 1)
}
