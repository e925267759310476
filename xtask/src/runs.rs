//! One program, run as often as it takes, and judged.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher, RandomState};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::cargo;
use crate::error::{Error, Result};
use crate::process::{self, Limits, Pause};
use crate::program::{Program, Ready};
use invariants::spec::{Mode, Rule};
use invariants::{End, Exit, Line, Printed, RuleReport, Spec, Tally, Transcript};

/// How often a program is run, and how.
pub struct Settings {
    /// How often, at least; 0 for as long as it passes.
    pub repeat: u32,
    /// Whether it is run no more once it has failed.
    pub until_fail: bool,
    /// Where to keep every transcript.
    pub record: Option<PathBuf>,
    /// For how long each run but the first is held up, at a random moment.
    pub pause: Option<Duration>,
    /// After so long it is not run once more.
    pub enough: Option<Duration>,
    /// For how long each thread of the program may wait, with no time-out, until the program is
    /// taken to hang; if that is not asked for, only its time limit ends it.
    pub still: Option<Duration>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            repeat: 1,
            until_fail: false,
            record: None,
            pause: None,
            enough: None,
            still: None,
        }
    }
}

impl Settings {
    /// The flags under which a failure that was seen under these may be seen again.
    pub fn again(&self) -> String {
        let mut flags = Vec::new();
        if self.repeat > 1 {
            flags.push(format!("--repeat {}", self.repeat));
        }
        if self.repeat != 1 {
            flags.push("--until-fail".to_string());
        }
        if let Some(pause) = self.pause {
            flags.push(format!("--pause {}s", pause.as_secs_f64()));
        }
        flags.join(" ")
    }
}

/// The results of a program's runs.
pub struct RunResults {
    /// How often it was run.
    pub runs: u32,
    /// How many of the runs obeyed every rule that must hold on every run.
    pub passed: u32,
    /// For each rule what counts, and the run that showed it.
    pub rules: Vec<(RuleReport, u32)>,
    /// The runs that `rules` speak of.
    pub transcripts: BTreeMap<u32, Transcript>,
    /// Where the runs that show something were saved.
    pub saved: BTreeMap<u32, PathBuf>,
    /// How many different interleavings the runs have shown, where there were to be several.
    pub interleavings: Option<usize>,
    /// The flags under which it is run in this way again.
    pub flags: String,
    /// From the start of the first run to the end of the last.
    pub wall: Duration,
    /// What kept it from being run to the end, if something did.
    pub error: Option<Error>,
}

impl RunResults {
    /// The results of a program that could not be started.
    pub fn of_no_run(error: Error) -> Self {
        Self {
            runs: 0,
            passed: 0,
            rules: Vec::new(),
            transcripts: BTreeMap::new(),
            saved: BTreeMap::new(),
            interleavings: None,
            flags: String::new(),
            wall: Duration::ZERO,
            error: Some(error),
        }
    }

    /// What a single saved run is worth. A `sometimes` rule cannot fail on one run.
    pub fn of_one_run(spec: &Spec, transcript: Transcript) -> Self {
        let mut report = invariants::check(spec, &transcript);
        let held = report.holds(spec);
        for rule in &mut report.rules {
            rule.holds |= rule.verdict == invariants::Verdict::NotWitnessed;
        }
        Self {
            runs: 1,
            passed: u32::from(held),
            rules: report.rules.into_iter().map(|rule| (rule, 0)).collect(),
            wall: Duration::from_micros(transcript.end.at_us),
            transcripts: BTreeMap::from([(0, transcript)]),
            saved: BTreeMap::new(),
            interleavings: None,
            flags: String::new(),
            error: None,
        }
    }

    /// Whether a rule is broken, and not only undecided: where a failure or Ctrl-C ended the
    /// runs early, nothing can be said of what need not show in each.
    pub fn breaks(&self, rule: &Rule, report: &RuleReport) -> bool {
        let cut_short = match rule.mode {
            Mode::Sometimes { within } => self.runs < within,
            Mode::Always => false,
        };
        !report.holds && !cut_short
    }

    /// Whether all that must hold does.
    pub fn holds(&self) -> bool {
        self.error.is_none() && self.rules.iter().all(|(report, _)| report.holds)
    }
}

/// What became of a program that was to be run.
pub enum Ended {
    /// It cannot be run.
    Refused,
    /// It was run.
    Ran(Box<RunResults>),
}

impl Ended {
    /// Whether all that must hold does.
    pub fn holds(&self) -> bool {
        match self {
            Ended::Refused => false,
            Ended::Ran(results) => results.holds(),
        }
    }
}

