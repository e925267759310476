//! Many programs, side by side: each run as often as it takes, and judged.

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use crate::cargo::{self, Built};
use crate::core::spec::Mode;
use crate::core::{self, End, Exit, Line, RuleReport, Spec, Tally, Transcript};
use crate::error::{Error, Result};
use crate::flags::RunFlags;
use crate::machine;
use crate::process::{self, Limits};
use crate::report::{self, Event, Reporter};
use crate::workspace::{Topic, Workspace};

/// How often the reporter may show that time passes.
const TICK: Duration = Duration::from_millis(200);

/// What is to be run.
pub struct Program {
    /// The topic that it belongs to.
    pub topic: Topic,
    /// Its own name: the topic's, or that of a file in `src/bin`.
    pub name: String,
    /// Where its executable is and what it must obey; or why it cannot be run.
    pub ready: std::result::Result<Ready, Fault>,
}

impl Program {
    /// A topic's program as far as a saved run of it can be checked.
    pub fn to_check(topic: Topic) -> Self {
        let ready = read_spec(&topic)
            .map(|(source, spec)| Ready {
                executable: PathBuf::new(),
                spec,
                source,
            })
            .map_err(Fault::of_file);
        let name = topic.name.clone();
        Self { topic, name, ready }
    }
}

/// A program that can be run.
pub struct Ready {
    /// The built program; empty where only a saved run is checked.
    pub executable: PathBuf,
    /// What it must obey.
    pub spec: Spec,
    /// The file that says so.
    pub source: String,
}

/// Why a program cannot be run.
#[derive(Debug)]
pub struct Fault {
    /// What is wrong, in a few words.
    pub what: String,
    /// The whole of it: the compiler's messages, or what is wrong with the file.
    pub details: String,
    /// Whether it is the invariants file that is wrong.
    pub file: bool,
}

impl Fault {
    fn of_file(details: String) -> Self {
        Self {
            what: "its invariants.toml is wrong".to_string(),
            details,
            file: true,
        }
    }
}

/// How programs are run.
pub struct Options {
    /// How many at once.
    pub jobs: NonZeroUsize,
    /// How often each, at least; 0 for as long as it passes.
    pub repeat: u32,
    /// Whether a failure of one program keeps the others from being started.
    pub fail_fast: bool,
    /// Whether a program is run no more once it has failed.
    pub until_fail: bool,
    /// Where to keep every transcript.
    pub record: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        // Most programs sleep or wait, so there is room for more of them than cores.
        let cores = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        Self {
            jobs: cores.saturating_mul(NonZeroUsize::new(8).expect("8 is not 0")),
            repeat: 1,
            fail_fast: false,
            until_fail: false,
            record: None,
        }
    }
}

/// What became of a program.
pub struct Outcome {
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
    /// From the start of the first run to the end of the last.
    pub wall: Duration,
    /// What kept it from being run to the end, if something did.
    pub error: Option<Error>,
}

impl Outcome {
    /// What is left of a program that could not be started.
    fn of_no_run(error: Error) -> Self {
        Self {
            runs: 0,
            passed: 0,
            rules: Vec::new(),
            transcripts: BTreeMap::new(),
            saved: BTreeMap::new(),
            wall: Duration::ZERO,
            error: Some(error),
        }
    }

    /// What a single saved run is worth: what need not show in every run need not in this one.
    pub fn of_one_run(spec: &Spec, transcript: Transcript) -> Self {
        let mut report = core::check(spec, &transcript);
        let held = report.holds(spec);
        for rule in &mut report.rules {
            rule.holds |= rule.verdict == core::Verdict::NotWitnessed;
        }
        Self {
            runs: 1,
            passed: u32::from(held),
            rules: report.rules.into_iter().map(|rule| (rule, 0)).collect(),
            wall: Duration::from_micros(transcript.end.at_us),
            transcripts: BTreeMap::from([(0, transcript)]),
            saved: BTreeMap::new(),
            error: None,
        }
    }

    /// Whether all that must hold does.
    pub fn holds(&self) -> bool {
        self.error.is_none() && self.rules.iter().all(|(report, _)| report.holds)
    }
}

