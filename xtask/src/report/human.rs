//! For people: a line for each program as it ends, what failed in full at the end,
//! and on a terminal a line that says what runs.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressStyle};

use super::failure::{BOLD, DIM, GREEN, RED, failures, refusal};
use super::{Event, Reporter};
use crate::batch::Summary;
use crate::error::{Error, Result};
use crate::program::{Fault, Program, Role};
use crate::runs::Outcome;
use invariants::Verdict;

const YELLOW: Style = AnsiColor::Yellow.on_default();

/// A program that runs longer than this is named as slow.
const SLOW: Duration = Duration::from_secs(3);

/// Writes for people.
pub struct Human {
    out: Box<dyn Write>,
    /// Whether what the programs print is shown as it comes.
    live: bool,
    /// Whether programs are run several times each.
    repeated: bool,
    bar: ProgressBar,
    /// What runs, since when, and whether it has been named as slow.
    running: BTreeMap<String, (Instant, bool)>,
    /// How wide the names are.
    width: usize,
    /// Whether there is more than one program.
    several: bool,
    /// What failed, kept for the end.
    failures: String,
}

impl Human {
    /// A reporter that writes to standard output, or to standard error where standard
    /// output belongs to `--json`.
    pub fn new(to_stderr: bool, live: bool, repeated: bool) -> Self {
        let out: Box<dyn Write> = match to_stderr {
            true => Box::new(anstream::stderr()),
            false => Box::new(anstream::stdout()),
        };
        // It hides itself where standard error is no terminal.
        let bar = if live {
            ProgressBar::hidden()
        } else {
            ProgressBar::no_length()
        };
        let style = ProgressStyle::with_template("{pos:>4}/{len} {wide_msg}")
            .expect("the template is a constant");
        bar.set_style(style);
        Self {
            out,
            live,
            repeated,
            bar,
            running: BTreeMap::new(),
            width: 0,
            several: false,
            failures: String::new(),
        }
    }

    /// Writes a text above the live line.
    fn write(&mut self, text: &str) -> io::Result<()> {
        let out = &mut self.out;
        self.bar.suspend(|| {
            out.write_all(text.as_bytes())?;
            out.flush()
        })
    }

    fn show_running(&mut self) -> io::Result<()> {
        let mut names = Vec::new();
        let mut slow = String::new();
        for (name, (since, told)) in &mut self.running {
            let time = since.elapsed();
            if time < SLOW {
                names.push(name.clone());
                continue;
            }
            names.push(format!("{name} ({} s)", time.as_secs()));
            if !*told && self.bar.is_hidden() && !self.live {
                slow += &format!("{YELLOW}slow{YELLOW:#}  {name} still runs after {SLOW:?}\n");
            }
            *told = true;
        }
        self.bar.set_message(names.join(", "));
        self.bar.tick();
        if slow.is_empty() {
            return Ok(());
        }
        self.write(&slow)
    }

    fn ended(&mut self, program: &Program, outcome: &Outcome) -> io::Result<()> {
        let width = self.width;
        let name = &program.name;
        let seconds = outcome.wall.as_secs_f64();
        let rules = outcome.rules.len();
        let mut text = match outcome.holds() {
            true => format!("{GREEN}ok{GREEN:#}    {name:<width$}"),
            false => format!("{RED}FAIL{RED:#}  {name:<width$}"),
        };
        let broken = outcome.rules.iter().filter(|(report, _)| !report.holds);
        text += &match broken.count() {
            0 => format!("  {rules:>3} rules"),
            broken => format!("  {broken:>3} of {rules} rules broken"),
        };
        text += &format!("  {seconds:>6.2} s");
        if program.role != Role::Example {
            let (role, topic) = (program.role.name(), &program.topic.name);
            text += &format!("  {DIM}{role} of {topic}{DIM:#}");
        }
        if self.repeated {
            text += &format!("  passed {} of {} runs", outcome.passed, outcome.runs);
        } else if outcome.runs > 1 {
            let runs = outcome.runs;
            text += &format!("  {DIM}{runs} runs, until what happens sometimes did{DIM:#}");
        }
        let unsupported = outcome
            .rules
            .iter()
            .filter(|(report, _)| report.verdict == Verdict::Unsupported)
            .count();
        if unsupported > 0 {
            text += &format!("  {YELLOW}{unsupported} unsupported on this machine{YELLOW:#}");
        }
        self.failures += &failures(program, outcome);
        self.write(&(text + "\n"))
    }

    fn refused(&mut self, program: &Program, fault: &Fault) -> io::Result<()> {
        let (name, what, width) = (&program.name, &fault.what, self.width);
        self.failures += &refusal(program, fault);
        self.write(&format!("{RED}FAIL{RED:#}  {name:<width$}  {what}\n"))
    }

    fn summary(&mut self, summary: &Summary) -> io::Result<()> {
        self.bar.finish_and_clear();
        let failures = std::mem::take(&mut self.failures);
        let mut text = String::new();
        if !failures.is_empty() {
            text += &format!("\n{failures}");
        }
        let Summary {
            programs,
            failed,
            skipped,
            rules,
            unsupported,
            ..
        } = summary;
        let s = if *programs == 1 { "" } else { "s" };
        text += &match failed {
            0 => format!("{GREEN}{programs} program{s}, {rules} rules{GREEN:#}"),
            _ => format!("{RED}{failed} of {programs} program{s} failed{RED:#}, {rules} rules"),
        };
        if *unsupported > 0 {
            text += &format!(", {unsupported} unsupported on this machine");
        }
        if *skipped > 0 {
            text += &format!(", {skipped} not run");
        }
        text += &format!(" in {:.2} s", summary.wall.as_secs_f64());
        if !summary.longest.is_empty() {
            let (bound, longest) = (summary.bound.as_secs_f64(), &summary.longest);
            text += &format!(" {DIM}(bound {bound:.2} s, by {longest}){DIM:#}");
        }
        if summary.interrupted {
            text += &format!(" {YELLOW}interrupted{YELLOW:#}");
        }
        self.write(&(text + "\n"))
    }
}

impl Reporter for Human {
    fn event(&mut self, event: &Event<'_>) -> Result<()> {
        let written = match event {
            Event::Begin { programs } => {
                self.bar.set_length(programs.len() as u64);
                let widths = programs.iter().map(|program| program.name.len());
                self.width = widths.max().unwrap_or(0);
                self.several = programs.len() > 1;
                Ok(())
            }
            Event::Started { program } => {
                let entry = (Instant::now(), false);
                self.running.insert(program.name.clone(), entry);
                match self.live && self.several {
                    true => self.write(&format!("{BOLD}{}{BOLD:#}\n", program.name)),
                    false => self.show_running(),
                }
            }
            Event::Printed { line, .. } if self.live => self.write(&format!("{}\n", line.text)),
            Event::Printed { .. } => Ok(()),
            Event::Tick => self.show_running(),
            Event::Refused { program, fault } => {
                self.bar.inc(1);
                self.refused(program, fault)
            }
            Event::Ended { program, outcome } => {
                self.bar.inc(1);
                self.running.remove(&program.name);
                let ended = self.ended(program, outcome);
                ended.and_then(|()| self.show_running())
            }
            Event::End { summary } => self.summary(summary),
        };
        written.map_err(Error::io("cannot write the report"))
    }
}
