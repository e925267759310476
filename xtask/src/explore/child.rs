//! The process that explores a program: started, read, watched, and gone afterwards.
//!
//! Whatever the program does happens inside of that process, where nobody can stop it: it
//! may spin, wait for the system, or use up its stack. So the process writes each step into
//! a file in memory. When it makes none for too long, or dies, that file still holds the
//! schedule, and a second process takes it again, saying each step before it makes the next.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use protocol::graph::{Graph, Wanted};
use protocol::{
    Again, Execution, Fault, FaultKind, Message, Request, Schedule, Step, Strategy, Switch,
    TakenStep, Thread, TimeModel, recorder,
};

use super::build::Harness;
use super::explored::{Explored, News, NotExplored, SHOWN_LINES};
use super::settings::Settings;
use super::source::{RUNNING, Subject, environment_of};
use crate::cargo;
use crate::error::{Error, Result};
use crate::process::Group;
use crate::program::Role;
use invariants::{End, Exit, Transcript};

/// A schedule that takes more steps is not explored further.
const STEPS: u32 = 1_000_000;
/// So many schedules are searched for a simpler one on which the process dies.
const SIMPLER: u64 = 20_000;
/// Why nothing is known of a program whose process no signal of its own has ended.
const KILLED_FROM_OUTSIDE: &str = "the exploring process was killed from outside: by the system, if \
                                   there was no memory left";
/// The number of SIGKILL, which no process can catch.
#[cfg(unix)]
const KILLED: i32 = 9;
/// How much of what a process that died has said is shown.
const LAST_WORDS: usize = 2_000;

/// Explores a program, or takes one schedule of it again, and says now and then how far it
/// is. Where a pitfall is found, the schedule on which it goes wrong is one of the executions.
///
/// # Errors
///
/// The process cannot be started, does not intercept the standard library, or says what
/// nobody understands; or the runner was interrupted.
pub fn explore(
    subject: &Subject,
    harness: &Harness,
    settings: &Settings,
    replay: Option<&Schedule>,
    on_news: &mut dyn FnMut(News),
) -> std::result::Result<Explored, NotExplored> {
    let scratch = Scratch::new(&subject.package.place)?;
    let request = request((subject, harness), settings, replay, &scratch);
    let start = Instant::now();
    let mut heard = Heard::default();
    let ended = supervise(
        (subject, harness),
        &request,
        &scratch,
        settings,
        &mut |message| heard.message(message, on_news),
    )?;
    let (mut explored, _) = heard.whole()?;
    // A search counts its schedules itself, and one that is asked for is one.
    if replay.is_some() && !explored.executions.is_empty() {
        explored.schedules = 1;
    }
    let summary = explored.summary.as_ref();
    if let Some(schedule) = summary.and_then(|summary| summary.found_schedule.clone()) {
        let again = explore(subject, harness, settings, Some(&schedule), &mut |_| {})?;
        explored.executions.extend(again.executions);
    }
    explored.wall = start.elapsed();
    let is_whole =
        explored.summary.is_some() || replay.is_some() && !explored.executions.is_empty();
    if is_whole && matches!(ended, ProcessEnd::Well) {
        return Ok(explored);
    }
    if ended.was_killed() {
        return Err(Error::Broken(KILLED_FROM_OUTSIDE.to_string()).into());
    }
    let is_stuck = matches!(ended, ProcessEnd::Stalled);
    let (kind, story) = ended.why(settings, &scratch);
    let Some(record) = Record::read(&scratch.recorder()) else {
        return Err(Error::Broken(format!("before the first schedule, {story}")).into());
    };
    let count = record.header.schedule;
    if replay.is_none() && settings.strategy.is_none() && !is_stuck {
        let simpler = explore_for_death(subject, harness, settings, count, on_news)?;
        if let Some(simpler) = simpler {
            return Ok(simpler);
        }
    }
    explored.schedules = count;
    let fault = Fault {
        kind,
        rule: None,
        story,
        thread: None,
        place: None,
    };
    let mut execution = retrace(subject, harness, settings, &record, fault)?;
    execution.found_after = replay.is_none().then_some(count);
    explored.executions.push(execution);
    Ok(explored)
}

