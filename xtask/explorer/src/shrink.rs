//! Making a failing schedule as simple as it gets.

use std::ops::ControlFlow;
use std::time::Instant;

use engine::{Program, Schedule, Strategy, explore};
use protocol::Request;

use crate::failure::Failure;
use crate::judge::Judge;
use crate::wire;

/// After so many steps of tries it is as simple as it gets.
const STEPS: usize = 4_000_000;

/// A schedule with the same failure and as few preemptions and switches as can be found: in
/// turn, each switch is put off until the thread before it has done its next stretch too, and
/// what still fails in the same way, and costs less, is kept. No try begins after `until`.
pub fn shrink(
    request: &Request,
    program: &Program,
    judge: &mut Judge,
    failure: &Failure,
    until: Option<Instant>,
) -> Schedule {
    let mut best = failure.schedule.clone();
    let Some((mut cost, mut threads)) = run(
        request,
        program,
        judge,
        failure,
        Strategy::Replay(best.clone()),
        &mut best,
    ) else {
        return best;
    };
    let most = request.steps_in_all.map(|steps| steps as usize);
    let mut left = most.map_or(STEPS, |most| most.min(STEPS));
    let mut at = 0;
    loop {
        let stretches = stretches(&threads);
        let is_late = until.is_some_and(|until| Instant::now() >= until);
        if at >= stretches.len() || left < threads.len() || is_late {
            return best;
        }
        left -= threads.len();
        let mut schedule = best.clone();
        let candidate = Strategy::Follow(without_switch(&stretches, at));
        match run(request, program, judge, failure, candidate, &mut schedule) {
            Some((found, taken)) if found < cost => {
                (cost, threads, best) = (found, taken, schedule);
                at = 0;
            }
            _ => at += 1,
        }
    }
}

/// What a schedule costs: its preemptions, its other deviations, its switches.
type Cost = (u32, usize, usize);

/// Runs a candidate; its cost and the thread of each step, if it fails in the same way.
fn run(
    request: &Request,
    program: &Program,
    judge: &mut Judge,
    failure: &Failure,
    candidate: Strategy,
    schedule: &mut Schedule,
) -> Option<(Cost, Vec<u32>)> {
    let mut settings = wire::settings(request, candidate, failure.schedule.time);
    settings.hash_seed = failure.schedule.hash_seed;
    let mut found = None;
    explore(&settings, program, |execution| {
        if judge.cause(execution).as_ref() == Some(&failure.cause) {
            let threads: Vec<u32> = execution.steps.iter().map(|step| step.thread).collect();
            let cost = (
                execution.preemptions,
                execution.deviations.len(),
                stretches(&threads).len(),
            );
            schedule.deviations.clone_from(&execution.deviations);
            found = Some((cost, threads));
        }
        ControlFlow::Break(())
    });
    found
}

/// The stretches without a switch: the thread, and how many steps.
fn stretches(threads: &[u32]) -> Vec<(u32, usize)> {
    let stretches = threads.chunk_by(|a, b| a == b);
    stretches
        .map(|stretch| (stretch[0], stretch.len()))
        .collect()
}

/// The steps' threads, with the thread of this stretch doing its next stretch right after it.
fn without_switch(stretches: &[(u32, usize)], at: usize) -> Vec<u32> {
    let (thread, _) = stretches[at];
    let next = (at + 1..stretches.len()).find(|&next| stretches[next].0 == thread);
    let mut order: Vec<usize> = (0..stretches.len()).collect();
    if let Some(next) = next {
        order.remove(next);
        order.insert(at + 1, next);
    }
    let steps = order.into_iter().map(|index| stretches[index]);
    steps
        .flat_map(|(thread, steps)| std::iter::repeat_n(thread, steps))
        .collect()
}
