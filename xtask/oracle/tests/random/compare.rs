//! What the searches find of a program, and where they differ.

use ::engine::{
    Coverage, Dependence, Ending, Execution, Schedule, Settings, Strategy, Stream, TimeModel,
    explore,
};
use ::model_std::__harness;
use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::ControlFlow;
use std::sync::Arc;

use super::interpret::{self, Seen};
use super::program::{Op, Program};

/// Everything that can be noticed of an execution.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Outcome {
    pub ending: String,
    /// For each thread what it has observed, if anybody can know.
    pub seen: Vec<Vec<Seen>>,
    pub out: Vec<String>,
    pub err: Vec<String>,
}

/// What one search found.
#[derive(Debug, Default)]
pub struct Found {
    /// Each outcome with the first schedule that has it, and how many steps that has.
    pub outcomes: BTreeMap<Outcome, (Schedule, u32)>,
    pub coverage: Coverage,
    /// The executions as partial orders, by number: how often each was run, and its first
    /// schedule.
    pub orders: HashMap<u64, (u32, Schedule)>,
    /// Whether all executions went on until every thread had finished or waited for ever, so
    /// that nobody can have been stopped at one place or another.
    pub whole: bool,
}

/// Searches the program with this strategy.
pub fn search(program: &Program, strategy: Strategy, time: TimeModel, most: u64) -> Found {
    let shared = Arc::new(program.clone());
    // SAFETY: what is shared is only read.
    #[allow(unsafe_code)]
    let run = unsafe { __harness::program(move || interpret::run(&shared)) };
    let mut settings = Settings::new(strategy);
    settings.time = time;
    settings.schedules = most;
    settings.steps = 2_000;
    settings.seed = 1;
    let mut found = Found {
        whole: true,
        ..Found::default()
    };
    found.coverage = explore(&settings, &run, |execution| {
        let outcome = outcome(execution);
        found.whole &= match execution.ending {
            Some(Ending::Exited(_)) => (0..execution.threads.len())
                .all(|thread| execution.threads[thread].next().is_none()),
            Some(Ending::Deadlock) => true,
            _ => false,
        };
        let schedule = || execution.schedule();
        // One that goes round and round is long, and of no interest here.
        if execution.length <= 100 {
            let order = order(execution);
            let entry = found.orders.entry(order);
            entry.or_insert_with(|| (0, schedule())).0 += 1;
        } else {
            found.whole = false;
        }
        let steps = execution.length;
        found
            .outcomes
            .entry(outcome)
            .or_insert_with(|| (schedule(), steps));
        ControlFlow::Continue(())
    });
    found
}

fn outcome(execution: &Execution) -> Outcome {
    let interpret::Record { mut seen, numbers } = interpret::take_record();
    if let Some(Ending::Exited(_)) = execution.ending {
        // Nobody can know how far a thread came that the last one did not wait for.
        let last = execution.current();
        let mut known = BTreeSet::new();
        let mut rest = vec![numbers[last as usize]];
        while let Some(thread) = rest.pop() {
            known.insert(thread);
            rest.extend(seen[thread].iter().filter_map(|seen| match seen {
                Seen::Joined(joined) => Some(*joined),
                _ => None,
            }));
        }
        for (thread, seen) in seen.iter_mut().enumerate() {
            if !known.contains(&thread) {
                seen.clear();
            }
        }
    }
    let mut outcome = Outcome {
        ending: format!("{:?}", execution.ending.as_ref()),
        seen,
        out: Vec::new(),
        err: Vec::new(),
    };
    for line in execution.output.lines() {
        match line.stream {
            Stream::Stdout => outcome.out.push(line.text.into_owned()),
            Stream::Stderr => outcome.err.push(line.text.into_owned()),
        }
    }
    outcome
}