/// What an exhaustive search finds of a program that has ended its process, after so many schedules, if
/// it ends it again. What is gone cannot make its schedule simpler, but this search begins with simple
/// ones.
fn explore_for_death(
    subject: &Subject,
    harness: &Harness,
    settings: &Settings,
    count: u64,
    on_news: &mut dyn FnMut(News),
) -> std::result::Result<Option<Explored>, NotExplored> {
    let exhaustive = Settings {
        strategy: Some(Strategy::Exhaustive),
        schedules: settings.schedules.min(SIMPLER),
        ..*settings
    };
    let mut again = explore(subject, harness, &exhaustive, None, on_news)?;
    let last = again.executions.last_mut();
    let Some(execution) = last.filter(|execution| execution.ended_the_search()) else {
        return Ok(None);
    };
    execution.found_after = Some(count);
    again.schedules = count;
    Ok(Some(again))
}

/// What an exploring process has said so far.
#[derive(Default)]
struct Heard {
    explored: Explored,
    /// The states that were asked for.
    graph: Option<Graph>,
    /// Why the facade is not in place, if it is not.
    not_in_place: Option<String>,
    /// Why what was asked for cannot be done, if it cannot.
    problem: Option<String>,
}

impl Heard {
    fn message(
        &mut self,
        message: std::result::Result<Message, String>,
        on_news: &mut dyn FnMut(News),
    ) {
        let explored = &mut self.explored;
        match message {
            Ok(Message::Progress { schedules, doing }) => {
                explored.schedules = schedules;
                let what = doing.to_string();
                on_news(News::Doing { schedules, what });
            }
            Ok(Message::Waiting { process, execution }) => {
                on_news(News::Waiting { process, execution });
            }
            Ok(Message::Failure(execution) | Message::Refusal(execution)) => {
                explored.executions.push(*execution)
            }
            Ok(Message::Output(output)) => explored.outputs.push(output),
            Ok(Message::Outputs(output)) => explored.groups.push(output),
            Ok(Message::Graph(graph)) => self.graph = Some(*graph),
            Ok(Message::Step(_)) => {}
            Ok(Message::Summary(summary)) => {
                explored.schedules = summary.phases.iter().map(|phase| phase.schedules).sum();
                explored.summary = Some(*summary);
            }
            Ok(Message::Canary { problem }) => self.not_in_place = Some(problem),
            Ok(Message::Error { problem }) => self.problem = Some(problem),
            Err(what) => {
                let problem = format!("the exploring process said what is not understood: {what}");
                self.problem = Some(problem);
            }
        }
    }

    /// What came of exploring, and the states that were asked for, unless the process has said that
    /// nothing can.
    fn whole(self) -> std::result::Result<(Explored, Option<Graph>), NotExplored> {
        match (self.not_in_place, self.problem) {
            (Some(problem), _) => Err(NotExplored::NotInPlace(problem)),
            (None, Some(problem)) => Err(Error::Broken(problem).into()),
            (None, None) => Ok((self.explored, self.graph)),
        }
    }
}

/// Explores a program until each of these outputs has come up, and says which have not, by their
/// places; `None` if it was not explored to the end.
///
/// # Errors
///
/// As those of [`explore`].
pub fn missing(
    subject: &Subject,
    harness: &Harness,
    settings: &Settings,
    expected: &[String],
) -> std::result::Result<Option<Vec<usize>>, NotExplored> {
    let scratch = Scratch::new(&subject.package.place)?;
    let mut request = request((subject, harness), settings, None, &scratch);
    request.expected = Some(expected.to_vec());
    request.outputs = false;
    let mut missing = None;
    let mut hear = |message| {
        if let Ok(Message::Summary(summary)) = message {
            let all_seen = summary.unexplored.is_empty();
            missing = (summary.proved || all_seen).then_some(summary.unexplored);
        }
    };
    supervise((subject, harness), &request, &scratch, settings, &mut hear)?;
    Ok(missing)
}

