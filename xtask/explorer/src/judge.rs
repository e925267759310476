//! Deciding what an execution is worth.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use engine::{CORES, Ending, Execution, Panicked, Schedule, ThreadState, TimeModel};
use protocol::{
    Distinct, Fault, FaultKind, Message, Output, Request, RuleSummary, RuleVerdict, Strategy,
};
use transcript::{End, Exit, Line, Printed, Stream, Transcript, is_backtrace_note};

use crate::claims::{Claims, Given, ReadClaims, Rule};
use crate::wire;

/// As many runs are remembered, so that one with the same output need not be judged again.
const REMEMBERED: usize = 1 << 20;

/// As many distinct outputs are kept to be listed.
const LISTED: usize = 10_000;

/// Of so many groups of outputs that end alike an output is kept.
const GROUPS: usize = 1_000;

/// So many of them are told.
const TOLD_GROUPS: usize = 5;

/// What must hold, and what has been seen.
pub struct Judge {
    claims: Option<Box<dyn Claims>>,
    /// A pitfall is to go wrong, and what is looked for is one schedule on which it does.
    is_pitfall: bool,
    known: HashMap<u128, Option<Rc<Cause>>>,
    rules: Vec<Rule>,
    /// For each rule what is known of it, under each time model.
    known_rules: Vec<[Known; 4]>,
    outputs: Option<Outputs>,
    expected: Option<Expected>,
    /// How many executions were judged under the current time model.
    pub schedules: u64,
    time: TimeModel,
    found: Option<(u64, Schedule)>,
}

/// What is known of a rule.
#[derive(Debug, Clone, Default)]
struct Known {
    broken: bool,
    witness: Option<Schedule>,
}

/// The distinct outputs, and groups of those that end alike: in the same way, after the same last
/// line.
#[derive(Default)]
struct Outputs {
    /// Whether each is kept to be told, and not only the first of each group.
    all: bool,
    /// How many of the first and of the last lines of each are kept, unless all are.
    shown_lines: Option<(usize, usize)>,
    /// By its hash, the output's place among those that are kept, if it is, and its group.
    known: HashMap<u128, (Option<usize>, Option<usize>)>,
    listed: Vec<Listed>,
    groups: Vec<Group>,
    group_by_end: HashMap<String, usize>,
    /// Whether there were more outputs than are counted.
    more: bool,
}

struct Group {
    /// How they end.
    exit: String,
    outputs: u64,
    first: Listed,
}

/// Outputs that are looked for.
struct Expected {
    /// Those that have not come up, with their places.
    missing: HashMap<Printed, usize>,
    /// The outputs that have been compared.
    compared: HashSet<u128>,
}

struct Listed {
    /// How many executions had it, or another of the group.
    count: u64,
    transcript: Transcript,
    /// How many lines are left out of it, after the first ones.
    left_out: usize,
    schedule: Schedule,
}

impl Listed {
    fn new(execution: &Execution, shown_lines: Option<(usize, usize)>) -> Self {
        let mut transcript = transcript(execution);
        let (first, last) = shown_lines.unwrap_or((usize::MAX, 0));
        let left_out = transcript
            .lines
            .len()
            .saturating_sub(first.saturating_add(last));
        if left_out > 0 {
            transcript.lines.drain(first..first + left_out);
        }
        Self {
            count: 1,
            transcript: owned(transcript),
            left_out,
            schedule: execution.schedule(),
        }
    }

    /// What the runner is told of it, where it stands for itself or for so many.
    fn output(&self, outputs: Option<u64>) -> Output {
        Output {
            count: self.count,
            transcript: self.transcript.clone(),
            left_out: self.left_out,
            schedule: wire::schedule(&self.schedule),
            outputs,
        }
    }
}

