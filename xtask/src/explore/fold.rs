//! Which steps of a schedule a table leaves out, and why.

use std::collections::BTreeSet;
use std::fmt;

use crate::text::counted;
use protocol::{Execution, Step, Switch, Verb, Wait};

/// Of a schedule with more steps the stretches without a switch are shown by their ends,
/// each so long.
const SHOWN_STEPS: usize = 60;
const ENDS: usize = 3;
/// A schedule with so few steps is shown with all its threads.
const FEW_STEPS: usize = 30;
/// So many steps in a row may be one round of what repeats itself.
const ROUND: usize = 8;
/// So many rounds, at least, are a repetition.
const ROUNDS: usize = 3;

/// Why a step is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoldReason {
    /// It lies within a long stretch of one thread.
    Within,
    /// It repeats the steps before it.
    Repeats,
    /// It is of a thread that does not fail, and of nothing that one of those does.
    Apart,
    /// It comes after the failure.
    After,
    /// It moves the count of an `Arc`, which nobody looks at: no word is said of it.
    Count,
    /// It is one of so many that the exploring process has not sent it.
    NotSent,
}

/// Steps in a row that are left out.
pub struct Fold {
    /// How many.
    pub steps: usize,
    /// Why, if there is one reason.
    why: Option<FoldReason>,
}

impl Fold {
    /// So many steps, for this reason.
    pub fn new(steps: usize, why: Option<FoldReason>) -> Self {
        Self { steps, why }
    }

    /// One more step.
    pub fn add(&mut self, why: FoldReason) {
        self.steps += 1;
        self.why = self.why.filter(|known| *known == why);
    }
}

impl fmt::Display for Fold {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let more = match self.why {
            Some(FoldReason::NotSent) => "step",
            _ => "more step",
        };
        let (n, steps) = counted(self.steps as u64, more);
        let why = match self.why {
            None | Some(FoldReason::Within | FoldReason::Apart | FoldReason::Count) => "",
            Some(FoldReason::Repeats) => ", which repeat these",
            Some(FoldReason::After) => " after the failure",
            Some(FoldReason::NotSent) => " left out",
        };
        write!(out, "… {n} {steps}{why} …")
    }
}

/// For each step why it is left out, if it is; `spawned` are the steps that spawn threads, in
/// their order.
pub fn folds(execution: &Execution, spawned: &[usize]) -> Vec<Option<FoldReason>> {
    let steps = &execution.steps;
    let mut folds = counts(steps);
    let mut at = 0;
    for sent in steps.chunk_by(Step::is_next) {
        repetitions(execution, sent, &mut folds[at..at + sent.len()]);
        at += sent.len();
    }
    if let Some(damage) = damage(execution).filter(|damage| damage + ENDS + 1 < steps.len()) {
        folds[damage + 1..].fill(Some(FoldReason::After));
    }
    let failing = failing(execution);
    if steps.len() > FEW_STEPS && !failing.is_empty() {
        let parts = Parts::of(execution, &failing, spawned);
        for (index, fold) in folds.iter_mut().enumerate() {
            if fold.is_none() && !parts.has(steps, index) {
                *fold = Some(FoldReason::Apart);
            }
        }
        show_single_steps(steps, &mut folds);
    }
    if steps.len() > SHOWN_STEPS {
        within_stretches(steps, &mut folds);
    }
    folds
}

/// Leaves out what moves the count of an `Arc`, where nobody looks at that and the thread goes on
/// before and after it.
fn counts(steps: &[Step]) -> Vec<Option<FoldReason>> {
    let moves = |step: &Step| matches!(step.verb, Verb::CountUp | Verb::CountDown);
    let object = |step: &Step| step.object.as_ref().map(|object| object.id);
    let looks = steps.iter().filter(|step| !moves(step));
    let looked_at: BTreeSet<u64> = looks.filter_map(object).collect();
    let goes_on = |at: usize| {
        let around = &steps[at.saturating_sub(1)..(at + 2).min(steps.len())];
        around.iter().all(|step| step.thread == steps[at].thread)
    };
    let is_silent = |(at, step): (usize, &Step)| {
        let is_seen = object(step).is_none_or(|object| looked_at.contains(&object));
        (moves(step) && !is_seen && goes_on(at)).then_some(FoldReason::Count)
    };
    steps.iter().enumerate().map(is_silent).collect()
}