/// What became of all of them.
#[derive(Debug, Default, Clone)]
pub struct Summary {
    /// How many programs there were.
    pub programs: usize,
    /// How many of them hold.
    pub passed: usize,
    /// How many do not, or could not be run.
    pub failed: usize,
    /// How many were not started, because another had failed or because of Ctrl-C.
    pub skipped: usize,
    /// How many rules were checked.
    pub rules: usize,
    /// How many of them the machine could not decide.
    pub unsupported: usize,
    /// From the start of the command to now.
    pub wall: Duration,
    /// The least time that it could have taken: the longest program that may run
    /// beside others, and after it those that need the machine to themselves.
    pub bound: Duration,
    /// The program that took longest beside others.
    pub longest: String,
    /// Whether an invariants file is wrong.
    pub file_wrong: bool,
    /// Whether it was interrupted.
    pub interrupted: bool,
}

impl Summary {
    /// The status with which the command ends.
    pub fn exit_code(&self) -> u8 {
        match self {
            _ if self.interrupted => crate::error::INTERRUPTED,
            _ if self.file_wrong => crate::error::WRONG,
            _ if self.failed > 0 => crate::error::BROKEN,
            _ => crate::error::ALL_HOLD,
        }
    }
}

/// Pairs what was built with what it must obey, in reading order.
pub fn programs(topics: Vec<Topic>, built: Vec<Built>) -> Vec<Program> {
    let mut programs = Vec::new();
    for (topic, built) in topics.into_iter().zip(built) {
        // The example first; what else the crate builds is held to the same rules.
        let mut names: Vec<_> = built.programs.keys().cloned().collect();
        names.sort_by_key(|name| *name != topic.name);
        if !built.errors.is_empty() || names.is_empty() {
            let fault = match built.errors.is_empty() {
                true => Fault {
                    what: "it builds no program".to_string(),
                    details: format!("{} does not exist\n", topic.main_file().display()),
                    file: false,
                },
                false => Fault {
                    what: "it does not compile".to_string(),
                    details: built.errors.concat(),
                    file: false,
                },
            };
            programs.push(Program {
                name: topic.name.clone(),
                ready: Err(fault),
                topic,
            });
            continue;
        }
        for name in names {
            let ready = read_spec(&topic)
                .map(|(source, spec)| Ready {
                    executable: built.programs[&name].clone(),
                    spec,
                    source,
                })
                .map_err(Fault::of_file);
            programs.push(Program {
                topic: topic.clone(),
                name,
                ready,
            });
        }
    }
    programs
}

/// Leaves only the programs of that name, if one is given.
///
/// # Errors
///
/// No program has that name; the message names those that there are.
pub fn keep_bin(programs: &mut Vec<Program>, name: Option<&str>) -> Result<()> {
    let Some(name) = name else {
        return Ok(());
    };
    if !programs.iter().any(|program| program.name == name) {
        let names: Vec<_> = programs
            .iter()
            .map(|program| program.name.as_str())
            .collect();
        return Err(Error::usage(
            match core::suggest(name, names.iter().copied()) {
                Some(near) => format!("there is no program `{name}`; did you mean `{near}`?"),
                None => format!(
                    "there is no program `{name}`; there are: {}",
                    names.join(", ")
                ),
            },
        ));
    }
    programs.retain(|program| program.name == name);
    Ok(())
}

/// Builds, runs and checks what the command line names; returns the status to end with.
///
/// # Errors
///
/// It names what does not exist, or the topics cannot be built at all.
pub fn build_and_run(flags: &RunFlags, live: bool, start: Instant) -> Result<u8> {
    let workspace = Workspace::find()?;
    let topics = workspace.select(&flags.topics)?;
    let built = cargo::build(&workspace.root, &topics, None)?;
    let mut programs = programs(topics, built);
    keep_bin(&mut programs, flags.bin.as_deref())?;
    let mut reporter = report::reporters(flags, live)?;
    let summary = run(&programs, &flags.options, start, &mut reporter)?;
    Ok(summary.exit_code())
}

/// Reads what a topic's programs must obey: the file's text, and what it says.
///
/// # Errors
///
/// What is wrong with the file, as a person reads it.
pub fn read_spec(topic: &Topic) -> std::result::Result<(String, Spec), String> {
    let file = topic.invariants_file();
    let shown = report::shown_path(&file);
    let source = fs::read_to_string(&file).map_err(|error| {
        format!(
            "error: cannot read {shown}: {error}\n\
             help: a topic states what it prints in its invariants.toml; \
             xtask/RULES.md says how\n"
        )
    })?;
    match Spec::parse(&source) {
        Ok(spec) => Ok((source, spec)),
        Err(faults) => Err(faults
            .iter()
            .map(|fault| report::diagnostic(&shown, &source, fault))
            .collect()),
    }
}