impl Outputs {
    fn add(&mut self, execution: &Execution) {
        let hash = execution.output.text_hash() ^ ending_number(execution);
        if let Some(&(listed, group)) = self.known.get(&hash) {
            if let Some(listed) = listed {
                self.listed[listed].count += 1;
            }
            if let Some(group) = group {
                self.groups[group].first.count += 1;
            }
            return;
        }
        let limit = if self.all { LISTED } else { REMEMBERED };
        if self.known.len() == limit {
            self.more = true;
            return;
        }
        let listed = self.all.then(|| {
            self.listed.push(Listed::new(execution, self.shown_lines));
            self.listed.len() - 1
        });
        let (exit, last) = end(execution);
        let end = format!("{exit}\n{last}");
        let known = self.group_by_end.get(&end).copied();
        let group = match known {
            Some(group) => {
                self.groups[group].outputs += 1;
                self.groups[group].first.count += 1;
                Some(group)
            }
            None if self.groups.len() == GROUPS => None,
            None => {
                let first = Listed::new(execution, self.shown_lines);
                self.groups.push(Group {
                    exit,
                    outputs: 1,
                    first,
                });
                self.group_by_end.insert(end, self.groups.len() - 1);
                Some(self.groups.len() - 1)
            }
        };
        self.known.insert(hash, (listed, group));
    }
}

/// How an execution ends, with the last line that it printed; a panic's is the one that says how
/// to see more of it.
fn end(execution: &Execution) -> (String, String) {
    let transcript = transcript(execution);
    let is_said = |line: &&Line<Cow<'_, str>>| {
        let text = line.text.trim();
        !text.is_empty() && !is_backtrace_note(text)
    };
    let last = transcript.lines.iter().rfind(is_said);
    let last = last.map_or(String::new(), |line| line.text.to_string());
    (transcript.end.exit.to_string(), last)
}

/// Why an execution fails. Two executions with the same cause are one failure.
#[derive(Debug, Clone)]
pub struct Cause {
    /// What went wrong.
    pub kind: FaultKind,
    /// The rule that is broken, if one is.
    pub rule: Option<usize>,
    /// What else tells this failure from others of the kind: where each thread waits, or where
    /// one panicked.
    places: Vec<String>,
    /// What went wrong, in a sentence, where no rule says it; of a panic without its thread,
    /// which the runner may have another name for.
    pub story: String,
    /// Whose panic it is, if it is one.
    pub thread: Option<u32>,
}

/// A failure that was found.
#[derive(Debug, Clone)]
pub struct Failure {
    /// Why it fails.
    pub cause: Cause,
    /// The schedule with the fewest preemptions on which it does.
    pub schedule: Schedule,
    /// How many preemptions that has.
    pub preemptions: u32,
    /// How many schedules it took to find it.
    pub found_after: u64,
    /// On how many schedules it fails.
    pub failing: u64,
    /// How it was found.
    pub strategy: Strategy,
}

impl Failure {
    /// A failure on this schedule, not yet searched for.
    pub fn new(cause: Cause, schedule: Schedule) -> Self {
        Self {
            cause,
            schedule,
            preemptions: 0,
            found_after: 1,
            failing: 1,
            strategy: Strategy::Exhaustive,
        }
    }

    /// The failure of an execution.
    pub fn of(execution: &Execution, cause: Cause) -> Self {
        Self {
            preemptions: execution.preemptions,
            ..Self::new(cause, execution.schedule())
        }
    }
}

impl PartialEq for Cause {
    /// The story may tell values, which differ from schedule to schedule.
    fn eq(&self, other: &Self) -> bool {
        (self.kind, self.rule, &self.places) == (other.kind, other.rule, &other.places)
    }
}

impl Cause {
    /// The same schedule does not always give the same run, as this difference shows.
    pub fn nondeterminism(difference: &str) -> Self {
        let why = "the program depends on something other than the schedule, such as a random \
                   number, or the address of a local variable";
        Self::of(FaultKind::Nondeterminism, format!("{difference}\n{why}"))
    }

    /// What the runner is told of it.
    pub fn fault(&self) -> Fault {
        Fault {
            kind: self.kind,
            rule: self.rule,
            story: self.story.clone(),
            thread: self.thread.map(|thread| thread as usize),
        }
    }

    /// Whether the same schedule does not always give the same run.
    pub fn is_nondeterminism(&self) -> bool {
        self.kind == FaultKind::Nondeterminism
    }

    fn of(kind: FaultKind, story: impl Into<String>) -> Self {
        Self {
            kind,
            rule: None,
            places: Vec::new(),
            story: story.into(),
            thread: None,
        }
    }
}