/// The states of a program.
///
/// # Errors
///
/// As those of [`explore`]; and a thread of the program has ended the process, or makes no step any
/// more.
pub fn graph(
    subject: &Subject,
    harness: &Harness,
    settings: &Settings,
    wanted: Wanted,
) -> std::result::Result<Graph, NotExplored> {
    let scratch = Scratch::new(&subject.package.place)?;
    let mut request = request((subject, harness), settings, None, &scratch);
    request.graph = Some(wanted);
    let mut heard = Heard::default();
    let ended = supervise(
        (subject, harness),
        &request,
        &scratch,
        settings,
        &mut |message| heard.message(message, &mut |_| {}),
    )?;
    let (_, graph) = heard.whole()?;
    graph.ok_or_else(|| {
        let (_, story) = ended.why(settings, &scratch);
        Error::Broken(format!("its states are not known: {story}")).into()
    })
}

fn stalled(time: Duration) -> String {
    format!(
        "a thread that made no step for {} s: it computes, or waits for the system, and lets no other \
         thread go on",
        time.as_secs_f64()
    )
}

/// What is known of a process that has ended before its time; without a status, as if all
/// were well.
fn died(status: Option<ExitStatus>, words: &str) -> String {
    #[cfg(unix)]
    let signal = status.and_then(|status| std::os::unix::process::ExitStatusExt::signal(&status));
    #[cfg(not(unix))]
    let signal = None;
    let exit = match (signal, status) {
        (Some(signal), _) => Exit::Signal(signal),
        (None, Some(status)) => Exit::Code(status.code().unwrap_or(-1)),
        (None, None) => Exit::Code(0),
    };
    // POSIX fixes no number for these two, but the systems that Rust runs on agree.
    let guess = match signal {
        Some(7 | 10 | 11) => {
            ": it used memory that is not there, or a thread's stack was used up; which of them \
             is not known"
        }
        None => ": not the program's own `exit`, but something beneath it ended the process",
        _ => "",
    };
    let words: String = words.lines().map(|line| format!("\n{line}")).collect();
    format!("the process {exit}{guess}{words}")
}

/// The request as the process takes it.
fn request(
    (subject, harness): (&Subject, &Harness),
    settings: &Settings,
    replay: Option<&Schedule>,
    scratch: &Scratch,
) -> Request {
    let time_models = match (settings.time_model, replay) {
        (_, Some(schedule)) => vec![schedule.time_model],
        (Some(model), None) => vec![model],
        (None, None) => TimeModel::ALL.to_vec(),
    };
    // What real runs print is compared with each output.
    let compares = settings.real_runs.is_some_and(|runs| runs > 0);
    // Reading ten thousand outputs in full takes longer than finding them.
    let shown_lines = (!compares && !settings.whole_outputs).then_some(SHOWN_LINES);
    // A variant obeys what the example obeys.
    let pitfall = (subject.role == Role::Pitfall).then_some(&subject.name);
    Request {
        source: subject.file.to_string_lossy().into_owned(),
        folder: match subject.test {
            Some(_) => subject.package.root.clone(),
            None => subject.package.workspace(),
        },
        invariants: subject
            .claims
            .as_ref()
            .map(|ready| ready.invariants.source.clone()),
        pitfall: pitfall.cloned(),
        is_test: subject.test.is_some(),
        schedules: settings.schedules,
        steps_in_all: settings.steps,
        time_ms: settings.time.map(|time| time.as_millis() as u64),
        time_models,
        strategy: settings.strategy,
        all_failures: settings.all_failures,
        seed: settings.seed,
        steps: STEPS,
        recorder: Some(scratch.recorder()),
        expected: None,
        outputs: settings.outputs || compares || subject.claims.is_none(),
        all_outputs: settings.outputs || compares,
        shown_lines,
        parent: Some(std::process::id()),
        hashes: harness.unseen.hash_order.is_some(),
        accesses: harness.accesses && harness.unseen.unsafe_code.is_some(),
        replay: replay.cloned().map(Again::Schedule),
        wait_before: settings.stop_at.filter(|_| replay.is_some()),
        graph: None,
    }
}

/// How a process ended.
enum ProcessEnd {
    /// By itself, after all that it had to say.
    Well,
    /// It was ended, because it made no step any more.
    Stalled,
    /// It was killed, or gave up.
    Died(ExitStatus),
}

impl ProcessEnd {
    /// Whether it was ended as no program ends by itself, which says nothing of the program.
    fn was_killed(&self) -> bool {
        #[cfg(unix)]
        if let ProcessEnd::Died(status) = self {
            use std::os::unix::process::ExitStatusExt;
            return status.signal() == Some(KILLED);
        }
        false
    }

