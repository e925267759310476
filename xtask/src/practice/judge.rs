//! Judging answers: built, run, read, and explored.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use invariants::{Stream, count};

use super::exercise::{Exercise, rust_files};
use crate::batch::{self, Options};
use crate::cargo::{self, Built};
use crate::error::{Error, Result};
use crate::explore::build::{self, Facade, Harness, Unbuilt};
use crate::explore::child::{self, Failure};
use crate::explore::protocol::{Run, Schedule, TimeModel};
use crate::explore::report::{NOT_EXPLORED_FURTHER, Report, Status};
use crate::explore::source::{self, Shared, Subject, write_changed};
use crate::flags::ExploreFlags;
use crate::process;
use crate::program::{self, Program};
use crate::report::failure;
use crate::report::screen::Screen;
use crate::report::{Event, Reporter, shown_path};
use crate::runs::Outcome;
use crate::workspace::{Topic, Workspace};

/// Without what only a debugger needs, each program is built in half the time.
const PROFILE: &str = "[profile.dev]\ndebug = false\n";
/// How often an answer is run.
const RUNS: u32 = 5;
/// An answer that takes long is run less often: no more once so much time has passed.
const ENOUGH: Duration = Duration::from_secs(2);
/// How long an answer may stand still until it is taken to hang.
const STILL: Duration = Duration::from_millis(500);
/// How many columns a table of a schedule has where nobody says.
const TABLE_WIDTH: usize = 100;

/// An answer to an exercise.
pub struct Answer<'e> {
    /// The exercise.
    pub exercise: &'e Exercise,
    /// The answer's folder.
    pub folder: PathBuf,
}

/// What an answer is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It keeps the claims, and its topic.
    Solved,
    /// The compiler refuses it.
    DoesNotCompile,
    /// A real run breaks a claim.
    BrokenOnARun,
    /// It keeps the claims, but does without what its topic is about.
    GivesUp,
    /// A schedule breaks a claim.
    BrokenOnASchedule,
}

impl Verdict {
    /// The verdict as JSON and people have it.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Solved => "solved",
            Verdict::DoesNotCompile => "does not compile",
            Verdict::BrokenOnARun => "broken on a run",
            Verdict::GivesUp => "gives up",
            Verdict::BrokenOnASchedule => "broken on a schedule",
        }
    }
}

/// What came of judging an answer.
pub struct Judged {
    /// What it is worth.
    pub verdict: Verdict,
    /// What was looked at, and what was not, where it is solved.
    pub looked_at: Vec<String>,
    /// What is wrong, as a person reads it.
    pub details: String,
}

impl Judged {
    fn wrong(verdict: Verdict, details: impl Into<String>) -> Self {
        Self {
            verdict,
            looked_at: Vec::new(),
            details: details.into(),
        }
    }
}