impl Judge {
    /// A judge with what the request says must hold.
    ///
    /// # Errors
    ///
    /// The invariants are wrong, or know no such pitfall; or there are some, and nothing is
    /// given that reads them.
    pub fn new(request: &Request, read: Option<ReadClaims>) -> Result<Self, String> {
        let given = match (&request.invariants, read) {
            (None, _) => None,
            (Some(_), None) => return Err("the harness was built without the rules".into()),
            (Some(text), Some(read)) => Some(read(text, request.pitfall.as_deref())?),
        };
        let is_pitfall = given.as_ref().is_some_and(|given| given.is_pitfall);
        let claims = given.map(|Given { claims, .. }| claims);
        let rules = claims
            .as_deref()
            .map_or_else(Vec::new, |claims| claims.rules());
        let expected = request.expected.as_ref().map(|expected| {
            let runs = expected.iter().map(|text| Transcript::from_ndjson(text));
            let printed = runs.map(|run| Ok(printed(&run?, claims.as_deref())));
            let printed = printed.collect::<Result<Vec<_>, String>>()?;
            Ok::<_, String>(Expected {
                missing: printed.into_iter().zip(0..).collect(),
                compared: HashSet::new(),
            })
        });
        Ok(Self {
            claims,
            is_pitfall,
            known: HashMap::new(),
            known_rules: vec![Default::default(); rules.len()],
            rules,
            outputs: request.outputs.then(|| Outputs {
                all: request.all_outputs,
                shown_lines: request.shown_lines,
                ..Outputs::default()
            }),
            expected: expected.transpose()?,
            schedules: 0,
            time: TimeModel::Virtual,
            found: None,
        })
    }

    /// From here on executions are of this time model.
    pub fn begin(&mut self, time: TimeModel) {
        self.time = time;
        self.schedules = 0;
        self.known.clear();
    }

    /// Whether there is no use in looking further: the pitfall has been found, or all outputs
    /// that were looked for.
    pub fn is_satisfied(&self) -> bool {
        let expected = self.expected.as_ref();
        self.found.is_some() || expected.is_some_and(|expected| expected.missing.is_empty())
    }

    /// The outputs that were looked for and have not come up, by their places.
    pub fn unexplored(&self) -> Vec<usize> {
        let missing = self
            .expected
            .iter()
            .flat_map(|known| known.missing.values());
        let mut missing: Vec<_> = missing.copied().collect();
        missing.sort_unstable();
        missing
    }

    fn compare(&mut self, execution: &Execution) {
        let Some(expected) = &mut self.expected else {
            return;
        };
        let hash = execution.output.text_hash() ^ ending_number(execution);
        if expected.compared.insert(hash) {
            let run = owned(transcript(execution));
            let printed = printed(&run, self.claims.as_deref());
            expected.missing.remove(&printed);
        }
    }

    /// Takes in one more execution; why it fails, if it does.
    pub fn judge(&mut self, execution: &Execution) -> Option<Cause> {
        self.schedules += 1;
        // What the explorer has ended has no output: what would have come is not known.
        let is_whole = !matches!(
            execution.ending,
            Some(Ending::Refused(_) | Ending::Nondeterminism(_) | Ending::TooLong)
        );
        if let Some(outputs) = self.outputs.as_mut().filter(|_| is_whole) {
            outputs.add(execution);
        }
        if self.expected.is_some() && is_whole {
            self.compare(execution);
        }
        // Whether a panic was heard of is not in the output, and is quickly looked up.
        if self.claims.is_none() {
            return self.look_at(execution);
        }
        let hash = execution.output.hash() ^ ending_number(execution);
        if let Some(known) = self.known.get(&hash) {
            return known.as_deref().cloned();
        }
        let cause = self.look_at(execution);
        // What is special about a deadlock is not in its output.
        let is_plain = matches!(execution.ending, Some(Ending::Exited(_)));
        if is_plain && self.known.len() < REMEMBERED {
            self.known.insert(hash, cause.clone().map(Rc::new));
        }
        cause
    }