/// Runs one program as often as it takes.
pub fn run(
    program: &Program,
    ready: &Ready,
    settings: &Settings,
    stop: &AtomicBool,
    on_line: &mut dyn FnMut(&Line),
) -> RunResults {
    let start = Instant::now();
    let mut series = Series::new(program, ready, settings);
    loop {
        let held = match series.once(on_line) {
            Ok(held) => held,
            // The runs before this one count all the same.
            Err(Error::Interrupted) if series.tally.runs > 0 => break,
            Err(error) => {
                series.error = Some(error);
                break;
            }
        };
        let enough = settings.enough;
        let is_enough = enough.is_some_and(|enough| start.elapsed() >= enough);
        let is_over = is_enough || stop.load(Ordering::Relaxed) || process::interrupted();
        if is_over || !series.wants_more(held) {
            break;
        }
    }
    series.end(start.elapsed())
}

/// The runs of one program.
struct Series<'s> {
    program: &'s Program,
    ready: &'s Ready,
    settings: &'s Settings,
    tally: Tally<'s>,
    /// The runs that the tally speaks of.
    transcripts: BTreeMap<u32, Transcript>,
    /// What the runs have printed, where their interleavings are counted. Of a million runs the
    /// texts would fill the memory, so these are hashes.
    interleavings: Option<HashSet<u64>>,
    /// How long the shortest of the runs took.
    shortest: Duration,
    error: Option<Error>,
}

impl<'s> Series<'s> {
    fn new(program: &'s Program, ready: &'s Ready, settings: &'s Settings) -> Self {
        Self {
            program,
            ready,
            settings,
            tally: Tally::new(&ready.spec),
            transcripts: BTreeMap::new(),
            interleavings: (settings.repeat != 1).then(HashSet::new),
            shortest: Duration::MAX,
            error: None,
        }
    }

    /// Makes one run more; returns whether it kept every rule.
    fn once(&mut self, on_line: &mut dyn FnMut(&Line)) -> Result<bool> {
        let (run, spec) = (self.tally.runs, &self.ready.spec);
        // The first run shows how long one takes.
        let pause = self.settings.pause.filter(|_| run > 0);
        let pause = pause.map(|length| Pause {
            after: self.shortest.mul_f64(a_fraction()),
            length,
        });
        let limit = RunLimits {
            pause,
            still: self.settings.still,
            ..RunLimits::of(spec)
        };
        let place = (&*self.ready.executable, &*self.program.topic.path);
        let transcript = transcribe(place, Some(spec), limit, on_line)?;
        let held_up = pause.map_or(Duration::ZERO, |pause| pause.length);
        let took = Duration::from_micros(transcript.end.at_us);
        self.shortest = self.shortest.min(took.saturating_sub(held_up));
        if let Some(folder) = &self.settings.record {
            save(&self.file(folder, run), &transcript)?;
        }
        if let Some(seen) = &mut self.interleavings {
            seen.insert(hash_of(&spec.printed(&transcript)));
        }
        let report = invariants::check(spec, &transcript);
        if process::interrupted() {
            return Err(Error::Interrupted);
        }
        let held = self.tally.add(report);
        let mut shown_by = self.tally.rules.iter().map(|(_, shown_by)| *shown_by);
        if shown_by.any(|shown_by| shown_by == run) {
            self.transcripts.insert(run, transcript);
        }
        Ok(held)
    }

    /// Whether another run is wanted after one that has kept the rules or not.
    fn wants_more(&self, held: bool) -> bool {
        let Settings {
            repeat, until_fail, ..
        } = *self.settings;
        let is_asked_for = repeat == 0 || self.tally.runs < repeat;
        match held {
            true => is_asked_for || self.tally.wants_more(),
            false => is_asked_for && !until_fail,
        }
    }

    /// Saves the runs that show something.
    fn end(mut self, wall: Duration) -> RunResults {
        // A witness or a failure of an earlier run may have been replaced by another's.
        let counts: Vec<u32> = self.tally.rules.iter().map(|(_, run)| *run).collect();
        self.transcripts.retain(|run, _| counts.contains(run));
        let kind = match self.tally.holds() {
            true => "witnesses",
            false => "failures",
        };
        let folder = keep_folder(&self.ready.executable).join(kind);
        let rules = self.ready.spec.rules.iter().zip(&self.tally.rules);
        let telling =
            rules.filter(|(rule, (report, _))| !report.holds || rule.mode != Mode::Always);
        let mut saved = BTreeMap::new();
        for (_, (_, run)) in telling {
            let file = self.file(&folder, *run);
            if saved.contains_key(run) {
                continue;
            }
            match save(&file, &self.transcripts[run]) {
                Ok(()) => {
                    saved.insert(*run, file);
                }
                Err(problem) => self.error = self.error.or(Some(problem)),
            }
        }
        RunResults {
            runs: self.tally.runs,
            passed: self.tally.passed,
            rules: self.tally.rules,
            transcripts: self.transcripts,
            saved,
            interleavings: self.interleavings.map(|seen| seen.len()),
            flags: self.settings.again(),
            wall,
            error: self.error,
        }
    }

