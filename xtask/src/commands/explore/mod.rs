//! `cargo xtask explore`: programs on every schedule, or on many.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use indicatif::ProgressBar;
use serde_json::{Value, json};

use crate::error::{ALL_HOLD, BROKEN, Error, INTERRUPTED, Result};
use crate::explore::build::{self, Facade, Harness, Unbuilt};
use crate::explore::child;
use crate::explore::explored::{Explored, Failure};
use crate::explore::real;
use crate::explore::report::{NOT_EXPLORED_FURTHER, PIPE_WIDTH, Report, Status};
use crate::explore::source::{self, Subject};
use crate::explore::token::Token;
use crate::flags::{Command, TIMES, TOPICS, Words};
use crate::pool::{self, Lane, News};
use crate::process;
use crate::program::Fault;
use crate::report::progress;
use crate::text::counted;
use crate::text::say::say_json;
use crate::text::screen::Screen;
use crate::text::style::{BOLD, DIM, GREEN, RED};
use crate::workspace::Workspace;
use flags::{Asked, FLAGS};

mod flags;

/// The command.
pub const COMMAND: Command = Command {
    name: "explore",
    takes: "{TOPIC... | FILE.rs... | --all} [OPTIONS]",
    about: "run programs on every schedule, or on many, and check each",
    flags: &[FLAGS],
    notes: &[TIMES, TOPICS],
    run,
};

/// Explores programs, and tells what came of it; returns the status to end with.
///
/// # Errors
///
/// There is no such program, an invariants file is wrong, the facade cannot be built or does
/// not stand between a program and the standard library, or the report cannot be written.
/// Whatever is amiss with one program is told of that one, and keeps no other from being
/// explored.
fn run(mut words: Words) -> Result<u8> {
    let start = Instant::now();
    let asked = Asked::read(&mut words)?;
    let replay = asked.replay.as_deref().map(Token::parse).transpose()?;
    let workspace = Workspace::find()?;
    let mut subjects = source::subjects(&workspace, &asked.wanted)?;
    if replay.is_some() || asked.settings.tree.is_some() {
        // One schedule, or one tree, is of one program: the example, unless another is named.
        if asked.wanted.bin.is_none() {
            subjects.retain(|subject| subject.name == subject.topic);
        }
        if subjects.len() != 1 {
            return Err(Error::usage(
                "`--replay` and `--tree` are about one program; name its topic, and with `--bin` \
                 the program if it is not the example",
            ));
        }
    }
    if let Some(tree) = &asked.settings.tree {
        make(tree)?;
    }
    let (not_explored, subjects): (Vec<_>, Vec<_>) = subjects
        .into_iter()
        .partition(|subject| reason(subject).is_some());

    let claim = source::claim_files(&subjects)?;
    let mut told = Told::new(&asked, &subjects);
    let harnesses = match subjects.is_empty() {
        true => Vec::new(),
        false => build::build(&subjects, &Facade::build(&subjects)?)?,
    };
    let mut ready = Vec::new();
    for (subject, harness) in subjects.iter().zip(&harnesses) {
        match harness {
            Ok(harness) => {
                if let Some(token) = &replay {
                    token.is_of(harness.program, harness.explorer, &subject.shown_file())?;
                }
                ready.push((subject, harness));
            }
            Err(Unbuilt::Broken(Fault { what, details, .. })) => {
                told.without_result(subject, DOES_NOT_COMPILE, what, details)?;
            }
            Err(Unbuilt::Lacking(details)) => told.lacking(subject, details)?,
        }
    }
    told.bar.set_length(ready.len() as u64);
    explore(&ready, &asked, replay.as_ref(), &mut told)?;
    for subject in &not_explored {
        let name = std::slice::from_ref(&subject.name);
        told.not_explored(subject, name, reason(subject).unwrap_or_default())?;
    }
    for subject in subjects.iter().filter(|_| replay.is_none()) {
        let why = format!("`--bin NAME` explores another program of {}", subject.topic);
        told.not_explored(subject, &subject.others, &why)?;
    }
    let status = told.end(start.elapsed())?;
    if let Some(claim) = claim {
        drop(claim);
        source::remove_older()?;
    }
    Ok(status)
}

