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
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::build::Harness;
use super::explored::{Explored, Failure, SHOWN_LINES};
use super::protocol::{Message, Run, Schedule, Strategy, TimeModel};
use super::settings::Settings;
use super::source::{RUNNING, Subject};
use crate::error::{Error, Result};
use crate::process::Group;
use crate::program::Role;
use invariants::{End, Exit, Transcript};

/// A schedule that takes more steps is not explored further.
const STEPS: u32 = 1_000_000;
/// How much of what a process that died has said is shown.
const LAST_WORDS: usize = 2_000;

/// Explores a program, or takes one schedule of it again, and says now and then how far it
/// is. Where a pitfall is found, the schedule on which it goes wrong is one of the runs.
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
    on_progress: &mut dyn FnMut(u64, &str),
) -> std::result::Result<Explored, Failure> {
    let scratch = Scratch::new(&subject.package.place)?;
    let request = request((subject, harness), settings, replay, &scratch);
    let start = Instant::now();
    let mut explored = Explored {
        runs: Vec::new(),
        objects: Vec::new(),
        outputs: Vec::new(),
        groups: Vec::new(),
        summary: None,
        real: None,
        schedules: 0,
        wall: Duration::ZERO,
    };
    let mut not_in_place = None;
    let mut problem = None;
    let ended = attend(
        (subject, harness),
        &request,
        &scratch,
        settings.stall,
        &mut |object| match Message::parse(&object) {
            Ok(Message::Progress { schedules, doing }) => {
                explored.schedules = schedules;
                on_progress(schedules, &doing);
            }
            Ok(Message::Run(run)) => {
                // A search counts its schedules itself, and one that is asked for is one.
                if replay.is_some() {
                    explored.schedules = 1;
                }
                explored.runs.push(*run);
                explored.objects.push(object);
            }
            Ok(Message::Output(output)) => {
                explored.outputs.push(output);
                // There may be ten thousand, to be compared with real runs and told to nobody.
                if settings.outputs {
                    explored.objects.push(object);
                }
            }
            Ok(Message::Outputs(output)) => {
                explored.groups.push(output);
                explored.objects.push(object);
            }
            Ok(Message::Step(_)) => {}
            Ok(Message::Summary(summary)) => {
                explored.schedules = summary.phases.iter().map(|phase| phase.schedules).sum();
                explored.summary = Some(summary);
            }
            Ok(Message::NotInPlace(what)) => not_in_place = Some(what),
            Ok(Message::Problem(what)) => problem = Some(what),
            Err(what) => {
                problem = Some(format!(
                    "the exploring process said what is not understood: {what}"
                ));
            }
        },
    )?;
    if let Some(what) = not_in_place {
        return Err(Failure::NotInPlace(what));
    }
    if let Some(problem) = problem {
        return Err(Error::Broken(problem).into());
    }
    let found = explored
        .summary
        .as_ref()
        .and_then(|summary| summary.found_schedule.clone());
    if let Some(schedule) = found {
        let again = explore(subject, harness, settings, Some(&schedule), &mut |_, _| {})?;
        explored.runs.extend(again.runs);
        explored.objects.extend(again.objects);
    }
    explored.wall = start.elapsed();
    let (kind, story) = match ended {
        Ended::Well if explored.summary.is_some() => return Ok(explored),
        Ended::Well if replay.is_some() && !explored.runs.is_empty() => return Ok(explored),
        Ended::Stalled => ("stalled", stalled(settings.stall)),
        Ended::Well => ("crashed", died(None, &scratch.last_words())),
        Ended::Died(status) => ("crashed", died(Some(status), &scratch.last_words())),
    };
    let Some(record) = Record::read(&scratch.recorder()) else {
        return Err(Error::Broken(format!("before the first schedule, {story}")).into());
    };
    explored.schedules = record.number;
    let mut object = retrace(subject, harness, settings, &record, (kind, &story))?;
    if replay.is_none() {
        object["found_after"] = json!(record.number);
    }
    explored
        .runs
        .push(Run::parse(&object).map_err(Error::Broken)?);
    explored.objects.push(object);
    Ok(explored)
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
) -> std::result::Result<Option<Vec<usize>>, Failure> {
    let scratch = Scratch::new(&subject.package.place)?;
    let mut request = request((subject, harness), settings, None, &scratch);
    request["expected"] = json!(expected);
    request["outputs"] = json!(false);
    request["tree"] = Value::Null;
    let mut missing = None;
    let mut hear = |object| {
        if let Ok(Message::Summary(summary)) = Message::parse(&object) {
            let all_seen = summary.unexplored.is_empty();
            missing = (summary.proved || all_seen).then_some(summary.unexplored);
        }
    };
    attend(
        (subject, harness),
        &request,
        &scratch,
        settings.stall,
        &mut hear,
    )?;
    Ok(missing)
}