    /// The file in a folder to which a run is saved.
    fn file(&self, folder: &Path, run: u32) -> PathBuf {
        folder.join(format!("{}.{}.ndjson", self.program.name, run + 1))
    }
}

/// Runs an executable once in a folder, and stops it when it hangs as its specification
/// says, or when its time is up.
///
/// # Errors
///
/// It cannot be started, or the runner was interrupted.
pub fn once(
    executable: &Path,
    folder: &Path,
    spec: Option<&Spec>,
    pause: Option<Pause>,
    on_line: &mut dyn FnMut(&Line),
) -> Result<Transcript> {
    let limit = RunLimits {
        pause,
        ..spec.map_or_else(RunLimits::default, RunLimits::of)
    };
    transcribe((executable, folder), spec, limit, on_line)
}

/// Runs an executable once in a folder, for no longer than this; `None` if it neither ends in
/// that time nor waits for ever.
///
/// # Errors
///
/// It cannot be started, or the runner was interrupted.
pub fn within(
    time: Duration,
    executable: &Path,
    folder: &Path,
    spec: Option<&Spec>,
) -> Result<Option<Transcript>> {
    let limit = RunLimits {
        time,
        must_wait: true,
        ..RunLimits::default()
    };
    let run = transcribe((executable, folder), spec, limit, &mut |_| {})?;
    Ok((run.end.exit != Exit::Cut).then_some(run))
}

/// When a run is held up or stopped, beside what its specification says.
struct RunLimits {
    time: Duration,
    must_wait: bool,
    still: Option<Duration>,
    pause: Option<Pause>,
}

impl Default for RunLimits {
    fn default() -> Self {
        Self {
            time: process::TIME_LIMIT,
            must_wait: false,
            still: None,
            pause: None,
        }
    }
}

impl RunLimits {
    fn of(spec: &Spec) -> Self {
        Self {
            time: spec.run.time_limit.unwrap_or(process::TIME_LIMIT),
            ..Self::default()
        }
    }
}

fn transcribe(
    (executable, folder): (&Path, &Path),
    spec: Option<&Spec>,
    limit: RunLimits,
    on_line: &mut dyn FnMut(&Line),
) -> Result<Transcript> {
    let mut command = Command::new(executable);
    cargo::forget_package(&mut command);
    command
        .current_dir(folder)
        // What is set here could change what a program prints.
        .env("RUST_BACKTRACE", "0")
        .env("NO_COLOR", "1")
        .env_remove("RUST_LIB_BACKTRACE")
        .env_remove("CLICOLOR_FORCE");
    let hung = |lines: &[Line]| {
        let end = End {
            exit: Exit::Hang,
            at_us: 0,
            cores: usize::MAX,
            left_running: false,
        };
        let lines = lines.to_vec();
        spec.is_some_and(|spec| spec.outcome_holds(&Transcript { lines, end }))
    };
    let limits = Limits {
        time: limit.time,
        quiet: spec.and_then(|spec| Some(spec.run.hang?.quiet)),
        hung: &hung,
        still: limit.still,
        pause: limit.pause,
        must_wait: limit.must_wait,
    };
    process::run(command, &limits, on_line)
}

fn hash_of(printed: &Printed) -> u64 {
    let mut hasher = DefaultHasher::new();
    printed.hash(&mut hasher);
    hasher.finish()
}

/// A number from 0 up to 1, another one in each call.
fn a_fraction() -> f64 {
    // The standard library's only source of random numbers.
    let random = RandomState::new().build_hasher().finish();
    random as f64 / u64::MAX as f64
}

/// Where runs that show something are kept: beside what cargo builds.
pub fn keep_folder(executable: &Path) -> PathBuf {
    let target = executable.ancestors().nth(2).unwrap_or(executable);
    target.join("xtask")
}

/// Makes the folder in which runs are to be recorded.
///
/// # Errors
///
/// It cannot be made, or nothing can be written there: better to know it before the runs.
pub fn make_record(folder: &Path) -> Result<()> {
    let probe = folder.join(".writable");
    let made = fs::create_dir_all(folder)
        .and_then(|()| fs::write(&probe, ""))
        .and_then(|()| fs::remove_file(&probe));
    made.map_err(|error| {
        let shown = folder.display();
        Error::usage(format!(
            "cannot record in {shown}: {error}; name a folder after `--record`"
        ))
    })
}

/// Saves a transcript, making the folder if need be.
///
/// # Errors
///
/// The file cannot be written.
fn save(file: &Path, transcript: &Transcript) -> Result<()> {
    let write = || {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(file, transcript.to_ndjson())
    };
    write().map_err(Error::io(format!("cannot write {}", file.display())))
}