/// Makes a file that is written in the end, so that nobody waits for what cannot be written.
fn make(file: &Path) -> Result<()> {
    match File::options().append(true).create(true).open(file) {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::usage(format!(
            "cannot write {}: {error}",
            file.display()
        ))),
    }
}

/// Why a program is not explored.
fn reason(subject: &Subject) -> Option<&str> {
    let run = &subject.claims.as_ref()?.spec.run;
    run.not_explored.as_deref()
}

/// Explores on all cores, and tells of each program when it has ended.
fn explore(
    ready: &[(&Subject, &Harness)],
    asked: &Asked,
    replay: Option<&Token>,
    told: &mut Told<'_>,
) -> Result<()> {
    let lane = Lane {
        jobs: (0..ready.len()).collect(),
        workers: pool::cores(),
    };
    let work = |index: usize, say: &dyn Fn(Progress)| {
        let (subject, harness) = ready[index];
        let doing = |schedules, what: &str| {
            let what = what.to_string();
            say(Progress { schedules, what });
        };
        Some(Box::new(explore_one(
            subject, harness, asked, replay, &doing,
        )))
    };
    pool::run(vec![lane], &work, &mut |news| {
        let heard = match news {
            News::Tick => Ok(()),
            News::Said(index, Progress { schedules, what }) => {
                let (name, (n, s)) = (&ready[index].0.name, counted(schedules, "schedule"));
                told.bar.set_message(format!("{name}: {n} {s}, {what}"));
                Ok(())
            }
            News::Done(index, explored) => {
                let (subject, harness) = ready[index];
                tell(subject, harness, *explored, replay, told)
            }
        };
        if heard.is_err() {
            // There is no use in going on: what runs has to end.
            process::interrupt();
        }
        heard
    })
}

/// How far the exploring of a program is.
struct Progress {
    /// On how many schedules it was explored.
    schedules: u64,
    /// What is done with it now.
    what: String,
}

/// Explores one program, and compares it with real runs.
fn explore_one(
    subject: &Subject,
    harness: &Harness,
    asked: &Asked,
    replay: Option<&Token>,
    doing: &dyn Fn(u64, &str),
) -> std::result::Result<Explored, Failure> {
    let settings = &asked.settings;
    let schedule = replay.map(|token| &token.schedule);
    let mut explored = child::explore(subject, harness, settings, schedule, &mut |n, what| {
        doing(n, what);
    })?;
    let lasting = asked.trusts_sleeps();
    let report = Report::new(subject, harness, &explored, lasting, PIPE_WIDTH);
    let is_proved = report.status == Status::Proved && replay.is_none();
    doing(explored.schedules, "real runs");
    explored.real = match settings.real_runs {
        None if is_proved => real::confirm(subject, harness, settings)?,
        None | Some(0) => None,
        Some(runs) => Some(real::compare(subject, &explored, runs)?),
    };
    Ok(explored)
}

/// Tells what came of exploring a program.
fn tell(
    subject: &Subject,
    harness: &Harness,
    explored: std::result::Result<Explored, Failure>,
    replay: Option<&Token>,
    told: &mut Told<'_>,
) -> Result<()> {
    match explored {
        Ok(explored) => {
            if let Some(token) = replay {
                explored.runs.iter().try_for_each(|run| token.fits(run))?;
            }
            told.ended(subject, harness, &explored)
        }
        Err(Failure::NotInPlace(what)) => Err(Error::Broken(what)),
        Err(Failure::Program(Error::Interrupted)) => Ok(()),
        Err(Failure::Program(error)) => {
            told.without_result(subject, NO_RESULT, NO_RESULT, &error.to_string())
        }
    }
}

/// What has been told, and to whom.
struct Told<'f> {
    asked: &'f Asked,
    screen: Screen,
    out: Box<dyn Write>,
    bar: ProgressBar,
    /// How wide the names are.
    width: usize,
    /// What is explored, in reading order.
    subjects: &'f [Subject],
    /// What is wrong, kept for the end, by the program's place in that order: what does not
    /// compile is known before the others.
    failures: BTreeMap<usize, String>,
    /// The words that name a pitfall that was found, whose schedule has not been shown.
    found: Option<String>,
    /// What each program is worth, as JSON has it.
    statuses: Vec<&'static str>,
    failed: usize,
    /// How many use what the explorer's standard library does not have.
    lacking: usize,
}

