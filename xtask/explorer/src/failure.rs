//! Why an execution fails, and the failures that are found.

use engine::{
    AccessKind, Conflict, Ending, Execution, Panicked, Refusal, Schedule, ThreadState, TimeModel,
};
use protocol::{Fault, FaultKind, Place, Strategy};

use crate::place::{is_inner, is_test_harness, of_operation};

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
    /// Whose panic it is, if it is one, or who has asked for what the explorer does not follow.
    pub thread: Option<u32>,
    /// Where that was asked for, if it is known.
    pub place: Option<Place>,
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
    /// On how many schedules of the phases it fails.
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

/// The failures that were found, each once.
#[derive(Debug, Default)]
pub struct Failures(pub Vec<Failure>);

impl Failures {
    /// Takes in an execution that failed, found with this strategy after so many schedules.
    pub fn add(&mut self, execution: &Execution, cause: Cause, strategy: Strategy, after: u64) {
        self.merge(Failure {
            found_after: after,
            strategy,
            ..Failure::of(execution, cause)
        });
    }

    /// Takes in failures that were found before the phases, which count what they find themselves.
    pub fn add_before(&mut self, others: Failures) {
        for mut failure in others.0 {
            failure.failing = 0;
            self.merge(failure);
        }
    }

    fn merge(&mut self, new: Failure) {
        let known = self.0.iter_mut().find(|failure| failure.cause == new.cause);
        let Some(known) = known else {
            self.0.push(new);
            return;
        };
        known.failing += new.failing;
        let cost = |failure: &Failure| (failure.preemptions, failure.schedule.deviations.len());
        // The same choices under another time model are another schedule.
        let is_like = known.schedule.time == new.schedule.time;
        if is_like && cost(&new) < cost(known) {
            known.preemptions = new.preemptions;
            known.schedule = new.schedule;
        }
    }