/// In place of a single step there is room for the step itself, if its thread has a column.
fn show_single_steps(steps: &[Step], folds: &mut [Option<FoldReason>]) {
    let shown = (0..steps.len()).filter(|&at| folds[at].is_none());
    let threads: BTreeSet<usize> = shown.map(|at| steps[at].thread).collect();
    for at in 0..steps.len() {
        let is_left_out = |at: usize| folds.get(at).is_some_and(Option::is_some);
        let is_single = !is_left_out(at + 1) && at.checked_sub(1).is_none_or(|at| !is_left_out(at));
        if folds[at] == Some(FoldReason::Apart) && is_single && threads.contains(&steps[at].thread)
        {
            folds[at] = None;
        }
    }
}

/// Leaves out the rounds of what repeats itself, but for the first.
fn repetitions(execution: &Execution, steps: &[Step], folds: &mut [Option<FoldReason>]) {
    let printed = |step: &Step| -> Vec<&str> {
        let lines = step.lines().iter();
        let lines = lines.filter_map(|&line| execution.transcript.lines.get(line));
        lines.map(|line| line.text.as_str()).collect()
    };
    let is_same = |one: &Step, other: &Step| {
        let key = |step: &Step| (step.thread, step.object.as_ref().map(|object| object.id));
        key(one) == key(other)
            && (&one.verb, &one.value, &one.place) == (&other.verb, &other.value, &other.place)
            && printed(one) == printed(other)
    };
    let mut at = 0;
    while at < steps.len() {
        let same = |round: usize| {
            let later = &steps[(at + round).min(steps.len())..];
            let same = later.iter().zip(&steps[at..]);
            same.take_while(|(one, other)| is_same(one, other)).count()
        };
        let mut rounds = (1..=ROUND).map(|round| (round, same(round)));
        match rounds.find(|(round, same)| same / round + 1 >= ROUNDS && *same >= ENDS) {
            Some((round, same)) => {
                let end = at + round + same;
                folds[at + round..end].fill(Some(FoldReason::Repeats));
                at = end;
            }
            None => at += 1,
        }
    }
}

/// The step at which what is wrong has happened, if that is known.
fn damage(execution: &Execution) -> Option<usize> {
    let fault = execution.fault.as_ref()?;
    let failing = failing(execution);
    match fault.thread {
        Some(thread) => {
            let mut steps = execution.steps.iter();
            steps.position(|step| step.thread == thread && step.verb == Verb::Panic)
        }
        // A circle of locks is closed with the last of them. What else a thread waits for could
        // still have come.
        None if stuck(execution).all(|wait| !wait.holders.is_empty()) => {
            let mut steps = execution.steps.iter();
            steps.rposition(|step| failing.contains(&step.thread))
        }
        None => None,
    }
}

/// The waits of threads for something else than for another to end.
fn stuck(execution: &Execution) -> impl Iterator<Item = &Wait> {
    let waits = execution.waits.iter();
    waits.filter(|wait| !wait.is_for_an_end())
}

/// The threads that fail: who panics, or who waits for ever, but for those that only wait for
/// another to end.
fn failing(execution: &Execution) -> BTreeSet<usize> {
    let panics = execution.fault.as_ref().and_then(|fault| fault.thread);
    let stuck = stuck(execution).flat_map(|wait| {
        let ends = wait.ends.iter().map(|end| end.thread);
        let writers = wait.looks.iter().filter_map(|look| look.written.as_ref());
        let others = wait.holders.iter().copied().chain(ends);
        let others = others.chain(writers.map(|step| step.thread));
        others.chain([wait.thread])
    });
    match panics {
        Some(thread) => BTreeSet::from([thread]),
        None => stuck.collect(),
    }
}