    /// Why an execution fails, without taking it in.
    pub fn cause(&mut self, execution: &Execution) -> Option<Cause> {
        report(self.claims.as_deref_mut(), &self.rules, execution).0
    }

    fn look_at(&mut self, execution: &Execution) -> Option<Cause> {
        let (cause, holds) = report(self.claims.as_deref_mut(), &self.rules, execution);
        let Some(holds) = holds else {
            return cause;
        };
        // Also what need not show on every run: it is looked for on this one.
        let goes_wrong = self.is_pitfall && holds.iter().all(|holds| *holds);
        let rules = self.rules.iter().zip(holds);
        for ((rule, &holds), known) in rules.zip(&mut self.known_rules) {
            let known = &mut known[self.time as usize];
            match rule.is_sometimes {
                _ if !rule.is_explored => {}
                false => known.broken |= !holds,
                true if holds && known.witness.is_none() => {
                    known.witness = Some(execution.schedule());
                }
                true => {}
            }
        }
        if goes_wrong {
            self.found = Some((self.schedules, execution.schedule()));
        }
        match self.is_pitfall {
            // It goes wrong in another way, or not at all: neither is what is looked for.
            true => None,
            false => cause,
        }
    }

    /// The distinct outputs, the most frequent first: of each group that ends alike the first one,
    /// and then, where they are all wanted, each.
    pub fn outputs(&self) -> impl Iterator<Item = Message> {
        let outputs = self.outputs.iter();
        let groups = outputs.clone().flat_map(|outputs| {
            let mut groups: Vec<_> = outputs.groups.iter().collect();
            groups.sort_by_key(|group| rank(&group.first));
            // Of each way to end the program one comes first, however rare it is.
            let mut exits = HashSet::new();
            groups.sort_by_cached_key(|group| !exits.insert(&group.exit));
            let told = groups.into_iter().take(TOLD_GROUPS);
            told.map(|group| Message::Outputs(group.first.output(Some(group.outputs))))
        });
        let listed = outputs.flat_map(|outputs| {
            let mut listed: Vec<_> = outputs.listed.iter().collect();
            listed.sort_by_key(|listed| rank(listed));
            let listed = listed.into_iter();
            listed.map(|listed| Message::Output(listed.output(None)))
        });
        groups.chain(listed)
    }

    /// How many distinct outputs there were, if they were counted.
    pub fn distinct(&self) -> Option<Distinct> {
        let outputs = self.outputs.as_ref()?;
        Some(Distinct {
            outputs: outputs.known.len() as u64,
            groups: outputs.groups.len() as u64,
            more: outputs.more,
        })
    }

    /// What is known of each rule.
    pub fn rules(&self) -> Vec<RuleSummary> {
        let rules = self.rules.iter().zip(&self.known_rules).enumerate();
        rules
            .map(|(index, (rule, known))| {
                let witness = known.iter().find_map(|known| known.witness.as_ref());
                let [in_virtual, adversarial, spurious, writers] = known;
                let broken = in_virtual.broken || spurious.broken || writers.broken;
                let verdict = match rule.is_sometimes {
                    _ if !rule.is_explored => RuleVerdict::NotExplored,
                    false if broken => RuleVerdict::Fail,
                    true if witness.is_none() => RuleVerdict::NotWitnessed,
                    _ => RuleVerdict::Pass,
                };
                RuleSummary {
                    rule: index,
                    verdict,
                    witness: witness.map(wire::schedule),
                    only_because_of_time: adversarial.broken && !broken,
                }
            })
            .collect()
    }

    /// After how many schedules the pitfall was found, and on which.
    pub fn found(&self) -> Option<&(u64, Schedule)> {
        self.found.as_ref()
    }
}

/// What a run printed, without what the claims say may differ.
fn printed(run: &Transcript, claims: Option<&dyn Claims>) -> Printed {
    match claims {
        Some(claims) => claims.printed(run),
        None => Printed::of(run),
    }
}

/// The most frequent output comes first, and of several the one with the simplest schedule.
fn rank(listed: &Listed) -> impl Ord {
    let count = std::cmp::Reverse(listed.count);
    let Schedule {
        time,
        hash_seed,
        deviations,
    } = listed.schedule.clone();
    (count, deviations.len(), deviations, time as u32, hash_seed)
}