/// A number for the execution's partial order: two executions have the same if they differ
/// only in the order of steps that commute.
fn order(execution: &Execution) -> u64 {
    let steps = &execution.steps;
    let width = execution.threads.len();
    let mut clocks: Vec<Vec<u32>> = Vec::with_capacity(steps.len());
    let mut threads = vec![vec![0; width]; width];
    let mut hashes: Vec<DefaultHasher> = vec![DefaultHasher::new(); width];
    for (index, step) in steps.iter().enumerate() {
        let thread = step.thread as usize;
        let mut clock: Vec<u32> = threads[thread].clone();
        let commutes = |other: usize| {
            step.accesses.iter().all(|(object, access)| {
                steps[other]
                    .accesses
                    .iter()
                    .all(|(its_object, its_access)| {
                        object != its_object || access.dependence(its_access) == Dependence::Commute
                    })
            })
        };
        let edges = execution.edges.iter();
        let edges = edges.filter(|&&(later, _)| later as usize == index);
        let edges = edges.map(|&(_, earlier)| earlier as usize);
        for before in (0..index).filter(|&other| !commutes(other)).chain(edges) {
            for (mine, its) in clock.iter_mut().zip(&clocks[before]) {
                *mine = (*mine).max(*its);
            }
        }
        clock[thread] = threads[thread][thread] + 1;
        (&clock, step.epoch).hash(&mut hashes[thread]);
        threads[thread].clone_from(&clock);
        clocks.push(clock);
    }
    let mut hasher = DefaultHasher::new();
    for hash in hashes {
        hash.finish().hash(&mut hasher);
    }
    hasher.finish()
}

/// What is wrong with what the searches find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    pub time: TimeModel,
    /// What differs, in a few words, by which two mismatches are told apart.
    pub kind: &'static str,
    pub details: String,
}

/// What came out of one program.
#[derive(Debug, Default)]
pub struct Report {
    pub mismatches: Vec<Mismatch>,
    /// Not compared, since there are too many schedules, or since a thread had to let others
    /// go on, so that not every schedule was possible.
    pub skipped: bool,
    pub plain: u64,
    pub reduced: u64,
    pub cut_short: u64,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            plain,
            reduced,
            cut_short,
            ..
        } = self;
        write!(
            f,
            "{plain} schedules, of which the reduction runs {reduced}, and {cut_short} in part"
        )
    }
}

/// Compares all searches of the program, unless it has more schedules than this.
pub fn check(program: &Program, most: u64) -> Report {
    let mut report = Report::default();
    let mut first = None;
    for time in [
        TimeModel::Virtual,
        TimeModel::Adversarial,
        TimeModel::Spurious,
        TimeModel::Writers,
    ] {
        if first.is_some_and(|first: Coverage| !first.depends_on(time)) {
            continue;
        }
        let plain = search(program, Strategy::Plain, time, most);
        if !plain.coverage.complete {
            // Here a writer takes one step more, so that a program which the other models
            // search whole may have too many schedules.
            report.skipped = time != TimeModel::Writers;
            break;
        }
        compare(program, time, &plain, &mut report);
        if !report.mismatches.is_empty() {
            break;
        }
        first = first.or(Some(plain.coverage));
    }
    if !report.skipped && report.mismatches.is_empty() && program.atomics > 0 {
        check_weak(program, most, &mut report);
    }
    report
}

/// Compares the outcomes where memory is weak and all that is done to atomics `Relaxed`. There the
/// reduction does not run all partial orders.
fn check_weak(program: &Program, most: u64, report: &mut Report) {
    let relaxed = Program {
        is_relaxed: true,
        ..program.clone()
    };
    let time = TimeModel::Weak;
    let plain = search(&relaxed, Strategy::Plain, time, most);
    if !plain.coverage.complete {
        return;
    }
    let reduced = search(&relaxed, Strategy::Exhaustive, time, u64::MAX);
    compare_outcomes(&plain, &reduced, &mut |kind, details| {
        report.mismatches.push(Mismatch {
            time,
            kind,
            details,
        });
    });
    report.plain += plain.coverage.schedules;
    report.reduced += reduced.coverage.schedules;
}

