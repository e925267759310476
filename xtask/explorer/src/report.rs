//! What is said of an execution and of a search.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use engine::{AccessKind, At, CORES, Detail, Ending, Execution, Op, Switch, TimeModel};
use protocol::{
    Atomic, ChannelEnd, Conflict, Does, Look, MemoryAccess, Object, Place, Step, Summary,
    TakenStep, Thread, Unordered, Verb, Wait, WeakOrder,
};
use transcript::{End, Exit, Transcript};

use crate::failure::Cause;
use crate::judge::Judge;
use crate::phase::{GivenUp, Phase};
use crate::place::{of_calls, of_operation, place};
use crate::symbols::static_at;
use crate::transcribe::{owned, transcript};
use crate::wire;

/// Of a schedule without end so many steps are told after its last deviation.
const ENDLESS: usize = 1_000;

/// Of a schedule with more steps than twice so many, the first and the last are told, and of those
/// between only what a report may name: hundreds of thousands of steps take their time to be said
/// and heard.
const ENDS: usize = 2_000;

/// An execution with its steps, and why it fails, or is not explored further.
pub fn failure(execution: &Execution, cause: Option<&Cause>, judge: &Judge) -> protocol::Execution {
    protocol::Execution {
        found: judge.found().map(|(after, _)| *after),
        ..shown(execution, cause, owned(transcript(execution)))
    }
}

/// An execution with its steps so far, before it has come to its end.
pub fn so_far(execution: &Execution) -> protocol::Execution {
    let unknown = End {
        exit: Exit::Hang,
        at_us: 0,
        cores: CORES,
        left_running: false,
    };
    let transcript = Transcript {
        lines: Vec::new(),
        end: unknown,
    };
    shown(execution, None, transcript)
}

fn shown(
    execution: &Execution,
    cause: Option<&Cause>,
    transcript: Transcript,
) -> protocol::Execution {
    let shown = shown_steps(execution, cause);
    // There may be as many lines as steps: each line is looked at once.
    let mut printed = vec![Vec::new(); execution.steps.len()];
    for (number, line) in execution.output.lines().iter().enumerate() {
        printed[line.step as usize].push(number);
    }
    let more_steps = execution.steps.len() - shown.len();
    let steps = shown.into_iter().map(|index| Step {
        lines: Some(std::mem::take(&mut printed[index])),
        ..step(execution, index)
    });
    protocol::Execution {
        fault: cause.map(Cause::fault),
        time_model: wire::time_model(execution.time()),
        preemptions: execution.preemptions.into(),
        schedule: wire::schedule(&execution.schedule()),
        found: None,
        threads: threads(execution),
        steps: steps.collect(),
        more_steps,
        waits: waits(execution),
        conflict: conflict(execution),
        transcript,
        strategy: None,
        found_after: None,
        failing: None,
    }
}

/// Who waits for what, where the execution has ended because all do.
fn waits(execution: &Execution) -> Vec<Wait> {
    if !matches!(execution.ending, Some(Ending::Deadlock | Ending::Livelock)) {
        return Vec::new();
    }
    let threads = (0u32..).zip(&execution.threads);
    let own = threads.filter(|(_, thread)| !thread.is_systems);
    let waiting = own.filter_map(|(id, thread)| Some((id, thread.next()?)));
    waiting
        .map(|(thread, op)| wait(execution, thread, op))
        .collect()
}

/// The access with which the execution has ended, if it must not be.
fn conflict(execution: &Execution) -> Option<Conflict> {
    let Some(Ending::Conflict(conflict)) = &execution.ending else {
        return None;
    };
    let access = |access: &engine::MemoryAccess| {
        let does = match access.kind {
            AccessKind::Read => Does::Read,
            AccessKind::Write => Does::Write,
            AccessKind::AtomicRead => Does::AtomicRead,
            AccessKind::AtomicWrite => Does::AtomicWrite,
            AccessKind::Free => Does::Free,
            AccessKind::Use => Does::Use,
            AccessKind::Outside => return None,
        };
        Some(MemoryAccess {
            thread: access.thread as usize,
            does,
            place: match access.at {
                At::Calls(calls) => of_calls(&calls),
                At::Place(place) => self::place(place),
            },
        })
    };
    Some(Conflict {
        bytes: conflict.bytes,
        variable: conflict.in_executable.and_then(static_at),
        access: access(&conflict.access)?,
        earlier: access(&conflict.earlier),
        unordered: (!conflict.earlier.kind.is_end()).then(|| unordered(execution, conflict)),
    })
}