/// Judges answers: builds all of them, runs each several times, and explores those that are
/// right so far, each for this time at most.
///
/// # Errors
///
/// A file cannot be read or written, the facade cannot be built, or the runner was interrupted.
pub fn judge(workspace: &Workspace, answers: &[Answer<'_>], time: Duration) -> Result<Vec<Judged>> {
    let mut judged: Vec<Option<Judged>> = answers.iter().map(|_| None).collect();
    for answer in answers {
        answer.restore_claims()?;
    }
    let built = build(workspace, answers)?;
    let topics = answers.iter().map(Answer::topic).collect();
    let programs = program::programs(topics, built);
    for (place, (program, answer)) in programs.iter().zip(answers).enumerate() {
        if let Err(fault) = &program.ready {
            let details = readable(answer, &failure::refusal(program, fault));
            judged[place] = Some(Judged::wrong(Verdict::DoesNotCompile, details));
        }
    }
    run(&programs, &mut judged)?;
    for (place, answer) in answers.iter().enumerate() {
        if let Some(right) = judged[place]
            .as_mut()
            .filter(|one| one.verdict == Verdict::Solved)
        {
            let missing = answer.missing()?;
            if !missing.is_empty() {
                *right = Judged::wrong(Verdict::GivesUp, answer.gives_up(&missing));
            }
        }
    }
    explore(workspace, answers, time, &mut judged)?;
    let judged = judged.into_iter();
    Ok(judged
        .map(|one| one.expect("each was built or refused"))
        .collect())
}

impl Answer<'_> {
    /// Its crate, as the runner takes it.
    fn topic(&self) -> Topic {
        Topic {
            name: self.exercise.name.clone(),
            section: self.exercise.topic.section.clone(),
            path: self.folder.clone(),
            member: false,
        }
    }

    /// Writes the claims anew: they are the exercise's.
    fn restore_claims(&self) -> Result<()> {
        let claims = self.exercise.claims(&self.exercise.asked()?);
        let file = self.folder.join("invariants.toml");
        let cannot = Error::io(format!("cannot write {}", shown_path(&file)));
        write_changed(&file, claims.as_bytes()).map_err(cannot)
    }

    /// What it does not use and should.
    fn missing(&self) -> Result<Vec<String>> {
        let kept = self.exercise.kept(&self.exercise.asked()?)?;
        let mut sources = Vec::new();
        for file in rust_files(&self.folder)? {
            let cannot = Error::io(format!("cannot read {}", shown_path(&file)));
            sources.push(fs::read_to_string(&file).map_err(cannot)?);
        }
        Ok(kept.missing(&sources))
    }

    /// Why it is refused although it keeps every claim.
    fn gives_up(&self, missing: &[String]) -> String {
        let (name, topic) = (&self.exercise.name, &self.exercise.topic.name);
        let missing = missing
            .iter()
            .map(|names| format!("  it no longer uses {names}\n"));
        format!(
            "{name} keeps its claims, but gives up what {topic} is about:\n{}\
             An answer mends how the program uses this, and does not do without it.\n",
            missing.collect::<String>()
        )
    }
}

/// The compiler's messages with the paths that a person types.
fn readable(answer: &Answer<'_>, text: &str) -> String {
    text.replace(
        &*answer.folder.to_string_lossy(),
        &shown_path(&answer.folder),
    )
}

/// Builds all answers with one call of cargo: in a workspace of packages that are each made of
/// an answer's manifest and its source.
fn build(workspace: &Workspace, answers: &[Answer<'_>]) -> Result<Vec<Built>> {
    let place = workspace.practice().join("target").join("answers");
    let mut built: Vec<Built> = answers.iter().map(|_| Built::default()).collect();
    let mut packages = Vec::new();
    for (index, answer) in answers.iter().enumerate() {
        let folder = place.join(&answer.exercise.name);
        match manifest(answer) {
            Ok(manifest) => {
                write(&folder.join("Cargo.toml"), &manifest)?;
                let topic = Topic {
                    path: folder,
                    member: true,
                    ..answer.topic()
                };
                packages.push((index, topic));
            }
            Err(Error::Usage(what)) => built[index].errors.push(format!("error: {what}\n")),
            Err(other) => return Err(other),
        }
    }
    let members = packages
        .iter()
        .map(|(_, topic)| format!("    \"{}\",\n", topic.name));
    let members: String = members.collect();
    let root = format!("[workspace]\nresolver = \"3\"\nmembers = [\n{members}]\n\n{PROFILE}");
    write(&place.join("Cargo.toml"), &root)?;
    workspace.copy_lock(&place)?;
    let (places, topics): (Vec<_>, Vec<_>) = packages.into_iter().unzip();
    let target = workspace.practice_target();
    let one_by_one = cargo::build(&place, &topics, Some(&target))?;
    for (index, outcome) in places.into_iter().zip(one_by_one) {
        built[index] = outcome;
    }
    Ok(built)
}

fn write(file: &Path, text: &str) -> Result<()> {
    let cannot = || Error::io(format!("cannot write {}", shown_path(file)));
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(cannot())?;
    }
    write_changed(file, text.as_bytes()).map_err(cannot())
}

