//! For people: a line for each thing as soon as something is known of it, what failed in full at
//! the end, and on a terminal a line that says what is done.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::event::{Entry, ReportEvent, Reporter, TextOptions};
use super::progress::{self, ProgressLine};
use super::settings::Settings;
use crate::error::{Error, Result};
use crate::text::quoted;
use crate::text::screen::Screen;
use crate::text::style::{BOLD, RED};

/// Writes for people.
pub struct Human {
    screen: Screen,
    out: Box<dyn Write>,
    live: bool,
    why: bool,
    /// The words that name the topics.
    words: String,
    progress: ProgressLine,
    /// How wide the names are.
    width: usize,
    /// Whether this is about more than one thing.
    several: bool,
    /// What failed, by its place in the reading order, kept for the end.
    failures: BTreeMap<usize, String>,
    /// The names of what failed, each with the command that runs it again.
    failed: Vec<(String, String)>,
}

impl Human {
    /// A reporter that writes to standard output, or to standard error where standard
    /// output belongs to `--json`.
    pub fn new(settings: &Settings) -> Self {
        let screen = Screen::for_people(settings.json);
        let words = settings.topics.iter().map(|word| quoted(word));
        let words: Vec<_> = words.collect();
        Self {
            screen,
            out: screen.writer(),
            live: settings.live,
            why: settings.why,
            words: words.join(" "),
            progress: ProgressLine::new(progress::bar(settings.json || settings.live)),
            width: 0,
            several: false,
            failures: BTreeMap::new(),
            failed: Vec::new(),
        }
    }

    fn options(&self) -> TextOptions<'_> {
        TextOptions {
            width: self.width,
            columns: self.screen.width(),
            live: self.live,
            why: self.why,
            words: &self.words,
        }
    }

    /// Writes a text above the line that says what runs.
    fn write(&mut self, text: &str) -> io::Result<()> {
        let text = self.screen.fit(text);
        let out = &mut self.out;
        self.progress.above(|| {
            out.write_all(text.as_bytes())?;
            out.flush()
        })
    }

    fn ended(&mut self, place: usize, entry: &dyn Entry) -> io::Result<()> {
        let (text, failures) = (entry.text(&self.options()), entry.failures(&self.options()));
        *self.failures.entry(place).or_default() += &failures;
        self.failed.extend(entry.again());
        self.write(&text)
    }

    fn end(&mut self, summary: &dyn Entry) -> io::Result<()> {
        self.progress.ends();
        let failures = std::mem::take(&mut self.failures).into_values();
        let failures: String = failures.collect();
        let mut text = String::new();
        if !failures.is_empty() {
            text += &format!("\n{failures}");
        }
        text += &summary.text(&self.options());
        // What a person reads first is what was written last.
        let width = self.failed.iter().map(|(name, _)| name.chars().count());
        let width = width.max().unwrap_or(0);
        for (name, command) in &self.failed {
            text += &format!("  {RED}{name:<width$}{RED:#}  {command}\n");
        }
        self.write(&text)
    }
}

impl Reporter for Human {
    fn event(&mut self, event: &ReportEvent<'_>) -> Result<()> {
        let written = match event {
            ReportEvent::Begin { names } => {
                self.progress.begins(names.len());
                // Where output comes in between, rows do not form columns.
                let rows = names.iter().filter(|_| !self.live);
                self.width = rows.map(|name| name.chars().count()).max().unwrap_or(0);
                self.several = names.len() > 1;
                Ok(())
            }
            ReportEvent::Started { name } => {
                self.progress.started(name);
                match self.live && self.several {
                    true => self.write(&format!("{BOLD}{name}{BOLD:#}\n")),
                    false => Ok(()),
                }
            }
            ReportEvent::Printed { line } if self.live => self.write(&format!("{}\n", line.text)),
            ReportEvent::Printed { .. } => Ok(()),
            ReportEvent::Doing { what } => {
                self.progress.doing(what);
                Ok(())
            }
            ReportEvent::Tick => {
                self.progress.show();
                match self.progress.slow() {
                    slow if slow.is_empty() || self.live => Ok(()),
                    slow => self.write(&slow),
                }
            }
            ReportEvent::Done { name, holds } => {
                self.progress.ended(name, *holds);
                Ok(())
            }
            ReportEvent::Waiting { entry } => self.write(&entry.text(&self.options())),
            ReportEvent::Ended { place, entry } => self.ended(*place, *entry),
            ReportEvent::End { summary } => self.end(*summary),
        };
        written.map_err(Error::io("cannot write the report"))
    }
}