/// Why nothing orders the two accesses of a data race.
fn unordered(execution: &Execution, conflict: &engine::Conflict) -> Unordered {
    let engine::Unordered {
        last,
        too_weak,
        locks,
    } = execution.unordered(conflict);
    let step = |index: u32| step(execution, index as usize);
    let is_lock = |object: &Object| matches!(&*object.kind, "mutex" | "rwlock");
    Unordered {
        last: last.map(|steps| steps.map(step)),
        too_weak: too_weak.map(|too_weak| {
            let [store, load] = too_weak.steps.map(step);
            let [of_store, of_load] = too_weak.orders;
            [(store, of_store), (load, of_load)].map(|(step, (order, is_too_weak))| Atomic {
                step,
                order: format!("{order:?}"),
                is_too_weak,
            })
        }),
        locks: locks.map(|locks| {
            let locks = locks.into_iter().map(|lock| object(execution, lock));
            locks.filter(is_lock).collect()
        }),
    }
}

/// What a thread waits for that is about to do this.
pub fn wait(execution: &Execution, thread: u32, op: &Op) -> Wait {
    let object = op.object();
    let verb = Verb::from(op.verb);
    let holders = object.map_or_else(BTreeSet::new, |object| execution.holders(object));
    Wait {
        thread: thread as usize,
        object: object.map(|object| self::object(execution, object)),
        holders: holders.into_iter().map(|thread| thread as usize).collect(),
        ends: ends(execution, &verb, object),
        looks: looks_at(execution, thread),
        place: match &execution.threads[thread as usize].calls[..] {
            [] => place(op.place),
            calls => of_operation(calls),
        },
        verb,
    }
}

/// The other ends of a channel, for which a thread waits that would do this.
fn ends(execution: &Execution, verb: &Verb, object: Option<u32>) -> Vec<ChannelEnd> {
    let of = |object: u32| execution.objects[object as usize].created;
    let ends = execution.channel_ends.iter().flatten().filter(|end| {
        // A channel is several objects, which are made together.
        let is_its = object.is_some_and(|object| of(object) == of(end.channel));
        is_its && end.sends == verb.receives()
    });
    let ends = ends.map(|end| ChannelEnd {
        thread: end.thread as usize,
        used: end.used,
        made: place(end.made),
    });
    ends.collect()
}

/// What a thread looks at in a loop that goes on for ever, each with who wrote it last.
fn looks_at(execution: &Execution, thread: u32) -> Vec<Look> {
    let looks = execution.looked_at(thread).map(|object| Look {
        object: self::object(execution, object),
        written: execution
            .last_written(object)
            .map(|index| step(execution, index)),
    });
    looks.collect()
}