    /// What became of a process that has not said all that was asked for.
    fn why(self, settings: &Settings, scratch: &Scratch) -> (FaultKind, String) {
        let words = || scratch.last_words();
        match self {
            ProcessEnd::Well => (FaultKind::Crashed, died(None, &words())),
            ProcessEnd::Stalled => (FaultKind::Stalled, stalled(settings.stall)),
            ProcessEnd::Died(status) => (FaultKind::Crashed, died(Some(status), &words())),
        }
    }
}

/// What starts a program at the same addresses each time, where it is there and may do so.
const FIXES_ADDRESSES: [&str; 2] = ["setarch", "-R"];

/// Whether it may.
fn addresses_can_be_fixed() -> bool {
    static CAN: OnceLock<bool> = OnceLock::new();
    *CAN.get_or_init(|| {
        let [program, word] = FIXES_ADDRESSES;
        let mut command = Command::new(program);
        command.args([word, "true"]).stdin(Stdio::null());
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    })
}

/// Starts a process, hands on what it says, and sees to its end.
fn supervise(
    (subject, harness): (&Subject, &Harness),
    request: &Request,
    scratch: &Scratch,
    settings: &Settings,
    on_message: &mut dyn FnMut(std::result::Result<Message, String>),
) -> Result<ProcessEnd> {
    let cannot = || Error::io(format!("cannot write to {}", scratch.0.display()));
    let file = scratch.0.join("request.json");
    fs::write(&file, request.to_json()).map_err(cannot())?;
    let mut command = Command::new(&harness.executable);
    if settings.fixed_addresses && addresses_can_be_fixed() {
        let [program, word] = FIXES_ADDRESSES;
        command = Command::new(program);
        command.arg(word).arg(&harness.executable);
    }
    cargo::forget_package(&mut command);
    if harness.test.is_some() {
        command.envs(environment_of(subject));
    }
    command
        .args(&harness.test)
        .stdin(File::open(&file).map_err(cannot())?)
        .stdout(Stdio::piped())
        .stderr(File::create(scratch.words()).map_err(cannot())?)
        .current_dir(subject.package.folder())
        .env("RUST_BACKTRACE", "0");
    let mut group = Group::start(command)?;
    let mut watch = Watchdog {
        recorder: scratch.recorder(),
        seen: (None, 0),
        since: Instant::now(),
    };
    let mut stalled = false;
    // What the process says is a sign of life as well: it may have much to say at the end.
    let said = Cell::new(0_u64);
    let mut hear = |line: &str| {
        said.set(said.get() + 1);
        if let Some(message) = Message::parse(line).transpose() {
            on_message(message);
        }
    };
    group.read_lines(&mut hear, &mut || {
        // Nobody knows how long a person looks at a process that waits for a debugger.
        let is_watched = request.wait_before.is_none();
        stalled = is_watched && watch.still(said.get()) >= settings.stall;
        !stalled
    })?;
    if stalled {
        group.stop();
        return Ok(ProcessEnd::Stalled);
    }
    let status = group.wait()?;
    Ok(match status.success() {
        true => ProcessEnd::Well,
        false => ProcessEnd::Died(status),
    })
}

/// Watches whether steps are made, and objects said.
struct Watchdog {
    recorder: PathBuf,
    seen: (Option<recorder::Header>, u64),
    since: Instant,
}

impl Watchdog {
    /// For how long nothing has come, where so much has been said.
    fn still(&mut self, said: u64) -> Duration {
        let now = (header(&self.recorder), said);
        if now != self.seen {
            self.seen = now;
            self.since = Instant::now();
        }
        self.since.elapsed()
    }
}

fn header(recorder: &Path) -> Option<recorder::Header> {
    let mut bytes = [0; recorder::HEADER];
    let read = File::open(recorder).and_then(|mut file| file.read_exact(&mut bytes));
    read.ok().and_then(|()| recorder::Header::read(&bytes))
}

/// The schedule that a process was in when it ended.
struct Record {
    header: recorder::Header,
    /// For each step its thread, and how many stores its operation stayed behind.
    choices: Vec<(u32, u32)>,
}