/// What a program is worth of which nothing is known, as JSON and people have it.
const DOES_NOT_COMPILE: &str = "does not compile";
const NO_RESULT: &str = "no result";
const NOT_EXPLORED: &str = "not explored";

/// A status as JSON has it.
fn in_json(status: &str) -> String {
    status.replace(' ', "_")
}

impl<'f> Told<'f> {
    fn new(asked: &'f Asked, subjects: &'f [Subject]) -> Self {
        let screen = Screen::for_people(asked.json);
        let widths = subjects.iter().map(|subject| subject.name.chars().count());
        Self {
            asked,
            screen,
            out: screen.writer(),
            bar: progress::bar(asked.json),
            width: widths.max().unwrap_or(0),
            subjects,
            failures: BTreeMap::new(),
            found: None,
            statuses: Vec::new(),
            failed: 0,
            lacking: 0,
        }
    }

    fn ended(&mut self, subject: &Subject, harness: &Harness, explored: &Explored) -> Result<()> {
        let width = self.screen.width().unwrap_or(PIPE_WIDTH);
        let report = Report::new(
            subject,
            harness,
            explored,
            self.asked.trusts_sleeps(),
            width,
        );
        let mut text = String::new();
        if self.asked.replay.is_some() {
            text += &report.replayed();
        } else {
            text += &report.line(self.width);
            if !self.asked.wanted.words.is_empty() {
                text += &report.phases();
            }
            let mut details = report.real_runs();
            if self.asked.settings.outputs || subject.claims.is_none() {
                details = report.outputs(self.asked.settings.outputs) + &details;
            }
            if self.asked.wanted.bin.is_some() {
                details += &report.found();
            } else if report.status == Status::Found && self.found.is_none() {
                self.found = Some(subject.words.clone());
            }
            // What is wrong comes first, and what else is known of the program below it.
            let failures = report.failures();
            if failures.is_empty() {
                text += &details;
            } else {
                let gap = if details.is_empty() { "" } else { "\n" };
                self.failed(subject, format!("{failures}{details}{gap}"));
            }
        }
        self.statuses.push(report.status.name());
        self.failed += usize::from(report.status.holds() == Some(false));
        self.bar.inc(1);
        self.write(&text)?;
        // Ten thousand outputs are many objects to make for nobody.
        match self.asked.json {
            true => self.objects(report.json()),
            false => Ok(()),
        }
    }

    /// Keeps what is wrong with a program, to be told at the end.
    fn failed(&mut self, subject: &Subject, failure: String) {
        let mut subjects = self.subjects.iter();
        let place = subjects.position(|other| std::ptr::eq(other, subject));
        self.failures
            .insert(place.expect("it is one of them"), failure);
    }

    /// Tells of a program that was not explored, though it should be, and why.
    fn without_result(
        &mut self,
        subject: &Subject,
        status: &'static str,
        what: &str,
        details: &str,
    ) -> Result<()> {
        let (name, width) = (&subject.name, self.width);
        let failure = format!("{RED}FAIL{RED:#} {BOLD}{name}: {what}{BOLD:#}\n{details}\n");
        self.failed(subject, failure);
        self.statuses.push(status);
        self.failed += 1;
        self.bar.inc(1);
        self.write(&format!("{RED}FAIL{RED:#}    {name:<width$}  {what}\n"))?;
        self.objects(vec![json!({
            "type": "program",
            "topic": subject.topic,
            "program": name,
            "role": subject.role.name(),
            "status": in_json(status),
            "holds": false,
            "details": anstream::adapter::strip_str(details).to_string(),
        })])
    }

