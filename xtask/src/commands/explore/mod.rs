//! `cargo xtask explore` and `cargo explore`: programs on every schedule, or on many.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::slice;
use std::time::Instant;

use serde_json::json;

use crate::error::{ALL_HOLD, Error, Result};
use crate::explore::build::{self, BuildResult, Facade, Harness, Unbuilt};
use crate::explore::explored::{Explored, News, NotExplored};
use crate::explore::html;
use crate::explore::one;
use crate::explore::source::{self, Among, Subject};
use crate::explore::states::{self, States};
use crate::explore::tests::{self, FoundTests, WantedTests};
use crate::explore::token::Token;
use crate::explore::verdict::ProgramVerdict;
use crate::flags::{Command, TIMES, TOPICS, Words};
use crate::pool::{self, Lane, Update};
use crate::process;
use crate::program::NotReady;
use crate::report;
use crate::report::event::{Entry, ReportEvent, Reporter};
use crate::report::settings::Settings;
use crate::text::counted;
use crate::text::say::{say, say_json};
use crate::workspace::Workspace;
use entry::{Summary, Unexplored, Why};
use flags::{CRATES, ExploreArgs, FLAGS, PACKAGES};
use protocol::Execution;
use waiting::Waiting;

mod entry;
mod flags;
mod waiting;

/// The command of this workspace's runner.
pub const COMMAND: Command = Command {
    name: "explore",
    takes: "{TOPIC... | FILE.rs... | --all | CRATE --tests [FILTER...]} [OPTIONS]",
    about: ABOUT,
    flags: &[CRATES, FLAGS],
    notes: &[TIMES, TOPICS],
    run: |words| run(words, &Among::Topics(&Workspace::find()?)),
};

/// The same, installed, for a project of your own.
pub const OF_A_PROJECT: Command = Command {
    name: "explore",
    takes: "[FILE.rs... | --tests [FILTER...]] [OPTIONS]",
    about: ABOUT,
    flags: &[PACKAGES, FLAGS],
    notes: &[PROJECT, TIMES],
    run: |words| run(words, &Among::Packages),
};

const ABOUT: &str = "run programs on every schedule, or on many, and check each";

/// A note on what is explored where nothing is named.
const PROJECT: &str = "\
Without a name, the program of the package in this folder is explored that `cargo run`
runs; where the package has an invariants.toml, it is the programs that this names. A
source file needs no package, if it uses nothing but std.
";

/// Explores programs, and tells what came of it; returns the status to end with.
///
/// # Errors
///
/// There is no such program, an invariants file is wrong, the facade cannot be built or does
/// not stand between a program and the standard library, or the report cannot be written.
/// Whatever is amiss with one program is told of that one, and keeps no other from being
/// explored.
fn run(mut words: Words, among: &Among<'_>) -> Result<u8> {
    let start = Instant::now();
    let asked = ExploreArgs::read(&mut words, among)?;
    let replay = asked.replay.as_deref().map(Token::parse).transpose()?;
    if let Some(wanted) = &asked.tests {
        return explore_tests(among, wanted, &asked, replay.as_ref(), start);
    }
    let mut subjects = source::subjects(among, &asked.wanted)?;
    let of_one = asked.of_one();
    if !of_one.is_empty() {
        // It is the example, unless another is named.
        if asked.wanted.program.is_none() {
            subjects.retain(|subject| subject.name == subject.topic);
        }
        if subjects.len() != 1 {
            let is = if of_one.len() == 1 { "is" } else { "are" };
            let how = match among {
                Among::Topics(_) => {
                    "name its topic, and with `--bin` the program if it is not the example"
                }
                Among::Packages => "name it with `--bin` or `--example`",
            };
            return Err(Error::usage(format!(
                "{} {is} about one program; {how}",
                of_one.join(" and ")
            )));
        }
    }
    let _unwritten = make_files(&asked)?;
    let (not_meant, subjects): (Vec<_>, Vec<_>) = subjects
        .into_iter()
        .partition(|subject| subject.not_explored().is_some());
    let claim = source::claim_files(&subjects)?;
    let harnesses = match subjects.is_empty() {
        true => Vec::new(),
        false => build::build(&subjects, &Facade::build(&subjects)?)?,
    };
    let status = explore_all(
        (&subjects, &harnesses),
        &not_meant,
        &asked,
        replay.as_ref(),
        start,
    )?;
    if let Some(claim) = claim {
        drop(claim);
        source::remove_older()?;
    }
    Ok(status)
}