/// An answer's manifest, as that of a package elsewhere which is made of its source.
fn manifest(answer: &Answer<'_>) -> Result<String> {
    let (folder, name) = (&answer.folder, &answer.exercise.name);
    let file = folder.join("Cargo.toml");
    let shown = shown_path(&file);
    let text = fs::read_to_string(&file).map_err(Error::io(format!("cannot read {shown}")))?;
    let mut table: toml::Table = text
        .parse()
        .map_err(|error| Error::usage(format!("{shown}: {error}")))?;
    // Only the root of a workspace has these.
    for key in ["workspace", "profile", "patch", "replace"] {
        table.remove(key);
    }
    let path = |file: &str| toml::Value::from(folder.join(file).to_string_lossy().into_owned());
    if let Some(package) = table.get_mut("package").and_then(toml::Value::as_table_mut) {
        package.insert("name".to_string(), name.as_str().into());
        if folder.join("build.rs").exists() {
            package.insert("build".to_string(), path("build.rs"));
        }
    }
    let program = [
        ("name".to_string(), name.as_str().into()),
        ("path".to_string(), path("src/main.rs")),
    ];
    let program = toml::Table::from_iter(program);
    table.insert("bin".to_string(), vec![program].into());
    if folder.join("src/lib.rs").exists() {
        let library = toml::Table::from_iter([("path".to_string(), path("src/lib.rs"))]);
        table.insert("lib".to_string(), library.into());
    }
    Ok(table.to_string())
}

/// Runs the answers that were built, each until it fails.
fn run(programs: &[Program], judged: &mut [Option<Judged>]) -> Result<()> {
    let options = Options {
        repeat: RUNS,
        until_fail: true,
        enough: Some(ENOUGH),
        still: Some(STILL),
        ..Options::default()
    };
    let mut reporter = Collecting(BTreeMap::new());
    let summary = batch::run(programs, &options, Instant::now(), &mut reporter)?;
    if summary.interrupted {
        return Err(Error::Interrupted);
    }
    for (place, program) in programs.iter().enumerate() {
        if let Some(one) = reporter.0.remove(&program.name) {
            judged[place] = Some(one);
        }
    }
    Ok(())
}

/// Writes nothing, and keeps what came of each program.
struct Collecting(BTreeMap<String, Judged>);

impl Reporter for Collecting {
    fn event(&mut self, event: &Event<'_>) -> Result<()> {
        if let Event::Ended { program, outcome } = event {
            self.0
                .insert(program.name.clone(), of_runs(program, outcome));
        }
        Ok(())
    }
}

fn of_runs(program: &Program, outcome: &Outcome) -> Judged {
    if !outcome.holds() {
        let details = failure::failures(program, outcome);
        return Judged::wrong(Verdict::BrokenOnARun, details);
    }
    let (runs, rules) = (outcome.runs as usize, outcome.rules.len());
    Judged {
        verdict: Verdict::Solved,
        looked_at: vec![format!(
            "{} hold on {}",
            count(rules, "rule"),
            count(runs, "run")
        )],
        details: String::new(),
    }
}

/// Explores the answers that are right so far, beside the programs that they mend.
fn explore(
    workspace: &Workspace,
    answers: &[Answer<'_>],
    time: Duration,
    judged: &mut [Option<Judged>],
) -> Result<()> {
    let shared = shared(workspace);
    let mut subjects = Vec::new();
    let mut places = Vec::new();
    for (place, answer) in answers.iter().enumerate() {
        let Some(one) = judged[place]
            .as_mut()
            .filter(|one| one.verdict == Verdict::Solved)
        else {
            continue;
        };
        let subject = source::of_answer(&answer.topic(), &shared)?;
        let not_explored = subject.claims.as_ref();
        let not_explored = not_explored.and_then(|ready| ready.spec.run.not_explored.as_deref());
        if cfg!(not(target_os = "linux")) {
            one.looked_at
                .push("not explored: the explorer runs on Linux only".to_string());
        } else if let Some(why) = not_explored {
            one.looked_at.push(format!("not explored: {why}"));
        } else {
            subjects.push(subject);
            subjects.push(source::of_answer(
                &unsolved(&shared, answer.exercise)?,
                &shared,
            )?);
            places.push(place);
        }
    }
    if subjects.is_empty() {
        return Ok(());
    }
    workspace.copy_lock(&shared.root)?;
    let harnesses = build::build(&subjects, &Facade::build(&subjects)?)?;
    let flags = ExploreFlags {
        time: Some(time),
        ..ExploreFlags::default()
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let queue = Mutex::new(
        places
            .iter()
            .zip(subjects.chunks(2).zip(harnesses.chunks(2))),
    );
    let results = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..cores.min(places.len()) {
            scope.spawn(|| {
                while !process::interrupted() {
                    let Some((place, (subjects, harnesses))) = queue.lock().unwrap().next() else {
                        return;
                    };
                    let pair = [0, 1].map(|at| (&subjects[at], &harnesses[at]));
                    let explored = explored(&answers[*place], pair, &flags);
                    results.lock().unwrap().push((*place, explored));
                }
            });
        }
    });
    for (place, explored) in results.into_inner().unwrap() {
        let one = judged[place].as_mut().expect("it was run");
        match explored? {
            Ok(looked_at) => one.looked_at.push(looked_at),
            Err(wrong) => *one = wrong,
        }
    }
    match process::interrupted() {
        true => Err(Error::Interrupted),
        false => Ok(()),
    }
}