    /// The fewest preemptions of a schedule that fails under this time model, if one does.
    pub fn fewest_preemptions(&self, time: TimeModel) -> Option<u32> {
        let like = self
            .0
            .iter()
            .filter(|failure| failure.schedule.time == time);
        like.map(|failure| failure.preemptions).min()
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

    /// The fault that the runner reports.
    pub fn fault(&self) -> Fault {
        Fault {
            kind: self.kind,
            rule: self.rule,
            story: self.story.clone(),
            thread: self.thread.map(|thread| thread as usize),
            place: self.place.clone(),
        }
    }

    /// The cause of the same failure, which breaks this rule.
    pub fn breaking(self, rule: usize) -> Self {
        Self {
            rule: Some(rule),
            ..self
        }
    }

    /// Whether the same schedule does not always give the same run.
    pub fn is_nondeterminism(&self) -> bool {
        self.kind == FaultKind::Nondeterminism
    }

    /// A failure of this kind, with what went wrong.
    pub fn of(kind: FaultKind, story: impl Into<String>) -> Self {
        Self {
            kind,
            rule: None,
            places: Vec::new(),
            story: story.into(),
            thread: None,
            place: None,
        }
    }
}

/// Why the explorer has ended an execution, if it has: no rule is asked then.
#[inline]
pub fn given_up(execution: &Execution, ending: &Ending) -> Option<Cause> {
    match ending {
        Ending::Refused(refusal) => Some(refused(execution, refusal)),
        Ending::TooLong => {
            let steps = execution.length;
            Some(Cause::of(
                FaultKind::Refused,
                format!("more than {steps} steps on one schedule"),
            ))
        }
        Ending::OutputTooLong => {
            let story = "more than 4 MiB of output on one schedule";
            Some(Cause::of(FaultKind::Refused, story))
        }
        Ending::Nondeterminism(what) => Some(Cause::nondeterminism(what)),
        Ending::InvalidFree(what) => Some(Cause {
            thread: Some(execution.current()),
            ..Cause::of(FaultKind::InvalidFree, format!("freed {what}"))
        }),
        Ending::Conflict(conflict) => Some(conflicting(execution, conflict)),
        _ => None,
    }
}

/// What a thread has asked for, and the explorer does not follow.
fn refused(execution: &Execution, refusal: &Refusal) -> Cause {
    let Refusal { item, why, calls } = refusal;
    if calls.is_empty() {
        return Cause {
            places: vec![item.clone()],
            ..Cause::of(FaultKind::Refused, item)
        };
    }
    let place = of_operation(calls);
    Cause {
        places: vec![item.clone(), format!("{place:?}")],
        thread: Some(execution.current()),
        place: Some(place).filter(|place| !place.file.is_empty()),
        ..Cause::of(FaultKind::Refused, format!("uses {item}: {why}"))
    }
}

/// The failure that an access is which must not be. The report has the two accesses beside it.
fn conflicting(execution: &Execution, conflict: &Conflict) -> Cause {
    let Conflict {
        access, earlier, ..
    } = conflict;
    let (kind, story) = match earlier.kind {
        AccessKind::Free => (FaultKind::UseAfterFree, "used memory that was freed"),
        AccessKind::Outside => (
            FaultKind::InvalidAccess,
            "used memory that was never allocated",
        ),
        _ => (FaultKind::DataRace, "accessed memory beside another thread"),
    };
    let mut places = [access, earlier].map(|access| access.site.to_string());
    places.sort();
    Cause {
        places: places.to_vec(),
        thread: Some(execution.current()),
        ..Cause::of(kind, story)
    }
}

/// Why a program that hangs does, with the places at which its threads wait.
#[inline]
pub fn hang(execution: &Execution, ending: &Ending) -> Option<Cause> {
    let own = || execution.threads.iter().filter(|thread| !thread.is_systems);
    let waiting = || own().filter_map(ThreadState::next);
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
#[inline]
pub fn failure_without_claims(
    execution: &Execution,
    ending: &Ending,
    is_test: bool,
) -> Option<Cause> {
    match ending {
        Ending::Killed(signal) => Some(killed(execution, *signal)),
        Ending::Exited(101) => Some(exit_of_a_panic(execution)),
        Ending::Exited(code) if is_test && *code != 0 => {
            let others = "none of the tests beside it would be run";
            let exit = || {
                Cause::of(
                    FaultKind::Exit,
                    format!("it exited with {code}, and {others}"),
                )
            };
            Some(unheard_panic(execution).unwrap_or_else(exit))
        }
        _ => unheard_panic(execution),
    }
}

/// A thread has ended the process by a signal: because of a panic, if it was unwinding, or in the course of
/// one panic had another.
fn killed(execution: &Execution, signal: i32) -> Cause {
    let thread = execution.current();
    // The library panics once more, to say that it gives up.
    let its = |panicked: &&Panicked| panicked.thread == thread && !is_inner(panicked.place);
    let panics: Vec<_> = execution.panicked.iter().filter(its).collect();
    let why = match panics[..] {
        [.., first, second] => format!(
            ": it panicked at {}, while it unwound from its panic at {}",
            second.place, first.place
        ),
        [only] => format!(", after its panic at {}", only.place),
        [] => String::new(),
    };
    Cause {
        thread: Some(thread),
        ..Cause::of(
            FaultKind::Killed,
            format!("ended the process by signal {signal}{why}"),
        )
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
    let thread = cause.map(|cause| cause.thread);
    if is_test_harness(place) {
        return Cause {
            thread,
            ..Cause::of(FaultKind::Panic, message)
        };
    }
    let file = model_std::__harness::shown_file(place.file());
    let place = format!("{file}:{}:{}", place.line(), place.column());
    Cause {
        story: format!("panicked at {place}: {message}"),
        places: vec![place],
        thread,
        ..Cause::of(FaultKind::Panic, "")
    }
}

/// The failure of a program that ends as one does whose main thread panics.
pub fn exit_of_a_panic(execution: &Execution) -> Cause {
    match execution.panicked.is_empty() {
        true => Cause::of(FaultKind::Exit, "it exited with 101, as after a panic"),
        false => panic(execution, 0),
    }
}

/// A panic that no thread has heard of, and none will: its handle is gone, or none is left
/// that could have it.
fn unheard_panic(execution: &Execution) -> Option<Cause> {
    let is_last = |(id, thread): (usize, &ThreadState)| {
        id == execution.current() as usize || thread.next().is_none() || thread.is_systems
    };
    let mut threads = execution.threads.iter().enumerate();
    let alone = threads.clone().all(is_last);
    let (id, _) =
        threads.find(|(_, thread)| thread.unjoined_panic && (thread.detached || alone))?;
    let mut cause = panic(execution, id as u32);
    cause.story += "\nno thread joined it";
    Some(cause)
}
