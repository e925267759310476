//! Exploring answers, and comparing their threads with those of the programs that they mend.

use std::collections::BTreeSet;
use std::time::Duration;

use super::answer::{Answer, AnswerVerdict, Judged};
use crate::error::{Error, Result};
use crate::explore::build::{self, BuildResult, Facade, Harness, Unbuilt};
use crate::explore::child;
use crate::explore::explored::NotExplored;
use crate::explore::prose::{self, PIPE_WIDTH, Prose};
use crate::explore::settings::Settings;
use crate::explore::source::{self, Subject};
use crate::explore::verdict::{self, NOT_EXPLORED_FURTHER, Status};
use crate::pool;
use crate::text::screen::Screen;
use crate::workspace::Workspace;
use invariants::{Stream, count};
use protocol::{Execution, Schedule, TimeModel, Verb};

/// An answer that is to be explored, by its place, and the pitfall that it mends.
struct Pair {
    place: usize,
    answer: Subject,
    pitfall: Subject,
}

/// Explores the answers that are right so far, each for this time at most.
///
/// # Errors
///
/// The facade cannot be built, or the runner was interrupted.
pub fn explore(
    workspace: &Workspace,
    answers: &[Answer<'_>],
    time: Duration,
    judged: &mut [Judged],
) -> Result<()> {
    let mut pairs = Vec::new();
    for (place, (one, answer)) in judged.iter_mut().zip(answers).enumerate() {
        if !one.is_right() {
            continue;
        }
        let subject = source::of_answer(workspace, &answer.topic())?;
        let pitfall = source::of_pitfall(&answer.exercise.topic, &answer.exercise.name)?;
        match (why_not(&subject), pitfall) {
            (Some(why), _) => one.looked_at.push(format!("not explored: {why}")),
            (None, Some(pitfall)) => pairs.push(Pair {
                place,
                answer: subject,
                pitfall,
            }),
            (None, None) => {}
        }
    }
    let places: Vec<usize> = pairs.iter().map(|pair| pair.place).collect();
    let explored = explore_pairs(pairs, answers, time)?;
    for (place, explored) in places.into_iter().zip(explored) {
        match explored {
            Ok(looked_at) => judged[place].looked_at.push(looked_at),
            Err(wrong) => judged[place] = wrong,
        }
    }
    Ok(())
}

/// Why a program is not explored.
pub(super) fn why_not(subject: &Subject) -> Option<String> {
    if cfg!(not(target_os = "linux")) {
        return Some("the explorer runs on Linux only".to_string());
    }
    let ready = subject.claims.as_ref()?;
    ready.spec.run.not_explored.clone()
}

/// What was looked at in an answer, or what is wrong with it.
type Explored = std::result::Result<String, Judged>;

fn explore_pairs(
    pairs: Vec<Pair>,
    answers: &[Answer<'_>],
    time: Duration,
) -> Result<Vec<Explored>> {
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let settings = settings(time);
    let names: Vec<&Answer<'_>> = pairs.iter().map(|pair| &answers[pair.place]).collect();
    let subjects = pairs
        .into_iter()
        .flat_map(|pair| [pair.answer, pair.pitfall]);
    let subjects: Vec<Subject> = subjects.collect();
    let built = build::build(&subjects, &Facade::build(&subjects)?)?;
    let work = names.iter().zip(subjects.chunks(2).zip(built.chunks(2)));
    let work: Vec<_> = work.collect();
    let explored = pool::map(&work, |(answer, (subjects, built))| {
        let pair = [0, 1].map(|at| (&subjects[at], &built[at]));
        explore_pair(answer, pair, &settings)
    })?;
    explored.into_iter().collect()
}

pub(super) fn settings(time: Duration) -> Settings {
    Settings {
        time: Some(time),
        ..Settings::default()
    }
}

/// Explores an answer, and compares it with the pitfall.
fn explore_pair(
    answer: &Answer<'_>,
    [(subject, built), (pitfall, pitfall_built)]: [(&Subject, &BuildResult); 2],
    settings: &Settings,
) -> Result<Explored> {
    let harness = match built {
        Ok(harness) => harness,
        Err(Unbuilt::Refused { what, .. }) => return Ok(Ok(format!("not explored: {what}"))),
        Err(Unbuilt::Broken(reason)) => return Ok(Ok(format!("not explored: {}", reason.what))),
    };
    let explored = match child::explore(subject, harness, settings, None, &mut |_| {}) {
        Ok(explored) => explored,
        Err(NotExplored::Program(Error::Interrupted)) => return Err(Error::Interrupted),
        Err(NotExplored::Program(error)) => return Ok(Ok(format!("not explored: {error}"))),
        Err(NotExplored::NotInPlace(what)) => return Err(Error::Broken(what)),
    };
    // A sleep is no synchronisation.
    let verdict = verdict::ProgramVerdict::new(subject, harness, &explored, false);
    let prose = Prose::new(&verdict, table_width());
    let looked_at = match verdict.status {
        Status::Proved | Status::Held => {
            let (status, coverage) = (verdict.status.name(), prose::coverage(&verdict, "on"));
            format!("{status} {coverage}")
        }
        Status::NotExploredFurther => {
            let why = prose.why_not_further();
            return Ok(Ok(format!("{NOT_EXPLORED_FURTHER} {why}")));
        }
        Status::Broken | Status::Found | Status::NotFound => {
            let details = prose.failures();
            return Ok(Err(Judged::wrong(
                AnswerVerdict::BrokenOnASchedule,
                details,
            )));
        }
    };
    let Ok(pitfall_harness) = pitfall_built else {
        return Ok(Ok(looked_at));
    };
    let own = Seen::of(subject, harness, settings)?;
    let other = Seen::of(pitfall, pitfall_harness, settings)?;
    let missing = own.zip(other).map(|(own, other)| own.missing(&other));
    Ok(match missing.filter(|missing| !missing.is_empty()) {
        None => Ok(looked_at),
        Some(missing) => {
            let name = &answer.exercise.name;
            let missing: String = missing.iter().map(|what| format!("  {what}\n")).collect();
            let details = format!(
                "{name} keeps its claims, but gives up what its threads do side by side:\n{missing}"
            );
            Err(Judged::wrong(AnswerVerdict::GivesUp, details))
        }
    })
}

pub(super) fn table_width() -> usize {
    Screen::Stdout.width().unwrap_or(PIPE_WIDTH)
}

pub(super) fn error_of(failure: NotExplored) -> Error {
    match failure {
        NotExplored::NotInPlace(what) => Error::Broken(what),
        NotExplored::Program(error) => error,
    }
}

/// What is seen of a program's own threads on the schedule that preempts none.
struct Seen {
    threads: usize,
    /// What the steps tell; unknown where the report leaves some out.
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
    fn of(subject: &Subject, harness: &Harness, settings: &Settings) -> Result<Option<Self>> {
        let schedule = Schedule {
            time_model: TimeModel::Virtual,
            hash_seed: 0,
            deviations: Vec::new(),
            old_reads: Vec::new(),
        };
        let explored = child::explore(subject, harness, settings, Some(&schedule), &mut |_| {});
        let explored = explored.map_err(error_of)?;
        let execution = explored
            .executions
            .first()
            .filter(|execution| !execution.is_refused());
        Ok(execution.map(Self::of_execution))
    }

    fn of_execution(execution: &Execution) -> Self {
        let on_stdout = |line: &usize| execution.transcript.lines[*line].stream == Stream::Stdout;
        let own = |thread: usize| !execution.threads[thread].is_systems;
        let mut printing = BTreeSet::new();
        let (mut now, mut at_once) = (1_usize, 1);
        for step in &execution.steps {
            match step.verb {
                Verb::Spawn => now += 1,
                Verb::Finish if own(step.thread) => now = now.saturating_sub(1),
                _ => {}
            }
            at_once = at_once.max(now);
            if step.lines().iter().any(on_stdout) {
                printing.insert(step.thread);
            }
        }
        Self {
            threads: (0..execution.threads.len()).filter(|id| own(*id)).count(),
            whole: (execution.more_steps == 0).then_some(SeenInSteps {
                at_once,
                printing: printing.len(),
            }),
        }
    }

    /// What the pitfall does and this program does not.
    fn missing(&self, pitfall: &Self) -> Vec<String> {
        let mut missing = Vec::new();
        let mut compare = |own: usize, other: usize, what: &str| {
            if own < other {
                let own = count(own, "thread");
                missing.push(format!("{own} {what}, of {other} in the exercise"));
            }
        };
        compare(self.threads, pitfall.threads, "run");
        if let (Some(own), Some(other)) = (&self.whole, &pitfall.whole) {
            compare(own.printing, other.printing, "print lines");
            // A limit on how many run at once may be what is mended, but more than main and one.
            if own.at_once <= 2 && own.at_once < other.at_once {
                let other = other.at_once;
                missing.push(format!(
                    "its threads run one after another, not {other} at once"
                ));
            }
        }
        missing
    }
}