/// How an exercise's program goes wrong: on a schedule, or where it is not explored, on a run.
///
/// # Errors
///
/// As those of [`judge`]; or it does not go wrong.
pub fn goes_wrong(workspace: &Workspace, exercise: &Exercise, time: Duration) -> Result<String> {
    let shared = shared(workspace);
    let topic = unsolved(&shared, exercise)?;
    let folder = topic.path.clone();
    let subject = source::of_answer(&topic, &shared)?;
    let ready = subject.claims.as_ref();
    let is_explored = ready.is_some_and(|ready| ready.spec.run.not_explored.is_none());
    let mut text = String::new();
    if is_explored && cfg!(target_os = "linux") {
        workspace.copy_lock(&shared.root)?;
        let subjects = [subject];
        let outcomes = build::build(&subjects, &Facade::build(&subjects)?)?;
        if let Ok(harness) = &outcomes[0] {
            let flags = ExploreFlags {
                time: Some(time),
                ..ExploreFlags::default()
            };
            let explored = child::explore(&subjects[0], harness, &flags, None, &mut |_, _| {});
            let explored = explored.map_err(error_of)?;
            text = Report::new(&subjects[0], harness, &explored, false, table_width()).failures();
        }
    }
    if text.is_empty() {
        let answer = Answer { exercise, folder };
        text = judge(workspace, &[answer], time)?.swap_remove(0).details;
    }
    if text.is_empty() {
        let name = &exercise.name;
        return Err(Error::Broken(format!("{name} does not go wrong here")));
    }
    // The learner knows the program by another name, under which a token is none of it.
    let own = shown_path(&exercise.folder(workspace));
    let text = text.replace(&shown_path(&topic.path), &own);
    let text = text.replace(&topic.name, &exercise.name);
    let is_command = |line: &&str| line.starts_with("  replay: ") || line.starts_with("  again: ");
    let lines = text.lines().filter(|line| !is_command(line));
    Ok(lines.map(|line| format!("{line}\n")).collect())
}

fn table_width() -> usize {
    Screen::Stdout.width().unwrap_or(TABLE_WIDTH)
}

fn shared(workspace: &Workspace) -> Shared {
    Shared {
        root: workspace.practice(),
        target: workspace.practice_target(),
    }
}

/// The crate of the program that an answer mends, to be compared with the answer.
fn unsolved(shared: &Shared, exercise: &Exercise) -> Result<Topic> {
    let path = shared
        .root
        .join("target")
        .join("exercises")
        .join(&exercise.name);
    let name = format!("{}-unsolved", exercise.name);
    for (file, text) in exercise.files()? {
        // Two packages of one workspace need two names.
        let text = match file {
            "Cargo.toml" => text.replace(&format!("\"{}\"", exercise.name), &format!("\"{name}\"")),
            _ => text,
        };
        write(&path.join(file), &text)?;
    }
    Ok(Topic {
        name,
        section: String::new(),
        path,
        member: false,
    })
}

