//! Judging answers: built, run, read, and explored.

use std::time::{Duration, Instant};

use super::answer::{Answer, AnswerVerdict, Judged};
use super::build::build;
use super::explored::explore;
use crate::batch;
use crate::error::{Error, Result};
use crate::program::{self, Program};
use crate::report::run::Ran;
use crate::report::{self, failure};
use crate::runs::{self, RunResults};
use crate::text::shown_path;
use crate::workspace::Workspace;
use invariants::{Requirements, count};

/// How often an answer is run.
const RUNS: u32 = 5;
/// An answer that takes long is run less often: no more once so much time has passed.
const ENOUGH: Duration = Duration::from_secs(2);
/// How long an answer may stand still until it is taken to hang.
const STILL: Duration = Duration::from_millis(500);

/// Judges answers: builds all of them, runs each several times, and explores those that are
/// right so far, each for this time at most.
///
/// # Errors
///
/// A file cannot be read or written, the facade cannot be built, or the runner was interrupted.
pub fn judge(workspace: &Workspace, answers: &[Answer<'_>], time: Duration) -> Result<Vec<Judged>> {
    let asked = answers.iter().map(|answer| answer.exercise.asked());
    let asked: Vec<Requirements> = asked.collect::<Result<_>>()?;
    for (answer, asked) in answers.iter().zip(&asked) {
        answer.restore_claims(asked)?;
    }
    let built = build(workspace, answers)?;
    let topics = answers.iter().map(Answer::topic).collect();
    let programs = program::programs(topics, built);
    let mut judged = run(&programs)?;
    for ((one, answer), asked) in judged.iter_mut().zip(answers).zip(&asked) {
        if one.is_right() {
            let missing = answer.missing(asked)?;
            if !missing.is_empty() {
                *one = Judged::wrong(AnswerVerdict::GivesUp, answer.gives_up(&missing));
            }
        }
    }
    explore(workspace, answers, time, &mut judged)?;
    Ok(judged)
}

/// Runs the answers that were built, each until it fails.
fn run(programs: &[Program]) -> Result<Vec<Judged>> {
    let settings = batch::Settings {
        runs: runs::Settings {
            repeat: RUNS,
            until_fail: true,
            enough: Some(ENOUGH),
            still: Some(STILL),
            ..runs::Settings::default()
        },
        ..batch::Settings::default()
    };
    let batch = batch::run(programs, &settings, Instant::now(), &mut report::silent())?;
    if batch.summary.interrupted {
        return Err(Error::Interrupted);
    }
    let judged = programs.iter().zip(&batch.ended).map(|(program, ended)| {
        let ended = ended.as_ref().expect("each program is run or refused");
        match Ran::new(program, ended) {
            Ran::Ended(program, results) => of_runs(program, results),
            refused @ Ran::Refused(..) => {
                Judged::wrong(AnswerVerdict::DoesNotCompile, refused.failures())
            }
        }
    });
    Ok(judged.collect())
}

fn of_runs(program: &Program, results: &RunResults) -> Judged {
    if !results.holds() {
        let folder = program.topic.path.to_string_lossy();
        let details = failure::failures(program, results);
        let details = details.replace(&*folder, &shown_path(&program.topic.path));
        return Judged::wrong(AnswerVerdict::BrokenOnARun, details);
    }
    let rules = count(results.rules.len(), "rule");
    let runs = count(results.runs as usize, "run");
    Judged {
        verdict: AnswerVerdict::Solved,
        looked_at: vec![format!("{rules} hold on {runs}")],
        details: String::new(),
    }
}