/// Which steps are told. What a schedule without end does for ever it does soon after its last
/// deviation.
fn shown_steps(execution: &Execution, cause: Option<&Cause>) -> BTreeSet<usize> {
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
    let mut shown: BTreeSet<usize> = (0..between.start).chain(between.end..end).collect();
    shown.extend(named(execution, cause, between));
    shown
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
pub fn last_step(execution: &Execution, length: usize) -> Option<TakenStep> {
    let index = execution.steps.len() - 1;
    let tail = length.saturating_sub(ENDS)..length + ENDS;
    if index >= ENDS && !tail.contains(&index) {
        return None;
    }
    let said = match index == tail.start {
        true => index.min(ENDS),
        false => index,
    };
    // What a step read or wrote is known only when the thread has gone on.
    let before = index.checked_sub(1);
    // Those since the step that was said before.
    let deviations = &execution.deviations;
    let new = deviations.partition_point(|&(step, _)| (step as usize) < said);
    Some(TakenStep {
        step: step(execution, index),
        value_before: before.and_then(|before| execution.details[before].value.clone()),
        threads: threads(execution),
        deviations: deviations[new..].to_vec(),
    })
}

/// The threads, with their names.
fn threads(execution: &Execution) -> Vec<Thread> {
    let threads = execution.threads.iter().enumerate();
    threads
        .map(|(id, thread)| Thread {
            id,
            name: thread.name.clone(),
            is_systems: thread.is_systems,
        })
        .collect()
}

/// One step of a recorded execution.
pub fn step(execution: &Execution, index: usize) -> Step {
    let detail = &execution.details[index];
    Step {
        number: index,
        thread: execution.steps[index].thread as usize,
        verb: Verb::from(detail.verb),
        object: detail.object.map(|object| self::object(execution, object)),
        value: detail.value.clone(),
        at_us: detail.at / 1000,
        timed_out: detail.timed_out,
        switch: detail.switch.map(|switch| match switch {
            Switch::Preempted => protocol::Switch::Preempted,
            Switch::Blocked => protocol::Switch::Blocked,
            Switch::Finished => protocol::Switch::Finished,
        }),
        place: place_of(detail),
        lines: None,
    }
}

/// An object, by its number in the execution.
pub fn object(execution: &Execution, object: u32) -> Object {
    let state = &execution.objects[object as usize];
    let mut since = execution.details.iter().skip(state.first_step as usize);
    let first_use = match state.is_standing {
        true => since.find(|detail| detail.object == Some(object)),
        false => None,
    };
    Object {
        id: object.into(),
        kind: state.kind.to_string(),
        stands_at: state.stands_at(),
        thread: execution.thread_of(object).map(|thread| thread as usize),
        made: first_use.map_or_else(|| place(state.created), place_of),
        first_used: state.is_standing,
    }
}

/// Where a step stands in the source.
fn place_of(detail: &Detail) -> Place {
    match &detail.calls[..] {
        [] => place(detail.place),
        calls => of_operation(calls),
    }
}

/// What a search knows of the seeds of random numbers.
pub struct Seeds {
    /// How many made a difference.
    pub tried: u32,
    /// Whether the program asked the system for random numbers.
    pub asked_random: bool,
}

/// What was searched, why a systematic search was given up, if one was, with which seeds, under which
/// time models it was not, and what is known of each rule.
pub fn summary(
    phases: &[Phase],
    judge: &Judge,
    given_up: &GivenUp,
    seeds: &Seeds,
    (untried, has_whims): (Vec<protocol::TimeModel>, bool),
) -> Summary {
    let searched = phases.iter().map(|phase| {
        let coverage = &phase.exploration.coverage;
        protocol::Phase {
            time_model: wire::time_model(phase.time),
            strategy: phase.strategy,
            hash_seed: phase.hash_seed(),
            // Not the one at which the search was given up: nobody has judged it.
            schedules: phase.judged,
            cut_short: coverage.cut_short,
            loops: coverage.loops,
            in_parts: coverage.in_parts,
            reads_clock: coverage.reads_clock,
            lists_names: coverage.lists_names,
            writes_pages: coverage.writes_pages,
            cores: coverage.counts_cores.then_some(CORES),
            reaches_out: coverage.reaches_out,
            complete: coverage.complete,
            estimate: phase.estimate(),
            seconds: phase.took.as_secs_f64(),
        }
    });
    // Proved is what holds on every schedule, however the time goes: each time model's search has to
    // be exhaustive. Weak memory is searched where a program asks for a weaker order: what is left of
    // that is said beside what was proved of it.
    let mut all = phases
        .iter()
        .filter(|phase| phase.time != TimeModel::Weak)
        .peekable();
    let proved = |phase: &Phase| {
        let mut phases = phases.iter().filter(|other| other.time == phase.time);
        phases.any(Phase::has_all)
    };
    let weak_orders = engine::weak_orders();
    let weak_orders = weak_orders.iter().map(|weak| WeakOrder {
        order: weak.name.to_string(),
        place: weak.place.map(place).unwrap_or_default(),
        is_relaxed: weak.is_relaxed,
    });
    let found = judge.found();
    Summary {
        phases: searched.collect(),
        hash_seeds: seeds.tried,
        knows_hash_order: engine::knows_hash_order(),
        asked_random: seeds.asked_random,
        given_up_after: given_up.after_steps,
        unfair_after: given_up.unfair_after,
        given_up_beyond_threads: given_up.beyond_threads,
        out_of_time: given_up.out_of_time,
        distinct: judge.distinct(),
        rules: judge.rules(),
        weak_orders: weak_orders.collect(),
        untried,
        has_whims,
        found: found.map(|(after, _)| *after),
        found_schedule: found.map(|(_, schedule)| wire::schedule(schedule)),
        unexplored: judge.unexplored(),
        proved: all.peek().is_some() && all.all(proved),
    }
}