/// What has a part in a failure.
struct Parts {
    failing: BTreeSet<usize>,
    threads: BTreeSet<usize>,
    objects: BTreeSet<u64>,
    /// Single steps: those around each preemption, and that spawn one of the threads.
    steps: BTreeSet<usize>,
}

impl Parts {
    fn of(execution: &Execution, failing: &BTreeSet<usize>, spawned: &[usize]) -> Self {
        let steps = &execution.steps;
        let mut parts = Self {
            failing: failing.clone(),
            threads: failing.clone(),
            objects: BTreeSet::new(),
            steps: BTreeSet::new(),
        };
        let fails = |step: &Step| failing.contains(&step.thread);
        let shared = |step: &Step| {
            step.object
                .as_ref()
                .filter(|object| object.is_shared())
                .map(|o| o.id)
        };
        parts
            .objects
            .extend(steps.iter().filter(|step| fails(step)).filter_map(shared));
        // Who was the last at what a failing thread comes to.
        let mut last = std::collections::BTreeMap::new();
        for step in steps {
            let Some(object) = shared(step) else { continue };
            let before = last.insert(object, step.thread);
            if fails(step) {
                parts.threads.extend(before);
            }
        }
        // Each that has touched what a failing thread waits for.
        let awaited: BTreeSet<u64> = stuck(execution)
            .filter_map(|wait| Some(wait.object.as_ref()?.id))
            .collect();
        let is_awaited = |step: &&Step| {
            let object = step.object.as_ref();
            object.is_some_and(|object| awaited.contains(&object.id))
        };
        let came = steps.iter().filter(is_awaited);
        parts.threads.extend(came.map(|step| step.thread));
        // Who is preempted, what it was about to do, and who goes on instead.
        let switches = (1..steps.len()).filter(|&at| {
            steps[at - 1].is_next(&steps[at]) && steps[at].switch == Some(Switch::Preempted)
        });
        for at in switches {
            let thread = steps[at - 1].thread;
            let next = (at..steps.len()).find(|&next| steps[next].thread == thread);
            parts.threads.extend([thread, steps[at].thread]);
            let around = [at - 1, at].into_iter().chain(next);
            for step in around {
                parts.steps.insert(step);
                parts.objects.extend(shared(&steps[step]));
            }
        }
        let spawns = (1..)
            .zip(spawned)
            .filter(|(thread, _)| parts.threads.contains(thread));
        let spawns: Vec<_> = spawns.map(|(_, &step)| step).collect();
        parts.steps.extend(spawns);
        parts
    }

    fn has(&self, steps: &[Step], index: usize) -> bool {
        let step = &steps[index];
        let touches = || {
            let object = step.object.as_ref();
            object.is_some_and(|object| self.objects.contains(&object.id))
        };
        self.failing.contains(&step.thread)
            || self.steps.contains(&index)
            || self.threads.contains(&step.thread) && touches()
    }
}

/// Leaves out the middle of long stretches without a switch, but for what is printed.
fn within_stretches(steps: &[Step], folds: &mut [Option<FoldReason>]) {
    let shown: Vec<usize> = (0..steps.len()).filter(|&at| folds[at].is_none()).collect();
    let is_one_stretch = |&a: &usize, &b: &usize| {
        let all_are_sent = steps[b].number - steps[a].number == b - a;
        steps[a].thread == steps[b].thread && all_are_sent
    };
    for stretch in shown.chunk_by(is_one_stretch) {
        let middle = stretch.get(ENDS..stretch.len().saturating_sub(ENDS));
        let is_silent = |at: &usize| steps[*at].lines().is_empty();
        let silent = middle
            .unwrap_or_default()
            .chunk_by(|a, b| is_silent(a) == is_silent(b));
        // In place of a single step there is room for the step itself.
        for run in silent.filter(|run| run.len() > 1 && is_silent(&run[0])) {
            run.iter()
                .for_each(|&at| folds[at] = Some(FoldReason::Within));
        }
    }
}
