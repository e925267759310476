//! Making a failing schedule as simple as it gets.

use std::ops::ControlFlow;
use std::time::Instant;

use engine::{Choice, Execution, Program, Schedule, Strategy, explore};
use protocol::Request;

use crate::failure::Failure;
use crate::judge::Judge;
use crate::wire;

/// After so many steps of tries it is as simple as it gets.
const STEPS: usize = 4_000_000;

/// The steps of a round of a loop that waits for a value, at most: it looks, and yields.
const ROUND: usize = 2;

/// A schedule with the same failure and as few preemptions and switches as can be found, and as few
/// loads that read an older value: in turn, each switch is put off until the thread before it has
/// done its next stretch too, or that thread waits with its stretch until its next one; and each such
/// load reads the latest value. What still fails in the same way, and costs less, is kept. No try
/// begins after `until`.
pub fn shrink(
    request: &Request,
    program: &Program,
    judge: &mut Judge,
    failure: &Failure,
    until: Option<Instant>,
) -> Schedule {
    let mut run = |candidate| run(request, program, judge, failure, candidate);
    let first = failure.schedule.clone();
    let Some(mut best) = run(Strategy::Replay(first.clone())) else {
        return first;
    };
    let most = request.steps_in_all.map(|steps| steps as usize);
    let mut left = most.map_or(STEPS, |most| most.min(STEPS));
    let (mut nth, mut in_vain) = (0, 0);
    while in_vain < tries(&best.choices) {
        let choices = simpler(&best.choices, nth % tries(&best.choices));
        let is_late = until.is_some_and(|until| Instant::now() >= until);
        if left < best.choices.len() || is_late {
            break;
        }
        left -= best.choices.len();
        // What follows a success is tried first: that is where there are more, as a rule.
        match run(Strategy::Follow(choices)) {
            Some(found) if found.cost < best.cost => (best, in_vain) = (found, 0),
            _ => (nth, in_vain) = (nth + 1, in_vain + 1),
        }
    }
    best.schedule
}

/// A schedule that fails.
struct Failing {
    schedule: Schedule,
    choices: Vec<Choice>,
    /// Its preemptions, how far its loads stay behind, its other deviations, its switches.
    cost: (u32, u32, usize, usize),
}

/// Runs a candidate; what came of it, if it fails in the same way.
fn run(
    request: &Request,
    program: &Program,
    judge: &mut Judge,
    failure: &Failure,
    candidate: Strategy,
) -> Option<Failing> {
    let mut settings = wire::settings(request, candidate, failure.schedule.time);
    settings.hash_seed = failure.schedule.hash_seed;
    let mut found = None;
    explore(&settings, program, |execution| {
        if judge.cause(execution).as_ref() == Some(&failure.cause) {
            let choices = choices(execution);
            let behind = execution.old_reads.iter().map(|(_, back)| back).sum();
            let cost = (
                execution.preemptions,
                behind,
                execution.deviations.len(),
                stretches(&choices).len(),
            );
            found = Some(Failing {
                schedule: execution.schedule(),
                choices,
                cost,
            });
        }
        ControlFlow::Break(())
    });
    found
}

/// What was chosen at each step.
fn choices(execution: &Execution) -> Vec<Choice> {
    let threads = execution.steps.iter().map(|step| step.thread);
    let mut choices: Vec<_> = threads.map(|thread| Choice { thread, back: 0 }).collect();
    for &(step, back) in &execution.old_reads {
        choices[step as usize].back = back;
    }
    choices
}

/// The stretches without a switch.
fn stretches(choices: &[Choice]) -> Vec<&[Choice]> {
    choices.chunk_by(|a, b| a.thread == b.thread).collect()
}

/// How many choices there are to try that may be simpler: two for each stretch, and some for each load
/// of an older value.
fn tries(choices: &[Choice]) -> usize {
    let old_reads = choices.iter().filter(|choice| choice.back > 0).count();
    2 * stretches(choices).len() + (ROUND + 1) * old_reads
}

/// One of them.
fn simpler(choices: &[Choice], nth: usize) -> Vec<Choice> {
    let stretches = stretches(choices);
    let ways = [without_switch, in_one_go];
    if let Some(way) = ways.get(nth / stretches.len()) {
        return way(&stretches, nth % stretches.len());
    }
    let nth = nth - 2 * stretches.len();
    let mut old_reads = (0..choices.len()).filter(|&step| choices[step].back > 0);
    let step = old_reads.nth(nth / (ROUND + 1));
    let step = step.expect("there are as many as were counted");
    without_old_read(choices, step, nth % (ROUND + 1))
}

/// The choices, with the load at this step reading the latest value. What it read may have sent its
/// thread round a loop once more, which is left out with so many of the thread's steps.
fn without_old_read(choices: &[Choice], step: usize, mut round: usize) -> Vec<Choice> {
    let mut rest = choices[step..].to_vec();
    let thread = rest[0].thread;
    rest[0].back = 0;
    rest.retain(|choice| {
        let is_left_out = round > 0 && choice.thread == thread;
        round -= usize::from(is_left_out);
        !is_left_out
    });
    [&choices[..step], &rest].concat()
}

/// The choices, with the thread of this stretch doing its next stretch right after it.
fn without_switch(stretches: &[&[Choice]], at: usize) -> Vec<Choice> {
    let thread = stretches[at][0].thread;
    let mut order = stretches.to_vec();
    if let Some(next) = (at + 1..order.len()).find(|&next| order[next][0].thread == thread) {
        let next = order.remove(next);
        order.insert(at + 1, next);
    }
    order.concat()
}

/// The choices, with the thread of this stretch doing it right before its next one.
fn in_one_go(stretches: &[&[Choice]], at: usize) -> Vec<Choice> {
    let thread = stretches[at][0].thread;
    let mut order = stretches.to_vec();
    if let Some(next) = (at + 1..order.len()).find(|&next| order[next][0].thread == thread) {
        let stretch = order.remove(at);
        order.insert(next - 1, stretch);
    }
    order.concat()
}