/// Why an execution fails, and whether each rule holds on it, if they were asked.
fn report<'c>(
    claims: Option<&'c mut (dyn Claims + 'static)>,
    rules: &[Rule],
    execution: &Execution,
) -> (Option<Cause>, Option<&'c [bool]>) {
    let ending = execution.ending.as_ref().expect("the execution has ended");
    if let Some(cause) = given_up(execution, ending) {
        return (Some(cause), None);
    }
    // Where a program hangs, lines that never came break rules as well; this is the cause.
    let hangs = hang(execution, ending);
    let Some(claims) = claims else {
        return (
            hangs.or_else(|| failure_without_claims(execution, ending)),
            None,
        );
    };
    let holds = claims.check(&transcript(execution));
    let mut known = rules.iter().zip(holds);
    let broken = known.position(|(rule, holds)| rule.must_hold() && !holds);
    let cause = broken.map(|index| {
        let kind = match rules[index].is_outcome {
            true => FaultKind::Outcome,
            false => FaultKind::Always,
        };
        let cause = match ending {
            Ending::Exited(101) if kind == FaultKind::Outcome => exit_of_a_panic(execution),
            _ => Cause::of(kind, ""),
        };
        Cause {
            rule: Some(index),
            ..hangs.unwrap_or(cause)
        }
    });
    (cause, Some(holds))
}

/// Why the explorer has ended an execution, if it has: no rule is asked then.
fn given_up(execution: &Execution, ending: &Ending) -> Option<Cause> {
    match ending {
        Ending::Refused(what) => Some(Cause {
            places: vec![what.clone()],
            ..Cause::of(FaultKind::Refused, what)
        }),
        Ending::TooLong => {
            let steps = execution.length;
            Some(Cause::of(
                FaultKind::Refused,
                format!("more than {steps} steps on one schedule"),
            ))
        }
        Ending::Nondeterminism(what) => Some(Cause::nondeterminism(what)),
        _ => None,
    }
}

/// Why a program that hangs does, with the places at which its threads wait.
fn hang(execution: &Execution, ending: &Ending) -> Option<Cause> {
    let waiting = || execution.threads.iter().filter_map(ThreadState::next);
    let waits = |kind, story: &str| {
        let mut places: Vec<String> = waiting().map(|op| op.place.to_string()).collect();
        places.sort();
        Cause {
            places,
            ..Cause::of(kind, story)
        }
    };
    match ending {
        Ending::Deadlock => {
            let story = match waiting().count() {
                1 => "the only thread that is left waits, and nobody is there to let it go on",
                _ => "every thread that is left waits for another",
            };
            Some(waits(FaultKind::Deadlock, story))
        }
        // A loop that counts its rounds might still give up later.
        Ending::Livelock => {
            let (thousands, rest) = (execution.idle_rounds / 1000, execution.idle_rounds % 1000);
            let story = format!(
                "the threads go on, and in {thousands},{rest:03} rounds of their loops nothing has \
                 changed"
            );
            Some(waits(FaultKind::Livelock, &story))
        }
        _ => None,
    }
}

/// Why a program fails of which nothing is claimed, and which does not hang.
fn failure_without_claims(execution: &Execution, ending: &Ending) -> Option<Cause> {
    match ending {
        Ending::OutputTooLong => Some(Cause::of(
            FaultKind::EndlessOutput,
            "it printed more than 4 MiB",
        )),
        Ending::Killed(signal) => Some(Cause::of(
            FaultKind::Killed,
            format!("it was killed by signal {signal}"),
        )),
        Ending::Exited(101) => Some(exit_of_a_panic(execution)),
        _ => unheard_panic(execution),
    }
}

/// What the panics have in their messages that only pass another thread's panic on, by
/// unwrapping what a join, a channel or a poisoned lock has answered.
const PASSED_ON: [&str; 5] = [
    "Any { .. }",
    "PoisonError",
    "RecvError",
    "SendError",
    "a scoped thread panicked",
];