/// Explores an answer; returns what was looked at, or what is wrong.
fn explored(
    answer: &Answer<'_>,
    [answered, unsolved]: [(&Subject, &build::Outcome); 2],
    flags: &ExploreFlags,
) -> Result<std::result::Result<String, Judged>> {
    let harness = match answered.1 {
        Ok(harness) => harness,
        Err(Unbuilt::Lacking(details)) => {
            let first = details.lines().next().unwrap_or_default();
            return Ok(Ok(format!("not explored: {first}")));
        }
        Err(Unbuilt::Broken(fault)) => return Err(Error::Broken(fault.details.clone())),
    };
    let subject = answered.0;
    let mut without_word = |_: u64, _: &str| {};
    let explored = child::explore(subject, harness, flags, None, &mut without_word);
    let explored = explored.map_err(error_of)?;
    // A sleep is no synchronisation.
    let report = Report::new(subject, harness, &explored, false, table_width());
    let looked_at = match report.status {
        Status::Proved | Status::Held => {
            format!(
                "{}: they hold {}",
                report.status.name(),
                report.coverage("on")
            )
        }
        Status::NotExploredFurther => {
            return Ok(Ok(format!(
                "{NOT_EXPLORED_FURTHER} {}",
                report.why_not_further()
            )));
        }
        Status::Broken | Status::Found | Status::NotFound => {
            let details = report.failures();
            return Ok(Err(Judged::wrong(Verdict::BrokenOnASchedule, details)));
        }
    };
    let Ok(unsolved_harness) = unsolved.1 else {
        return Ok(Ok(looked_at));
    };
    let seen =
        Seen::of(subject, harness, flags)?.zip(Seen::of(unsolved.0, unsolved_harness, flags)?);
    let missing = seen.map_or_else(Vec::new, |(own, other)| own.missing(&other));
    Ok(match missing.is_empty() {
        true => Ok(looked_at),
        false => Err(Judged::wrong(
            Verdict::GivesUp,
            answer.gives_up_threads(&missing),
        )),
    })
}

fn error_of(failure: Failure) -> Error {
    match failure {
        Failure::NotInPlace(what) => Error::Broken(what),
        Failure::Program(error) => error,
    }
}

impl Answer<'_> {
    /// Why it is refused although it keeps every claim: its threads.
    fn gives_up_threads(&self, missing: &[String]) -> String {
        let name = &self.exercise.name;
        let missing = missing.iter().map(|what| format!("  {what}\n"));
        format!(
            "{name} keeps its claims, but gives up what its threads did:\n{}",
            missing.collect::<String>()
        )
    }
}

/// What is seen of a program's threads on the schedule that preempts none.
struct Seen {
    threads: usize,
    /// What only a schedule tells of which no step was left out.
    whole: Option<SeenInSteps>,
}

/// What the steps of a schedule tell.
struct SeenInSteps {
    /// How many threads there are at once.
    at_once: usize,
    /// How many of them print on standard output.
    printing: usize,
}

impl Seen {
    /// `None` if the explorer cannot follow it.
    fn of(subject: &Subject, harness: &Harness, flags: &ExploreFlags) -> Result<Option<Self>> {
        let schedule = Schedule {
            time_model: TimeModel::Virtual,
            hash_seed: 0,
            deviations: Vec::new(),
        };
        let explored = child::explore(subject, harness, flags, Some(&schedule), &mut |_, _| {});
        let explored = explored.map_err(error_of)?;
        let run = explored.runs.first().filter(|run| !run.is_refused());
        Ok(run.map(Self::of_run))
    }

    fn of_run(run: &Run) -> Self {
        let on_stdout = |line: &usize| run.transcript.lines[*line].stream == Stream::Stdout;
        let mut printing = BTreeSet::new();
        let (mut now, mut at_once) = (1_usize, 1);
        for step in &run.steps {
            match step.verb.as_str() {
                "spawn" => now += 1,
                "finish" => now = now.saturating_sub(1),
                _ => {}
            }
            at_once = at_once.max(now);
            if step.lines.iter().any(on_stdout) {
                printing.insert(step.thread);
            }
        }
        Self {
            threads: run.threads.len(),
            whole: (run.more_steps == 0).then_some(SeenInSteps {
                at_once,
                printing: printing.len(),
            }),
        }
    }

    /// What the program that is to be mended does and this one does not.
    fn missing(&self, unsolved: &Self) -> Vec<String> {
        let threads = |n: usize| count(n, "thread");
        let mut missing = Vec::new();
        let mut compare = |own: usize, other: usize, what: &str| {
            if own < other {
                let (own, other) = (threads(own), threads(other));
                missing.push(format!("{own} {what}, and {other} of the program"));
            }
        };
        compare(self.threads, unsolved.threads, "run");
        if let (Some(own), Some(other)) = (&self.whole, &unsolved.whole) {
            compare(own.at_once, other.at_once, "run at once");
            compare(own.printing, other.printing, "print lines");
        }
        missing
    }
}