    /// Tells of a program that cannot be explored, since it uses what the explorer's standard
    /// library does not have.
    fn lacking(&mut self, subject: &Subject, details: &str) -> Result<()> {
        let (name, width) = (&subject.name, self.width);
        let why = "it uses what the explorer's standard library does not have";
        self.failed(
            subject,
            format!("{BOLD}{name}: not explored{BOLD:#}\n{details}\n"),
        );
        self.statuses.push(NOT_EXPLORED);
        self.lacking += 1;
        self.bar.inc(1);
        self.write(&format!(
            "{BOLD}{NOT_EXPLORED}{BOLD:#}  {name:<width$}  {why}\n"
        ))?;
        self.objects(vec![json!({
            "type": "program",
            "topic": subject.topic,
            "program": name,
            "role": subject.role.name(),
            "status": in_json(NOT_EXPLORED),
            "holds": null,
            "why": why,
            "details": anstream::adapter::strip_str(details).to_string(),
        })])
    }

    /// Tells of programs that nobody has asked to explore, and why: this one, or others of its
    /// crate.
    fn not_explored(&mut self, subject: &Subject, names: &[String], why: &str) -> Result<()> {
        if names.is_empty() {
            return Ok(());
        }
        let all = names.join(", ");
        self.write(&format!("{DIM}{NOT_EXPLORED}{DIM:#}  {all}: {why}\n"))?;
        self.statuses.extend(names.iter().map(|_| NOT_EXPLORED));
        let objects = names.iter().map(|name| {
            json!({
                "type": "program",
                "topic": subject.topic,
                "program": name,
                "role": subject.role.name(),
                "status": in_json(NOT_EXPLORED),
                "why": why,
            })
        });
        self.objects(objects.collect())
    }

    /// Tells all that is wrong, and the sum; returns the status to end with.
    fn end(mut self, wall: Duration) -> Result<u8> {
        self.bar.finish_and_clear();
        let failures: String = std::mem::take(&mut self.failures).into_values().collect();
        let mut text = String::new();
        if !failures.is_empty() {
            text += &format!("\n{failures}");
        }
        let count = |status| {
            self.statuses
                .iter()
                .filter(|known| **known == status)
                .count()
        };
        let counts = [
            "proved",
            "held",
            "found",
            "broken",
            "not found",
            DOES_NOT_COMPILE,
            NO_RESULT,
            NOT_EXPLORED_FURTHER,
            NOT_EXPLORED,
        ]
        .map(|status| (status, count(status)));
        let interrupted = process::interrupted();
        let holds = self.failed == 0 && self.lacking == 0 && count(NOT_EXPLORED_FURTHER) == 0;
        if self.statuses.len() > 1 {
            let (programs, style) = match self.failed {
                0 if holds => (format!("{} programs", self.statuses.len()), GREEN),
                0 => (format!("{} programs", self.statuses.len()), BOLD),
                failed => (
                    format!("{failed} of {} programs failed", self.statuses.len()),
                    RED,
                ),
            };
            text += &format!("{style}{programs}{style:#}");
            for (status, count) in counts.iter().filter(|(_, count)| *count > 0) {
                text += &format!(", {count} {status}");
            }
            text += &format!(" in {:.1} s\n", wall.as_secs_f64());
        }
        if let Some(words) = &self.found {
            text += &format!(
                "{DIM}the schedule on which a pitfall goes wrong: cargo xtask explore {words}{DIM:#}\n"
            );
        }
        if interrupted {
            text += &format!("{RED}interrupted{RED:#}\n");
        }
        self.write(&text)?;
        let mut summary = json!({
            "type": "summary",
            "programs": self.statuses.len(),
            "wall_ms": wall.as_millis() as u64,
            "interrupted": interrupted,
        });
        for (status, count) in counts {
            summary[in_json(status)] = json!(count);
        }
        self.objects(vec![summary])?;
        Ok(match () {
            () if interrupted => INTERRUPTED,
            () if holds => ALL_HOLD,
            () => BROKEN,
        })
    }

    /// Writes a text above the live line.
    fn write(&mut self, text: &str) -> Result<()> {
        let text = self.screen.fit(text);
        let out = &mut self.out;
        let written = self.bar.suspend(|| {
            out.write_all(text.as_bytes())?;
            out.flush()
        });
        written.map_err(Error::io("cannot write the report"))
    }

    /// Writes objects, if they are asked for.
    fn objects(&mut self, objects: Vec<Value>) -> Result<()> {
        if !self.asked.json {
            return Ok(());
        }
        objects.iter().try_for_each(say_json)
    }
}
