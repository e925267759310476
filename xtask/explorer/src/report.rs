//! What is said of an execution and of a search, as JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::panic::Location;

use engine::{Ending, Execution, Switch};
use transcript::json;
use transcript::json::Value;

use crate::judge::{Cause, Judge, transcript};
use crate::phase::{GivenUp, Phase};
use crate::wire;

/// Of a schedule without end so many steps are told after its last deviation.
const ENDLESS: usize = 1_000;

/// Of a schedule with more steps than twice so many, the first and the last are told, and of those
/// between only what a report may name: hundreds of thousands of steps take their time to be said
/// and heard.
const ENDS: usize = 2_000;

/// An execution with its steps, and why it fails, or is not explored further.
pub fn failure(execution: &Execution, cause: Option<&Cause>, judge: &Judge) -> Value {
    let told = told(execution, cause);
    // There may be as many lines as steps: each line is looked at once.
    let mut printed = vec![Vec::new(); execution.steps.len()];
    for (number, line) in execution.output.lines().iter().enumerate() {
        printed[line.step as usize].push(number);
    }
    let steps = told.iter().map(|&index| {
        let mut object = step(execution, index);
        object["lines"] = json!(printed[index]);
        object
    });
    let hangs = matches!(execution.ending, Some(Ending::Deadlock | Ending::Livelock));
    let waiting = (0u32..).zip(&execution.threads);
    let waits: Value = waiting
        .filter_map(|(id, thread)| Some((id, thread.next()?)))
        .filter(|_| hangs)
        .map(|(thread, op)| {
            let object = op.object();
            let holders = object.map_or_else(BTreeSet::new, |object| execution.holders(object));
            let wait = json!({
                "thread": thread,
                "verb": op.verb,
                "object": object.map(|object| self::object(execution, object)),
                "holders": holders.iter().collect::<Value>(),
                "ends": ends(execution, op.verb, object),
                "looks_at": looks_at(execution, thread),
            });
            with_place(wait, op.place)
        })
        .collect();
    let refused = matches!(execution.ending, Some(Ending::Refused(_)));
    json!({
        "type": if refused { "refusal" } else { "failure" },
        "kind": cause.map_or("none", |cause| cause.kind),
        "rule": cause.and_then(|cause| cause.rule),
        "story": cause.map(|cause| &cause.story),
        "thread": cause.and_then(|cause| cause.thread),
        "time_model": wire::time_name(execution.time()),
        "preemptions": execution.preemptions,
        "schedule": wire::schedule(&execution.schedule()),
        "found": judge.found().map(|(after, _)| after),
        "threads": threads(execution),
        "steps": steps.collect::<Value>(),
        "more_steps": execution.steps.len() - told.len(),
        "waits": waits,
        "transcript": transcript(execution).to_ndjson(),
    })
}

/// The other ends of a channel, for which a thread waits that would do this.
fn ends(execution: &Execution, verb: &str, object: Option<u32>) -> Value {
    let of = |object: u32| execution.objects[object as usize].created;
    let ends = execution.channel_ends.iter().flatten().filter(|end| {
        // A channel is several objects, which are made together.
        let is_its = object.is_some_and(|object| of(object) == of(end.channel));
        is_its && end.sends == verb.starts_with("recv")
    });
    let ends = ends.map(|end| {
        let object = json!({"thread": end.thread, "used": end.used});
        with_place(object, end.made)
    });
    ends.collect()
}

/// What a thread looks at in a loop that goes on for ever, each with who wrote it last.
fn looks_at(execution: &Execution, thread: u32) -> Value {
    let looks = execution.looked_at(thread).map(|object| {
        let written = execution.last_written(object);
        json!({
            "object": self::object(execution, object),
            "written": written.map(|index| step(execution, index)),
        })
    });
    looks.collect()
}

/// Which steps are told. What a schedule without end does for ever it does soon after its last
/// deviation.
fn told(execution: &Execution, cause: Option<&Cause>) -> BTreeSet<usize> {
    let last = execution.deviations.last();
    let settled = last.map_or(0, |&(step, _)| step as usize) + ENDLESS;
    let end = match execution.ending {
        Some(Ending::TooLong | Ending::OutputTooLong | Ending::Livelock) => {
            settled.min(execution.steps.len())
        }
        _ => execution.steps.len(),
    };
    if end <= 2 * ENDS {
        return (0..end).collect();
    }
    let between = ENDS..end - ENDS;
    let mut told: BTreeSet<usize> = (0..between.start).chain(between.end..end).collect();
    told.extend(named(execution, cause, between));
    told
}

/// The steps, among these, that a report may name: those that spawn threads; and of each thread
/// that fails or holds what another waits for, and of each object that a thread waits for, the
/// last of each verb and the first panic.
fn named(
    execution: &Execution,
    cause: Option<&Cause>,
    among: Range<usize>,
) -> impl Iterator<Item = usize> {
    let threads = (0u32..).zip(&execution.threads);
    let waiting = threads.filter_map(|(id, thread)| Some((id, thread.next()?)));
    let mut failing: BTreeSet<u32> = cause.and_then(|cause| cause.thread).into_iter().collect();
    let mut awaited = BTreeSet::new();
    for (id, op) in waiting {
        failing.insert(id);
        if let Some(object) = op.object() {
            failing.extend(execution.holders(object));
            awaited.insert(object);
        }
    }
    let mut ends = BTreeMap::new();
    let mut spawns = Vec::new();
    for index in among {
        let detail = &execution.details[index];
        let thread = execution.steps[index].thread;
        let thread = failing.contains(&thread).then_some(thread);
        let object = detail.object.filter(|object| awaited.contains(object));
        if detail.verb == "spawn" {
            spawns.push(index);
        }
        if thread.is_some() || object.is_some() {
            // Who did it last matters as well as what each of those who fail did.
            for thread in [None, thread] {
                let kind = (thread, object, detail.verb, detail.timed_out);
                ends.entry(kind).or_insert((index, index)).1 = index;
            }
        }
    }
    let ends = ends.into_iter();
    let ends = ends.flat_map(|((.., verb, _), (first, last))| match verb {
        "panic" => [first, last],
        _ => [last, last],
    });
    spawns.into_iter().chain(ends)
}