fn stalled(time: Duration) -> String {
    format!(
        "a thread made no step for {} s: it computes, or waits for the system, \
         and lets nobody else go on",
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
) -> Value {
    let models = match (settings.time_model, replay) {
        (_, Some(schedule)) => vec![schedule.time_model],
        (Some(model), None) => vec![model],
        (None, None) => TimeModel::ALL.to_vec(),
    };
    let models: Vec<_> = models.into_iter().map(TimeModel::name).collect();
    // What real runs print is compared with each output.
    let compares = settings.real_runs.is_some_and(|runs| runs > 0);
    // Reading ten thousand outputs in full takes longer than finding them.
    let shown_lines = (!compares && !settings.whole_outputs).then_some(SHOWN_LINES);
    // A variant obeys what the example obeys.
    let pitfall = (subject.role == Role::Pitfall).then_some(&subject.name);
    json!({
        "program": subject.name,
        "source": subject.file,
        "invariants": subject.claims.as_ref().map(|ready| &ready.invariants.source),
        "pitfall": pitfall,
        "schedules": settings.schedules,
        "time_ms": settings.time.map(|time| time.as_millis() as u64),
        "time_models": models,
        "seed": settings.seed,
        "strategy": settings.strategy.as_ref().map(Strategy::name),
        "hashes": harness.unseen.hash_order.is_some(),
        "replay": replay.map(Schedule::to_json),
        "steps": STEPS,
        "recorder": scratch.recorder(),
        "tree": settings.tree.as_ref().map(|file| std::path::absolute(file).ok()),
        "parent": std::process::id(),
        "outputs": settings.outputs || compares || subject.claims.is_none(),
        "all_outputs": settings.outputs || compares,
        "shown_lines": shown_lines.map(|(first, last)| [first, last]),
    })
}

/// How a process ended.
enum Ended {
    /// By itself, after all that it had to say.
    Well,
    /// It was ended, because it made no step any more.
    Stalled,
    /// It was killed, or gave up.
    Died(ExitStatus),
}

/// Starts a process, hands on what it says, and sees to its end.
fn attend(
    (subject, harness): (&Subject, &Harness),
    request: &Value,
    scratch: &Scratch,
    patience: Duration,
    on_object: &mut dyn FnMut(Value),
) -> Result<Ended> {
    let cannot = || Error::io(format!("cannot write to {}", scratch.0.display()));
    let file = scratch.0.join("request.json");
    fs::write(&file, request.to_string()).map_err(cannot())?;
    let mut command = Command::new(&harness.executable);
    command
        .stdin(File::open(&file).map_err(cannot())?)
        .stdout(Stdio::piped())
        .stderr(File::create(scratch.words()).map_err(cannot())?)
        .current_dir(subject.package.folder())
        .env("RUST_BACKTRACE", "0");
    let mut group = Group::start(command)?;
    let mut watch = Watch {
        recorder: scratch.recorder(),
        seen: (None, 0),
        since: Instant::now(),
    };
    let mut stalled = false;
    // What the process says is a sign of life as well: it may have much to say at the end.
    let said = Cell::new(0_u64);
    let mut hear = |object| {
        said.set(said.get() + 1);
        on_object(object);
    };
    group.read_objects(&mut hear, &mut || {
        stalled = watch.still(said.get()) >= patience;
        !stalled
    })?;
    if stalled {
        group.stop();
        return Ok(Ended::Stalled);
    }
    let status = group.wait()?;
    Ok(match status.success() {
        true => Ended::Well,
        false => Ended::Died(status),
    })
}

/// Watches whether steps are made, and objects said.
struct Watch {
    recorder: PathBuf,
    seen: (Option<[u8; HEADER]>, u64),
    since: Instant,
}

impl Watch {
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

/// The recorder's file begins with two numbers of 8 bytes, the schedule's, from 1 on, and how many
/// steps it has taken, and two of 4 bytes: its time model, and its hash seed. Then comes each
/// step's thread, in 2 bytes.
const HEADER: usize = 24;

fn header(recorder: &Path) -> Option<[u8; HEADER]> {
    let mut header = [0; HEADER];
    let read = File::open(recorder).and_then(|mut file| file.read_exact(&mut header));
    read.is_ok().then_some(header)
}

/// The schedule that a process was in when it ended.
struct Record {
    /// Its number, from 1 on.
    number: u64,
    time_model: TimeModel,
    /// What decides the order of each `HashMap`.
    hash_seed: u32,
    /// The thread of each step.
    choices: Vec<u16>,
}

impl Record {
    fn read(recorder: &Path) -> Option<Self> {
        let bytes = fs::read(recorder).ok()?;
        let number = |at: usize| {
            let bytes = bytes.get(at..at + 8)?;
            usize::try_from(u64::from_le_bytes(bytes.try_into().ok()?)).ok()
        };
        let short = |at: usize| {
            let bytes = bytes.get(at..at + 4)?;
            Some(u32::from_le_bytes(bytes.try_into().ok()?))
        };
        let (schedule, steps) = (number(0)?, number(8)?);
        let (model, hash_seed) = (short(16)? as usize, short(20)?);
        let threads = bytes.get(HEADER..)?.chunks_exact(2).take(steps);
        (schedule > 0).then_some(Self {
            number: schedule as u64,
            time_model: *TimeModel::ALL.get(model)?,
            hash_seed,
            choices: threads
                .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
                .collect(),
        })
    }
}

/// Takes a schedule again that ends the process, and keeps what is said on the way.
fn retrace(
    subject: &Subject,
    harness: &Harness,
    settings: &Settings,
    record: &Record,
    (kind, story): (&str, &str),
) -> Result<Value> {
    let scratch = Scratch::new(&subject.package.place)?;
    let mut request = request((subject, harness), settings, None, &scratch);
    let time_model = record.time_model.name();
    let hash_seed = record.hash_seed;
    request["replay"] = json!({
        "time_model": time_model,
        "hash_seed": hash_seed,
        "choices": record.choices,
    });
    let mut steps: Vec<Value> = Vec::new();
    let mut threads = json!([]);
    let mut deviations: Vec<Value> = Vec::new();
    attend(
        (subject, harness),
        &request,
        &scratch,
        settings.stall,
        &mut |object| {
            if let Ok(Message::Step(step)) = Message::parse(&object) {
                // What a step read or wrote is known when the next one is said.
                if let Some(before) = steps.last_mut()
                    && before["step"].as_u64().map(|before| before + 1)
                        == step.object["step"].as_u64()
                {
                    before["value"] = step.object["value_before"].clone();
                }
                // All that concerns more than this step is the last one's to say.
                let own = |(key, _): &(&String, &Value)| {
                    !matches!(
                        key.as_str(),
                        "type" | "value_before" | "threads" | "deviations"
                    )
                };
                let known = step.object.as_object().into_iter().flatten().filter(own);
                let known = known.map(|(key, value)| (key.clone(), value.clone()));
                steps.push(Value::Object(known.collect()));
                threads = step.threads;
                deviations.extend(step.deviations);
            }
        },
    )?;
    let preempted = steps.iter().filter(|step| step["switch"] == "preempted");
    let end = End {
        exit: Exit::Hang,
        at_us: 0,
        cores: usize::MAX,
        left_running: false,
    };
    let transcript: Transcript = Transcript {
        lines: Vec::new(),
        end,
    };
    Ok(json!({
        "type": "failure",
        "kind": kind,
        "rule": null,
        "story": story,
        "found_after": null,
        "preemptions": preempted.count(),
        "schedule": {
            "time_model": time_model,
            "hash_seed": hash_seed,
            "deviations": deviations,
        },
        "threads": threads,
        "more_steps": record.choices.len().saturating_sub(steps.len()),
        "steps": steps,
        "waits": [],
        "transcript": transcript.to_ndjson(),
    }))
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
