//! For people: a line for each program, where its output was shown its claims too, what
//! failed in full at the end, and on a terminal a line that says what runs.

use std::io::{self, Write};

use super::claims::claims;
use super::event::{Event, Reporter, Summary};
use super::failure::{failures, refusal};
use super::progress::{self, Progress};
use super::settings::Settings;
use super::{again, pitfall};
use crate::error::{ALL_HOLD, Error, Result};
use crate::program::{Fault, Program, Role};
use crate::runs::Outcome;
use crate::text::quoted;
use crate::text::screen::Screen;
use crate::text::style::{BOLD, DIM, GREEN, RED, YELLOW};
use invariants::{Verdict, count};

/// Writes for people.
pub struct Human {
    screen: Screen,
    out: Box<dyn Write>,
    /// Whether what the programs print is shown as it comes, and what is claimed of them.
    live: bool,
    /// Whether the reasons of the claims are wanted, and the lines that show them.
    why: bool,
    /// The words that name the topics.
    words: String,
    progress: Progress,
    /// How wide the names are.
    width: usize,
    /// Whether there is more than one program.
    several: bool,
    /// What failed, kept for the end.
    failures: String,
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
            progress: Progress::new(progress::bar(settings.json || settings.live)),
            width: 0,
            several: false,
            failures: String::new(),
            failed: Vec::new(),
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

    fn ended(&mut self, program: &Program, outcome: &Outcome) -> io::Result<()> {
        let mut text = self.row(program, outcome) + "\n";
        if self.live {
            text += &claims(program, outcome, self.why);
        }
        if !outcome.holds() {
            self.failed(program, &outcome.flags);
        }
        self.failures += &failures(program, outcome);
        self.write(&text)
    }

    /// A program's name, what came of it, and how long it took.
    fn row(&self, program: &Program, outcome: &Outcome) -> String {
        let (name, width) = (&program.name, self.width);
        let mut text = match outcome.holds() {
            true => format!("{GREEN}ok{GREEN:#}    {name:<width$}"),
            false => format!("{RED}FAIL{RED:#}  {name:<width$}"),
        };
        let stated = program.ready.iter().flat_map(|ready| &ready.spec.rules);
        let broken = stated
            .zip(&outcome.rules)
            .filter(|(rule, (report, _))| outcome.breaks(rule, report));
        let wrongs = pitfall::of(program, outcome);
        let rules = count(outcome.rules.len(), "rule");
        let what = match broken.count() {
            0 if wrongs.is_empty() => rules,
            0 => pitfall::in_short(&wrongs),
            broken => format!("{broken} of {rules} broken"),
        };
        // A sentence says it, where there is room for one.
        if !self.live || wrongs.is_empty() || !outcome.holds() {
            text += &format!("  {what:<14}");
        }
        text += &format!("  {:>6.2} s", outcome.wall.as_secs_f64());
        let mut remarks = Vec::new();
        if let Some(interleavings) = outcome.interleavings {
            let (passed, runs) = (outcome.passed, count(outcome.runs as usize, "run"));
            let interleavings = count(interleavings, "interleaving");
            remarks.push(format!("passed {passed} of {runs}, {interleavings}"));
        } else if outcome.runs > 1 {
            let runs = outcome.runs;
            remarks.push(format!("{DIM}{runs} runs, to see every `sometimes`{DIM:#}"));
        }
        let unsupported = outcome.rules.iter();
        let unsupported = unsupported.filter(|(one, _)| one.verdict == Verdict::Unsupported);
        let unsupported = unsupported.count();
        if unsupported > 0 {
            remarks.push(format!(
                "{YELLOW}{unsupported} unsupported on this machine{YELLOW:#}"
            ));
        }
        if program.role != Role::Example {
            remarks.push(self.companion(program, &wrongs));
        }
        for remark in remarks {
            text += &format!("  {remark}");
        }
        text
    }