/// Adds what is wrong: what differs, in a few words, and the details.
type Complain<'c> = dyn FnMut(&'static str, String) + 'c;

fn compare(program: &Program, time: TimeModel, plain: &Found, report: &mut Report) {
    let mut complain = |kind, details| {
        report.mismatches.push(Mismatch {
            time,
            kind,
            details,
        });
    };
    let reduced = search(program, Strategy::Exhaustive, time, u64::MAX);
    compare_reduction(program, plain, &reduced, &mut complain);
    compare_others(program, time, plain, &mut complain);
    replay(program, time, [plain, &reduced], &mut complain);
    report.plain += plain.coverage.schedules;
    report.reduced += reduced.coverage.schedules;
    report.cut_short += reduced.coverage.cut_short;
}

/// The reduction finds every outcome, and comes to its end on no more schedules.
fn compare_outcomes(plain: &Found, reduced: &Found, complain: &mut Complain<'_>) {
    if let Some(details) = difference(plain, reduced) {
        complain("the reduction's outcomes", details);
    }
    if !reduced.coverage.complete {
        complain("the reduction's end", format!("{:?}", reduced.coverage));
    }
    if reduced.coverage.schedules > plain.coverage.schedules {
        complain(
            "the reduction's schedules",
            format!("{:?}", reduced.coverage),
        );
    }
}

/// The reduction finds every outcome and every partial order, and each order once.
fn compare_reduction(
    program: &Program,
    plain: &Found,
    reduced: &Found,
    complain: &mut Complain<'_>,
) {
    compare_outcomes(plain, reduced, complain);
    if plain.whole {
        let lost = plain
            .orders
            .iter()
            .filter(|(order, _)| !reduced.orders.contains_key(order));
        let lost: Vec<_> = lost.map(|(_, (_, schedule))| schedule).collect();
        if let Some(schedule) = lost.first() {
            let details = format!("{} lost, such as\n{}", lost.len(), show(program, schedule));
            complain("the reduction's partial orders", details);
        }
    }
    let twice: u64 = reduced
        .orders
        .values()
        .map(|(count, _)| u64::from(count - 1))
        .sum();
    if twice > 0 {
        let (_, schedule) = reduced
            .orders
            .values()
            .find(|(count, _)| *count > 1)
            .unwrap();
        let details = format!(
            "{twice} of {:?} run again, such as\n{}",
            reduced.coverage,
            show(program, schedule)
        );
        complain("redundancy", details);
    }
}

/// With any number of preemptions every outcome is found, and with few or at random no other.
fn compare_others(program: &Program, time: TimeModel, plain: &Found, complain: &mut Complain<'_>) {
    let bounded = search(program, Strategy::Bounded(1_000), time, u64::MAX);
    if let Some(details) = difference(plain, &bounded) {
        complain("outcomes with any number of preemptions", details);
    }
    for (kind, strategy, most) in [
        (
            "outcomes without preemption",
            Strategy::Bounded(0),
            u64::MAX,
        ),
        (
            "outcomes with one preemption",
            Strategy::Bounded(1),
            u64::MAX,
        ),
        (
            "outcomes with random priorities",
            Strategy::Pct { depth: 3 },
            30,
        ),
        ("outcomes of partial order sampling", Strategy::Pos, 30),
        ("outcomes of a weighted random walk", Strategy::Surw, 30),
        ("outcomes of new reads", Strategy::ReadsFrom, 30),
        ("outcomes of random schedules", Strategy::Random, 30),
    ] {
        let is_random = most < u64::MAX;
        let found = search(program, strategy, time, most);
        // A random schedule may let a loop go round until it gives up.
        if is_random && plain.coverage.loops {
            continue;
        }
        if found
            .outcomes
            .keys()
            .any(|outcome| !plain.outcomes.contains_key(outcome))
        {
            complain(kind, difference(plain, &found).unwrap_or_default());
        }
    }
}