/// Explores the tests of a crate, or lists them; returns the status to end with.
fn explore_tests(
    among: &Among<'_>,
    wanted: &WantedTests,
    asked: &ExploreArgs,
    replay: Option<&Token>,
    start: Instant,
) -> Result<u8> {
    let found = tests::find(among, wanted)?;
    for (target, why) in &found.others {
        anstream::eprintln!("not explored: the tests of `{target}` {why}");
    }
    if asked.list {
        return list(&found, asked.json);
    }
    let of_one = asked.of_one();
    if !of_one.is_empty() && found.subjects.len() != 1 {
        return Err(Error::usage(format!(
            "{} is about one test; give its whole name, as `--list` has it",
            of_one.join(" and ")
        )));
    }
    let _unwritten = make_files(asked)?;
    explore_all(
        (&found.subjects, &found.built),
        &found.ignored,
        asked,
        replay,
        start,
    )
}

/// Lists tests, to people and, if that is wanted, to programs.
fn list(found: &FoundTests, json: bool) -> Result<u8> {
    let all = || found.subjects.iter().chain(&found.ignored);
    for subject in all() {
        let (name, why) = (&subject.name, subject.not_explored());
        let in_words = why.map_or_else(String::new, |why| format!("  (ignored: {why})"));
        match json {
            true => {
                anstream::eprintln!("{name}{in_words}");
                say_json(&json!({"type": "test", "test": name, "ignored": why}))?;
            }
            false => say(format!("{name}{in_words}"))?,
        }
    }
    if json {
        say_json(&json!({"type": "summary", "tests": all().count()}))?;
    }
    Ok(ALL_HOLD)
}

/// Explores what was built, and reports all of it; returns the status to end with.
fn explore_all(
    (subjects, harnesses): (&[Subject], &[BuildResult]),
    not_meant: &[Subject],
    asked: &ExploreArgs,
    replay: Option<&Token>,
    start: Instant,
) -> Result<u8> {
    let mut collector = Collector::new(asked, subjects)?;
    let ready = collector.begin(harnesses, replay)?;
    explore(&ready, asked, replay, &mut collector)?;
    collector.end(not_meant, start)?;
    Ok(collector.summary.exit_code())
}

/// Files that were made and may never be written.
struct Unwritten(Vec<PathBuf>);

impl Drop for Unwritten {
    /// Nobody shall take for a report what was never written.
    fn drop(&mut self) {
        for file in &self.0 {
            if fs::metadata(file).is_ok_and(|known| known.is_file() && known.len() == 0) {
                // If it cannot be removed, it stays empty.
                let _ = fs::remove_file(file);
            }
        }
    }
}