/// The failure that a thread's panic is, by its first cause: where the thread only passes
/// another panic on, the first one of the execution that does not.
fn panic(execution: &Execution, thread: u32) -> Cause {
    let passes_on = |panic: &&Panicked| PASSED_ON.iter().any(|sign| panic.message.contains(sign));
    let panics = &execution.panicked;
    // One that has none of its own goes on with another's payload.
    let own = panics.iter().rfind(|panic| panic.thread == thread);
    let cause = match own.filter(|own| !passes_on(own)) {
        Some(own) => Some(own),
        None => panics
            .iter()
            .find(|panic| !passes_on(panic))
            .or(panics.first()),
    };
    let Some(Panicked { place, message, .. }) = cause else {
        return Cause {
            thread: Some(thread),
            ..Cause::of(FaultKind::Panic, "panicked")
        };
    };
    let file = model_std::__harness::shown_file(place.file());
    let place = format!("{file}:{}:{}", place.line(), place.column());
    Cause {
        story: format!("panicked at {place}: {message}"),
        places: vec![place],
        thread: cause.map(|cause| cause.thread),
        ..Cause::of(FaultKind::Panic, "")
    }
}

/// The failure of a program that ends as one does whose main thread panics.
fn exit_of_a_panic(execution: &Execution) -> Cause {
    match execution.panicked.is_empty() {
        true => Cause::of(FaultKind::Exit, "it exited with 101, as after a panic"),
        false => panic(execution, 0),
    }
}

/// A panic that no thread has heard of, and none will: its handle is gone, or none is left
/// that could have it.
fn unheard_panic(execution: &Execution) -> Option<Cause> {
    let is_last = |(id, thread): (usize, &ThreadState)| {
        id == execution.current() as usize || thread.next().is_none()
    };
    let mut threads = execution.threads.iter().enumerate();
    let alone = threads.clone().all(is_last);
    let (id, _) =
        threads.find(|(_, thread)| thread.unjoined_panic && (thread.detached || alone))?;
    let mut cause = panic(execution, id as u32);
    cause.story += "\nno thread joined it";
    Some(cause)
}

/// What was printed, and how it ended.
///
/// # Panics
///
/// The execution has not ended.
pub fn transcript(execution: &Execution) -> Transcript<Cow<'_, str>> {
    let lines = execution.output.lines().into_iter().map(|line| Line {
        at_us: line.at / 1000,
        stream: match line.stream {
            engine::Stream::Stdout => Stream::Stdout,
            engine::Stream::Stderr => Stream::Stderr,
        },
        text: line.text,
    });
    let exit = match execution.ending.as_ref().expect("the execution has ended") {
        Ending::Exited(code) => Exit::Code(*code),
        Ending::Killed(signal) => Exit::Signal(*signal),
        Ending::OutputTooLong => Exit::Cut,
        Ending::Deadlock | Ending::Livelock | Ending::TooLong => Exit::Hang,
        Ending::Refused(_) | Ending::Nondeterminism(_) | Ending::Cut | Ending::Stopped => {
            Exit::Hang
        }
    };
    // A program that waits for ever is silent for ever: no time of its end could say so.
    let at_us = if exit == Exit::Hang {
        0
    } else {
        execution.now / 1000
    };
    let end = End {
        exit,
        at_us,
        cores: CORES,
        left_running: false,
    };
    Transcript {
        lines: lines.collect(),
        end,
    }
}

/// A transcript that outlives the execution.
pub fn owned(transcript: Transcript<Cow<'_, str>>) -> Transcript {
    let Transcript { lines, end } = transcript;
    let lines = lines.into_iter().map(|line| Line {
        at_us: line.at_us,
        stream: line.stream,
        text: line.text.into_owned(),
    });
    Transcript {
        lines: lines.collect(),
        end,
    }
}

fn ending_number(execution: &Execution) -> u128 {
    match execution.ending.as_ref() {
        Some(Ending::Exited(code)) => 1 + (u128::from(*code as u32) << 8),
        Some(Ending::Killed(signal)) => 2 + (u128::from(*signal as u32) << 8),
        Some(Ending::Deadlock) => 3,
        Some(Ending::Livelock) => 4,
        Some(Ending::OutputTooLong) => 5,
        Some(Ending::TooLong) => 6,
        _ => 7,
    }
}