/// What is said of a step as it is taken, on a schedule that may take the process with it after
/// so many; nothing of those between the first and the last.
pub fn last_step(execution: &Execution, length: usize) -> Option<Value> {
    let index = execution.steps.len() - 1;
    let tail = length.saturating_sub(ENDS)..length + ENDS;
    if index >= ENDS && !tail.contains(&index) {
        return None;
    }
    let said = match index == tail.start {
        true => index.min(ENDS),
        false => index,
    };
    let mut object = step(execution, index);
    object["type"] = json!("step");
    // What a step read or wrote is known only when the thread has gone on.
    let before = index.checked_sub(1);
    object["value_before"] =
        json!(before.and_then(|before| execution.details[before].value.as_ref()));
    object["threads"] = threads(execution);
    // Those since the step that was said before.
    let deviations = &execution.deviations;
    let new = deviations.partition_point(|&(step, _)| (step as usize) < said);
    object["deviations"] = deviations[new..].iter().map(wire::deviation).collect();
    Some(object)
}

/// The threads, with their names.
pub fn threads(execution: &Execution) -> Value {
    let threads = (0u32..).zip(&execution.threads);
    threads
        .map(|(id, thread)| json!({"id": id, "name": thread.name}))
        .collect()
}

/// One step of a recorded execution.
pub fn step(execution: &Execution, index: usize) -> Value {
    let detail = &execution.details[index];
    let step = json!({
        "step": index,
        "thread": execution.steps[index].thread,
        "verb": detail.verb,
        "object": detail.object.map(|object| self::object(execution, object)),
        "value": detail.value,
        "at_us": detail.at / 1000,
        "timed_out": detail.timed_out,
        "switch": detail.switch.map(|switch| match switch {
            Switch::Preempted => "preempted",
            Switch::Blocked => "blocked",
            Switch::Finished => "finished",
        }),
    });
    with_place(step, detail.place)
}

fn object(execution: &Execution, object: u32) -> Value {
    let state = &execution.objects[object as usize];
    let object = json!({
        "id": object,
        "kind": state.kind,
        "thread": execution.thread_of(object),
    });
    with_place(object, state.created)
}

/// An object with its place in the source, if it has one.
pub fn with_place(mut object: Value, place: &Location<'_>) -> Value {
    if !is_inner(place) {
        object["file"] = json!(place.file());
        object["line"] = json!(place.line());
        object["column"] = json!(place.column());
    }
    object
}

/// Whether nobody wrote it there: the explorer starts `main`, and the library of the compiler
/// drops a guard.
pub fn is_inner(place: &Location<'_>) -> bool {
    let file = place.file().replace('\\', "/");
    file.starts_with("/rustc/")
        || file.contains("/rustlib/src/rust/library/")
        || engine::is_own(place)
        || model_std::__harness::is_own(place)
}

/// What was searched, why a systematic search was given up, if one was, with how many hash seeds,
/// and what is known of each rule.
pub fn summary(phases: &[Phase], judge: &Judge, given_up: &GivenUp, hash_seeds: u32) -> Value {
    let searched = phases.iter().map(|phase| {
        json!({
            "time_model": wire::time_name(phase.time),
            "strategy": wire::strategy_name(&phase.strategy),
            "hash_seed": phase.hash_seed,
            "schedules": phase.coverage.schedules,
            "cut_short": phase.coverage.cut_short,
            "loops": phase.coverage.loops,
            "complete": phase.coverage.complete,
            "seconds": phase.took.as_secs_f64(),
        })
    });
    // Proved is what holds on every schedule, however the time goes: each time model's
    // search has to be exhaustive.
    let proved = |phase: &Phase| {
        let is_exhaustive = |other: &&Phase| {
            other.time == phase.time
                && other.coverage.complete
                && matches!(
                    wire::strategy_name(&other.strategy).as_str(),
                    "exhaustive" | "plain"
                )
        };
        phases.iter().any(|other| is_exhaustive(&other))
    };
    let weak_orders = engine::weak_orders();
    let weak_orders = weak_orders
        .iter()
        .map(|(order, place)| with_place(json!({"order": order}), place));
    json!({
        "type": "summary",
        "phases": searched.collect::<Value>(),
        "hash_seeds": hash_seeds,
        "given_up_after": given_up.after_steps,
        "given_up_beyond_threads": given_up.beyond_threads,
        "distinct": judge.distinct(),
        "rules": judge.rules(),
        "weak_orders": weak_orders.collect::<Value>(),
        "found": judge.found().map(|(after, _)| after),
        "found_schedule": judge.found().map(|(_, schedule)| wire::schedule(schedule)),
        "unexplored": judge.unexplored().iter().collect::<Value>(),
        "proved": !phases.is_empty() && phases.iter().all(proved),
    })
}