impl Record {
    /// The operations that stay behind the last store, as a schedule has them.
    fn old_reads(&self) -> Vec<(u32, u32)> {
        let choices = (0..).zip(&self.choices);
        let old = choices.filter(|(_, (_, back))| *back > 0);
        old.map(|(step, (_, back))| (step, *back)).collect()
    }

    /// Reads it; `None` if the process died before its first schedule.
    fn read(recorder: &Path) -> Option<Self> {
        let bytes = fs::read(recorder).ok()?;
        let header = recorder::Header::read(&bytes)?;
        let steps = usize::try_from(header.steps).ok()?;
        (header.schedule > 0).then_some(Self {
            header,
            choices: recorder::choices(&bytes).take(steps).collect(),
        })
    }
}

/// Takes a schedule again that ends the process, and keeps what is said on the way.
fn retrace(
    subject: &Subject,
    harness: &Harness,
    settings: &Settings,
    record: &Record,
    fault: Fault,
) -> Result<Execution> {
    let scratch = Scratch::new(&subject.package.place)?;
    let mut request = request((subject, harness), settings, None, &scratch);
    request.replay = Some(Again::Choices {
        time_model: record.header.time_model,
        hash_seed: record.header.hash_seed,
        choices: record.choices.clone(),
    });
    let mut taken = Taken::default();
    supervise(
        (subject, harness),
        &request,
        &scratch,
        settings,
        &mut |message| {
            if let Ok(Message::Step(step)) = message {
                taken.step(*step);
            }
        },
    )?;
    Ok(taken.execution(record, fault))
}

/// The steps of a schedule that does not come to its end, as far as they are known.
#[derive(Default)]
struct Taken {
    steps: Vec<Step>,
    threads: Vec<Thread>,
    deviations: Vec<(u32, u32)>,
}

impl Taken {
    fn step(&mut self, taken: TakenStep) {
        // What a step read or wrote is known when the next one is said.
        let before = self.steps.last_mut();
        if let Some(before) = before.filter(|before| before.is_next(&taken.step)) {
            before.value = taken.value_before;
        }
        self.steps.push(taken.step);
        self.threads = taken.threads;
        self.deviations.extend(taken.deviations);
    }

    /// The execution of which these are the steps.
    fn execution(self, record: &Record, fault: Fault) -> Execution {
        let preempted = |step: &&Step| step.switch == Some(Switch::Preempted);
        let end = End {
            exit: Exit::Hang,
            at_us: 0,
            cores: usize::MAX,
            left_running: false,
        };
        Execution {
            fault: Some(fault),
            time_model: record.header.time_model,
            preemptions: self.steps.iter().filter(preempted).count() as u64,
            schedule: Schedule {
                time_model: record.header.time_model,
                hash_seed: record.header.hash_seed,
                deviations: self.deviations,
                old_reads: record.old_reads(),
            },
            found: None,
            threads: self.threads,
            more_steps: record.choices.len().saturating_sub(self.steps.len()),
            steps: self.steps,
            waits: Vec::new(),
            conflict: None,
            transcript: Transcript {
                lines: Vec::new(),
                end,
            },
            strategy: None,
            found_after: None,
            failing: None,
        }
    }
}

/// A folder for what one process reads and writes, which goes away again.
struct Scratch(PathBuf);

impl Scratch {
    fn new(place: &Path) -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}-{count}", std::process::id());
        let folder = place.join(RUNNING).join(name);
        fs::create_dir_all(&folder)
            .map_err(Error::io(format!("cannot make {}", folder.display())))?;
        Ok(Self(folder))
    }

    fn recorder(&self) -> PathBuf {
        self.0.join("recorder")
    }

    fn words(&self) -> PathBuf {
        self.0.join("stderr")
    }

    /// The end of what the process has said on standard error.
    fn last_words(&self) -> String {
        let text = fs::read(self.words()).unwrap_or_default();
        let start = text.len().saturating_sub(LAST_WORDS);
        String::from_utf8_lossy(&text[start..]).trim().to_string()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0)
            && error.kind() != io::ErrorKind::NotFound
        {
            anstream::eprintln!("cannot remove {}: {error}", self.0.display());
        }
    }
}