/// Makes the files that states are written to in the end.
fn make_files(asked: &ExploreArgs) -> Result<Unwritten> {
    if asked.tree.is_some() && asked.tree == asked.html {
        return Err(Error::usage(
            "`--tree` and `--html` cannot write to one file",
        ));
    }
    let mut made = Unwritten(Vec::new());
    for file in asked.tree.iter().chain(&asked.html) {
        if !file.exists() {
            made.0.push(file.clone());
        }
        make(file)?;
    }
    Ok(made)
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

/// Explores on all cores, and reports each program in the reading order.
fn explore(
    ready: &[(&Subject, &Harness)],
    asked: &ExploreArgs,
    replay: Option<&Token>,
    collector: &mut Collector<'_>,
) -> Result<()> {
    let lane = Lane {
        jobs: (0..ready.len()).collect(),
        workers: pool::cores(),
    };
    let work = |index: usize, send: &dyn Fn(News)| {
        let (subject, harness) = ready[index];
        Some(Box::new(explore_one(subject, harness, asked, replay, send)))
    };
    pool::run(vec![lane], &work, &mut |update| {
        let heard = match update {
            Update::Tick => Ok(()),
            Update::Message(index, news) => collector.hear(ready[index].0, news),
            Update::Finished(index, explored) => {
                let (subject, harness) = ready[index];
                collector.ended(subject, harness, *explored, replay)
            }
        };
        if heard.is_err() {
            // The report cannot go on, so the exploring processes must end.
            process::interrupt();
        }
        heard
    })
}

/// Explores a program, and asks for its states if a file is to have them.
fn explore_one(
    subject: &Subject,
    harness: &Harness,
    asked: &ExploreArgs,
    replay: Option<&Token>,
    on_news: &dyn Fn(News),
) -> std::result::Result<Explored, NotExplored> {
    let settings = &asked.settings;
    let schedule = replay.map(|token| &token.schedule);
    let lasting = asked.trusts_sleeps();
    let mut explored = one::explore(subject, harness, settings, schedule, lasting, on_news)?;
    if asked.wants_states() {
        on_news(News::Doing {
            schedules: explored.schedules,
            what: "states".to_string(),
        });
        let verdict = ProgramVerdict::new(subject, harness, &explored, lasting);
        explored.graph = Some(match states::ask(&verdict, settings, states::MOST) {
            Err(NotExplored::Program(error)) => Err(error),
            other => Ok(other?),
        });
    }
    Ok(explored)
}

/// Nothing, if the schedule that was taken again has the step before which it was to stop.
fn has_step(explored: &Explored, stop_at: Option<u32>) -> Result<()> {
    let lengths = explored.executions.iter().map(Execution::length);
    let length = lengths.max().unwrap_or(0);
    match stop_at {
        Some(step) if step as usize >= length => Err(Error::usage(format!(
            "the schedule has no step {step}: its {length} steps are 0 to {}",
            length.saturating_sub(1)
        ))),
        _ => Ok(()),
    }
}

/// Writes what was asked for of a program's states.
fn write_states(asked: &ExploreArgs, verdict: &ProgramVerdict<'_>) -> Result<()> {
    let Some(graph) = &verdict.explored.graph else {
        return Ok(());
    };
    let write = |file: &Path, text: &str| {
        let written = fs::write(file, text);
        written.map_err(Error::io(format!("cannot write {}", file.display())))
    };
    let states = graph.as_ref().map(|graph| States::new(verdict, graph));
    let data = states.as_ref().map(States::data);
    let unknown = |error: &&Error| Error::Broken(error.to_string());
    if let Some(file) = &asked.tree {
        let data = data.as_ref().map_err(|error| unknown(error))?;
        write(file, &data.json.to_string())?;
    }
    if let Some(file) = &asked.html {
        // A schedule that ends the exploring process has a table, and no states; so has one that needs
        // weak memory.
        let execution = match (&states, states::shown(verdict)) {
            (Ok(states), _) => states.execution(),
            (Err(_), Some(execution)) => execution.clone(),
            (Err(error), None) => return Err(unknown(error)),
        };
        let page = html::page(verdict, &execution);
        write(file, &page.html(data.as_ref().ok()))?;
    }
    Ok(())
}

/// Counts what becomes of the programs, and reports it.
struct Collector<'f> {
    asked: &'f ExploreArgs,
    /// What is explored, in reading order.
    subjects: &'f [Subject],
    reporter: Vec<Box<dyn Reporter>>,
    summary: Summary,
}

impl<'f> Collector<'f> {
    fn new(asked: &'f ExploreArgs, subjects: &'f [Subject]) -> Result<Self> {
        let topics = asked.wanted.words.clone();
        let settings = Settings::rows(topics, asked.json, asked.junit.clone());
        Ok(Self {
            asked,
            subjects,
            reporter: report::reporters(&settings)?,
            summary: Summary::new(asked),
        })
    }