    /// What a companion is; where there is room for it, also what it shows, and what of that
    /// this run has shown.
    fn companion(&self, program: &Program, wrongs: &[pitfall::Wrong<'_>]) -> String {
        let role = program.role.name();
        if !self.live {
            return format!("{DIM}{role}{DIM:#}");
        }
        let topic = &program.topic.name;
        let shows = program.shows.as_deref().unwrap_or_default();
        let mut text = format!("{DIM}{role} of {topic}:{DIM:#} {shows}");
        if !wrongs.is_empty() {
            text += &format!("; {}", pitfall::in_full(wrongs));
        }
        text
    }

    fn refused(&mut self, program: &Program, fault: &Fault) -> io::Result<()> {
        let (name, what, width) = (&program.name, &fault.what, self.width);
        self.failures += &refusal(program, fault);
        self.failed(program, "");
        self.write(&format!("{RED}FAIL{RED:#}  {name:<width$}  {what}\n"))
    }

    fn failed(&mut self, program: &Program, flags: &str) {
        let command = again::run(program, flags);
        self.failed.push((program.name.clone(), command));
    }

    fn summary(&mut self, summary: &Summary) -> io::Result<()> {
        self.progress.ends();
        let failures = std::mem::take(&mut self.failures);
        let mut text = String::new();
        if !failures.is_empty() {
            text += &format!("\n{failures}");
        }
        let programs = count(summary.programs, "program");
        let rules = count(summary.rules, "rule");
        text += &match summary.failed {
            0 => format!("{GREEN}{programs}, {rules}{GREEN:#}"),
            failed => format!("{RED}{failed} of {programs} failed{RED:#}, {rules}"),
        };
        if summary.unsupported > 0 {
            let unsupported = summary.unsupported;
            text += &format!(", {unsupported} unsupported on this machine");
        }
        if summary.skipped > 0 {
            text += &format!(", {} not run", summary.skipped);
        }
        text += &format!(" in {:.2} s", summary.wall.as_secs_f64());
        if let (Some((longest, _)), false) = (&summary.longest, self.live) {
            let bound = summary.bound().as_secs_f64();
            text += &format!(" {DIM}(bound {bound:.2} s, by {longest}){DIM:#}");
        }
        if summary.interrupted {
            text += &format!(" {YELLOW}interrupted{YELLOW:#}");
        }
        text.push('\n');
        // What a person reads first is what was written last.
        let width = self.failed.iter().map(|(name, _)| name.chars().count());
        let width = width.max().unwrap_or(0);
        for (name, command) in &self.failed {
            text += &format!("  {RED}{name:<width$}{RED:#}  {command}\n");
        }
        if self.live && summary.exit_code() == ALL_HOLD {
            let words = &self.words;
            text += &format!("{DIM}what each claim is worth: cargo xtask audit {words}{DIM:#}\n");
        }
        self.write(&text)
    }
}

impl Reporter for Human {
    fn event(&mut self, event: &Event<'_>) -> Result<()> {
        let written = match event {
            Event::Begin { programs } => {
                self.progress.begins(programs.len());
                // Where output comes in between, rows do not form columns.
                let rows = programs.iter().filter(|_| !self.live);
                let widths = rows.map(|program| program.name.chars().count());
                self.width = widths.max().unwrap_or(0);
                self.several = programs.len() > 1;
                Ok(())
            }
            Event::Started { program } => {
                self.progress.started(&program.name);
                match self.live && self.several {
                    true => self.write(&format!("{BOLD}{}{BOLD:#}\n", program.name)),
                    false => Ok(()),
                }
            }
            Event::Printed { line } if self.live => self.write(&format!("{}\n", line.text)),
            Event::Printed { .. } => Ok(()),
            Event::Tick => {
                self.progress.show();
                match self.progress.slow() {
                    slow if slow.is_empty() || self.live => Ok(()),
                    slow => self.write(&slow),
                }
            }
            Event::Done { program, holds } => {
                self.progress.ended(&program.name, *holds);
                Ok(())
            }
            Event::Refused { program, fault } => self.refused(program, fault),
            Event::Ended { program, outcome } => self.ended(program, outcome),
            Event::End { summary } => self.summary(summary),
        };
        written.map_err(Error::io("cannot write the report"))
    }
}