/// A schedule that is taken again has the same outcome and the same steps.
fn replay(program: &Program, time: TimeModel, searches: [&Found; 2], complain: &mut Complain<'_>) {
    for found in searches {
        for (outcome, (schedule, steps)) in found.outcomes.iter().take(10) {
            let again = search(program, Strategy::Replay(schedule.clone()), time, 1);
            let same = again
                .outcomes
                .get(outcome)
                .is_some_and(|(_, its)| its == steps);
            if !same {
                complain("a schedule again", format!("{outcome:?}\n{again:?}"));
            }
        }
    }
}

/// What one has and the other has not.
fn difference(plain: &Found, other: &Found) -> Option<String> {
    let mut text = String::new();
    for (what, one, two) in [("lost", plain, other), ("invented", other, plain)] {
        for (outcome, (schedule, _)) in &one.outcomes {
            if !two.outcomes.contains_key(outcome) {
                text += &format!("{what}: {outcome:?}\n  {:?}\n", schedule.deviations);
            }
        }
    }
    (!text.is_empty()).then_some(text)
}

/// The steps of a schedule.
pub fn show(program: &Program, schedule: &Schedule) -> String {
    let shared = Arc::new(program.clone());
    // SAFETY: what is shared is only read.
    #[allow(unsafe_code)]
    let run = unsafe { __harness::program(move || interpret::run(&shared)) };
    let mut settings = Settings::new(Strategy::Replay(schedule.clone()));
    settings.time = schedule.time;
    settings.recorded = true;
    let mut text = String::new();
    explore(&settings, &run, |execution| {
        for (step, detail) in execution.steps.iter().zip(&execution.details) {
            let thread = step.thread;
            let value = detail.value.as_deref().unwrap_or_default();
            let object = detail
                .object
                .map(|object| (execution.objects[object as usize].kind, object));
            let object = object.map_or(String::new(), |(kind, number)| format!("{kind} {number}"));
            text += &format!("  t{thread} {} {object} {value}\n", detail.verb);
        }
        text += &format!("  {:?}\n", outcome(execution));
        ControlFlow::Continue(())
    });
    text
}

/// The smallest program that can be made of this one by leaving things out, and with which the
/// same goes wrong.
pub fn shrink(program: &Program, kind: &'static str, most: u64) -> Program {
    let fails = |program: &Program| {
        let report = check(program, most);
        report.mismatches.iter().any(|other| other.kind == kind)
    };
    let mut smallest = program.clone();
    'again: loop {
        for smaller in smaller(&smallest) {
            if fails(&smaller) {
                smallest = smaller;
                continue 'again;
            }
        }
        return smallest;
    }
}

/// All programs with one thing less.
fn smaller(program: &Program) -> Vec<Program> {
    let mut all = Vec::new();
    for thread in 0..program.threads.len() {
        for at in 0..count(&program.threads[thread]) {
            for unwrap in [false, true] {
                let mut smaller = program.clone();
                if remove(&mut smaller.threads[thread], at, unwrap) {
                    all.push(smaller);
                }
            }
        }
    }
    all
}

fn count(ops: &[Op]) -> usize {
    let inside = |op: &Op| op.body().map_or(0, |body| count(body));
    ops.iter().map(|op| 1 + inside(op)).sum()
}

/// Removes the operation at this place, with or without what is done inside of it.
fn remove(ops: &mut Vec<Op>, mut at: usize, unwrap: bool) -> bool {
    for index in 0..ops.len() {
        if at == 0 {
            let op = ops.remove(index);
            let body = match unwrap {
                false => return true,
                true => op.body().filter(|body| !body.is_empty()),
            };
            let Some(body) = body else { return false };
            ops.splice(index..index, body.iter().cloned());
            return true;
        }
        at -= 1;
        if let Some(body) = ops[index].body_mut() {
            let inside = count(body);
            if at < inside {
                return remove(body, at, unwrap);
            }
            at -= inside;
        }
    }
    false
}