    /// Reports what could not be built; returns the rest.
    fn begin<'h>(
        &mut self,
        harnesses: &'h [build::BuildResult],
        replay: Option<&Token>,
    ) -> Result<Vec<(&'f Subject, &'h Harness)>> {
        let names = self.subjects.iter().map(|subject| subject.name.as_str());
        self.reporter.event(&ReportEvent::Begin {
            names: names.collect(),
        })?;
        let mut ready = Vec::new();
        for (subject, harness) in self.subjects.iter().zip(harnesses) {
            let why = match harness {
                Ok(harness) => {
                    if let Some(token) = replay {
                        token.is_of(harness.program, harness.explorer, &subject.shown_file())?;
                    }
                    ready.push((subject, harness));
                    continue;
                }
                Err(Unbuilt::Broken(NotReady { what, details, .. })) => {
                    Why::DoesNotCompile { what, details }
                }
                Err(Unbuilt::Refused { what, details }) => Why::Refused { what, details },
            };
            self.unexplored(&Unexplored { subject, why })?;
        }
        Ok(ready)
    }

    /// Reports what is known of a program that is being explored.
    fn hear(&mut self, subject: &Subject, news: News) -> Result<()> {
        match news {
            News::Doing { schedules, what } => {
                let (name, (n, s)) = (&subject.name, counted(schedules, "schedule"));
                let what = &format!("{name}: {n} {s}, {what}");
                self.reporter.event(&ReportEvent::Doing { what })
            }
            News::Waiting { process, execution } => {
                let entry = &Waiting::new(subject, process, &execution);
                self.reporter.event(&ReportEvent::Waiting { entry })
            }
        }
    }

    /// Reports what came of exploring a program.
    fn ended(
        &mut self,
        subject: &Subject,
        harness: &Harness,
        explored: std::result::Result<Explored, NotExplored>,
        replay: Option<&Token>,
    ) -> Result<()> {
        let explored = match explored {
            Ok(explored) => explored,
            Err(NotExplored::NotInPlace(what)) => return Err(Error::Broken(what)),
            Err(NotExplored::Program(Error::Interrupted)) => return Ok(()),
            Err(NotExplored::Program(Error::Usage(reason))) => {
                return self.not_meant(subject, slice::from_ref(&subject.name), reason);
            }
            Err(NotExplored::Program(error)) => {
                let details = error.to_string();
                let why = Why::NoResult { details };
                return self.unexplored(&Unexplored { subject, why });
            }
        };
        if let Some(token) = replay {
            explored
                .executions
                .iter()
                .try_for_each(|execution| token.fits(execution))?;
            has_step(&explored, self.asked.settings.stop_at)?;
        }
        let asked = self.asked;
        let verdict = &ProgramVerdict::new(subject, harness, &explored, asked.trusts_sleeps());
        self.summary.explored(asked, verdict);
        write_states(asked, verdict)?;
        let holds = verdict.status.holds() != Some(false);
        self.done(subject, holds, &entry::ExploredEntry { asked, verdict })
    }

    /// Reports a program that was not explored, though it should be.
    fn unexplored(&mut self, entry: &Unexplored<'_>) -> Result<()> {
        self.summary.unexplored(entry);
        self.done(entry.subject, false, entry)
    }

    fn done(&mut self, subject: &Subject, holds: bool, entry: &dyn Entry) -> Result<()> {
        let mut subjects = self.subjects.iter();
        let place = subjects.position(|other| std::ptr::eq(other, subject));
        let (name, place) = (&subject.name, place.expect("it is one of them"));
        self.reporter.event(&ReportEvent::Done { name, holds })?;
        self.reporter.event(&ReportEvent::Ended { place, entry })
    }

    /// Reports programs that nobody has asked to explore: these, and others of the packages of
    /// those that were explored. Then the sum.
    fn end(&mut self, not_meant: &[Subject], start: Instant) -> Result<()> {
        for subject in not_meant {
            let names = std::slice::from_ref(&subject.name);
            self.not_meant(
                subject,
                names,
                subject.not_explored().unwrap_or_default().to_string(),
            )?;
        }
        let subjects = self.subjects.iter();
        for subject in subjects.filter(|_| self.asked.replay.is_none()) {
            let reason = format!("`--bin NAME` explores another program of {}", subject.topic);
            self.not_meant(subject, &subject.others, reason)?;
        }
        self.summary.wall = start.elapsed();
        self.summary.interrupted = process::interrupted();
        let summary = &self.summary;
        self.reporter.event(&ReportEvent::End { summary })
    }

    fn not_meant(&mut self, subject: &Subject, names: &[String], reason: String) -> Result<()> {
        if names.is_empty() {
            return Ok(());
        }
        let why = Why::NotMeant { names, reason };
        let entry = Unexplored { subject, why };
        self.summary.unexplored(&entry);
        self.reporter.event(&ReportEvent::Ended {
            place: self.subjects.len(),
            entry: &entry,
        })
    }
}