/// Runs programs side by side, those that need the machine to themselves at the end,
/// and tells the reporter everything as it happens. Returns the summary.
///
/// # Errors
///
/// The reporter cannot write.
pub fn run(
    programs: &[Program],
    options: &Options,
    start: Instant,
    reporter: &mut dyn Reporter,
) -> Result<Summary> {
    let mut summary = Summary {
        programs: programs.len(),
        ..Summary::default()
    };
    let is_alone = |program: &Program| match &program.ready {
        Ok(ready) => ready.spec.run.alone.is_some(),
        Err(_) => false,
    };
    let stop = AtomicBool::new(false);
    reporter.event(&Event::Begin { programs })?;
    for (lane, jobs) in [(false, options.jobs), (true, NonZeroUsize::MIN)] {
        let queue = (0..programs.len()).filter(|&index| is_alone(&programs[index]) == lane);
        let queue = Mutex::new(queue.collect::<VecDeque<usize>>());
        let result = thread::scope(|scope| {
            let (sender, receiver) = mpsc::channel();
            for _ in 0..jobs.get().min(programs.len()) {
                let sender = sender.clone();
                let (queue, stop) = (&queue, &stop);
                scope.spawn(move || work(programs, queue, options, stop, &sender));
            }
            drop(sender);
            let mut result = Ok(());
            loop {
                let reported = match receiver.recv_timeout(TICK) {
                    Ok(told) => tell(&told, programs, lane, &mut summary, reporter),
                    Err(RecvTimeoutError::Timeout) => reporter.event(&Event::Tick),
                    Err(RecvTimeoutError::Disconnected) => break,
                };
                if reported.is_err() && result.is_ok() {
                    // Nobody reads the report any more: stop what runs, and wait for its end.
                    process::interrupt();
                    result = reported;
                }
                if options.fail_fast && summary.failed > 0 {
                    stop.store(true, Ordering::Relaxed);
                }
            }
            result
        });
        result?;
    }
    summary.skipped = summary.programs - summary.passed - summary.failed;
    summary.interrupted = process::interrupted();
    summary.wall = start.elapsed();
    reporter.event(&Event::End { summary: &summary })?;
    Ok(summary)
}

/// What a worker tells the reporting thread.
enum Told {
    Started(usize),
    Line(usize, Line),
    Refused(usize),
    Ended(usize, Box<Outcome>),
}

/// Takes programs off the queue until it is empty or everything is to stop.
fn work(
    programs: &[Program],
    queue: &Mutex<VecDeque<usize>>,
    options: &Options,
    stop: &AtomicBool,
    sender: &Sender<Told>,
) {
    let tell = |told| {
        sender
            .send(told)
            .expect("the receiver outlives its senders")
    };
    while !stop.load(Ordering::Relaxed) && !process::interrupted() {
        let Some(index) = queue.lock().unwrap().pop_front() else {
            return;
        };
        let program = &programs[index];
        let Ok(ready) = &program.ready else {
            tell(Told::Refused(index));
            continue;
        };
        let folder = keep_folder(&ready.executable);
        let claim = machine::claim(&folder, ready.spec.run.alone.is_some());
        tell(Told::Started(index));
        let mut on_line = |line: &Line| tell(Told::Line(index, line.clone()));
        let outcome = match claim {
            Ok(_claim) => run_one(program, ready, options, stop, &mut on_line),
            Err(error) => Outcome::of_no_run(error),
        };
        // Nothing is to be said of a program that was stopped in its first run.
        if outcome.runs > 0 || !matches!(outcome.error, Some(Error::Interrupted)) {
            tell(Told::Ended(index, Box::new(outcome)));
        }
    }
}

/// Counts what was told, and passes it on.
fn tell(
    told: &Told,
    programs: &[Program],
    alone: bool,
    summary: &mut Summary,
    reporter: &mut dyn Reporter,
) -> Result<()> {
    match told {
        Told::Started(index) => reporter.event(&Event::Started {
            program: &programs[*index],
        }),
        Told::Line(index, line) => reporter.event(&Event::Printed {
            program: &programs[*index],
            line,
        }),
        Told::Refused(index) => {
            let program = &programs[*index];
            let fault = program.ready.as_ref().err();
            let fault = fault.expect("only a program that cannot be run is refused");
            summary.failed += 1;
            summary.file_wrong |= fault.file;
            reporter.event(&Event::Refused { program, fault })
        }
        Told::Ended(index, outcome) => {
            let program = &programs[*index];
            match outcome.holds() {
                true => summary.passed += 1,
                false => summary.failed += 1,
            }
            summary.rules += outcome.rules.len();
            let unsupported =
                |(report, _): &&(RuleReport, u32)| report.verdict == core::Verdict::Unsupported;
            summary.unsupported += outcome.rules.iter().filter(unsupported).count();
            if alone {
                summary.bound += outcome.wall;
            } else if outcome.wall > summary.bound {
                summary.bound = outcome.wall;
                summary.longest = program.name.clone();
            }
            reporter.event(&Event::Ended { program, outcome })
        }
    }
}

/// Runs one program as often as it takes.
fn run_one(
    program: &Program,
    ready: &Ready,
    options: &Options,
    stop: &AtomicBool,
    on_line: &mut dyn FnMut(&Line),
) -> Outcome {
    let start = Instant::now();
    let mut tally = Tally::new(&ready.spec);
    let mut transcripts = BTreeMap::new();
    let mut saved = BTreeMap::new();
    let mut error = None;
    loop {
        let run = tally.runs;
        let transcript = match start_once(program, ready, on_line) {
            Ok(transcript) => transcript,
            // The runs before this one count all the same.
            Err(Error::Interrupted) if run > 0 => break,
            Err(problem) => {
                error = Some(problem);
                break;
            }
        };
        if let Some(folder) = &options.record {
            let file = folder.join(format!("{}.{run}.ndjson", program.name));
            if let Err(problem) = save(&file, &transcript) {
                error = Some(problem);
                break;
            }
        }
        let held = tally.add(core::check(&ready.spec, &transcript));
        let shows = ready
            .spec
            .rules
            .iter()
            .zip(&tally.rules)
            .any(|(rule, (report, shown_by))| {
                let witness = report.holds && rule.mode != Mode::Always;
                *shown_by == run && (witness || !report.holds)
            });
        if shows {
            transcripts.insert(run, transcript);
        }
        let wanted = options.repeat == 0 || tally.runs < options.repeat;
        let again = match held {
            true => wanted || tally.wants_more(),
            false => wanted && !options.until_fail,
        };
        if !again || stop.load(Ordering::Relaxed) || process::interrupted() {
            break;
        }
    }
    // A witness or a failure of an earlier run may have been replaced by another's.
    let counts: Vec<u32> = tally.rules.iter().map(|(_, run)| *run).collect();
    transcripts.retain(|run, _| counts.contains(run));
    for (run, transcript) in &transcripts {
        let kind = if tally.holds() {
            "witnesses"
        } else {
            "failures"
        };
        let file = keep_folder(&ready.executable)
            .join(kind)
            .join(format!("{}.{run}.ndjson", program.name));
        match save(&file, transcript) {
            Ok(()) => {
                saved.insert(*run, file);
            }
            Err(problem) => error = error.or(Some(problem)),
        }
    }
    Outcome {
        runs: tally.runs,
        passed: tally.passed,
        rules: tally.rules,
        transcripts,
        saved,
        wall: start.elapsed(),
        error,
    }
}

fn start_once(
    program: &Program,
    ready: &Ready,
    on_line: &mut dyn FnMut(&Line),
) -> Result<Transcript> {
    let mut command = Command::new(&ready.executable);
    command
        .current_dir(&program.topic.path)
        // What is set here could change what a program prints.
        .env("RUST_BACKTRACE", "0")
        .env("NO_COLOR", "1")
        .env_remove("RUST_LIB_BACKTRACE")
        .env_remove("CLICOLOR_FORCE");
    let run = &ready.spec.run;
    let hung = |lines: &[Line]| {
        let end = End {
            exit: Exit::Hang,
            at_us: 0,
            cores: usize::MAX,
            left_running: false,
        };
        let lines = lines.to_vec();
        ready.spec.outcome_holds(&Transcript { lines, end })
    };
    let limits = Limits {
        time: run.time_limit.unwrap_or(process::TIME_LIMIT),
        quiet: run.hang.map(|hang| hang.quiet),
        hung: &hung,
    };
    process::run(command, &limits, on_line)
}

/// Where runs that show something are kept: beside what cargo builds.
fn keep_folder(executable: &Path) -> PathBuf {
    let target = executable.ancestors().nth(2).unwrap_or(executable);
    target.join("xtask")
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
