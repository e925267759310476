//! One execution: a program on one schedule, step by step.

use std::fmt;

use serde::{Deserialize, Serialize};
use transcript::Transcript;

use crate::{Schedule, Strategy, TimeModel, Verb, saved};

/// A program on one schedule, and what is wrong with it, if something is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Execution {
    /// What is wrong; `None` where the schedule was asked for, and all is as it should be.
    #[serde(flatten, with = "fault_or_none")]
    pub fault: Option<Fault>,
    /// What time means.
    pub time_model: TimeModel,
    /// How often a thread that could go on had to wait for another.
    pub preemptions: u64,
    /// The schedule.
    pub schedule: Schedule,
    /// Of a pitfall that goes wrong on it as its file says, the number of the schedule, from 1 on.
    pub found: Option<u64>,
    /// The threads.
    pub threads: Vec<Thread>,
    /// What they did; of a long schedule not all that they did.
    pub steps: Vec<Step>,
    /// How many steps more there are.
    pub more_steps: usize,
    /// Who waits for what at the end, and for ever.
    pub waits: Vec<Wait>,
    /// The access with which it ends, if that must not be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict: Option<Conflict>,
    /// What was printed, and how it ended.
    #[serde(with = "saved")]
    pub transcript: Transcript,
    /// How the schedule was found, if it was searched for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<Strategy>,
    /// The number of the first schedule that is wrong in this way, from 1 on, unless it was
    /// asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found_after: Option<u64>,
    /// On how many schedules it is wrong in this way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing: Option<u64>,
}

/// What is wrong with an execution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What sort of fault it is.
    pub kind: FaultKind,
    /// The rule that is broken, by its place among the program's rules.
    pub rule: Option<usize>,
    /// What happened; of a panic without whose it is.
    pub story: String,
    /// Whose panic it is, if it is one, or who has asked for what the explorer does not follow.
    pub thread: Option<usize>,
    /// Where that was asked for, if it is known.
    pub place: Option<Place>,
}

/// A sort of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FaultKind {
    /// A rule that must always hold does not.
    Always,
    /// The process died.
    Crashed,
    /// Two accesses to the same memory, one of which writes, and nothing orders them.
    #[serde(rename = "data race")]
    DataRace,
    /// Each thread that is left waits.
    Deadlock,
    /// It exited as after a panic.
    Exit,
    /// It freed what was not allocated.
    #[serde(rename = "invalid free")]
    InvalidFree,
    /// It accessed memory that was never allocated.
    #[serde(rename = "invalid access")]
    InvalidAccess,
    /// It was killed by a signal.
    Killed,
    /// Threads go round in loops, and nothing changes.
    Livelock,
    /// One schedule gave two different executions.
    Nondeterminism,
    /// It did not end as it should.
    Outcome,
    /// A thread panicked.
    Panic,
    /// It cannot be explored further; that is the explorer's own.
    Refused,
    /// A thread made no step for so long that it is explored no further: it may compute, or wait for the
    /// system.
    Stalled,
    /// It accessed memory that was freed.
    #[serde(rename = "use after free")]
    UseAfterFree,
}

/// A thread, in the order in which they were started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    /// Its number, from 0 on, which is `main`'s.
    pub id: usize,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Whether the program has not started it, but the explorer: it delivers for the network.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_systems: bool,
}

/// One visible operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its number in the schedule, from 0 on.
    #[serde(rename = "step")]
    pub number: usize,
    /// Whose, by its number.
    pub thread: usize,
    /// What it does.
    pub verb: Verb,
    /// To what.
    pub object: Option<Object>,
    /// What it read or wrote, as in `➜ 0`.
    pub value: Option<String>,
    /// When, in microseconds on the program's clock.
    pub at_us: u64,
    /// Whether it waited for something else than a time, and the time came first.
    pub timed_out: bool,
    /// Why the thread before it does not go on, if this is another.
    pub switch: Option<Switch>,
    /// Where in the source.
    #[serde(flatten)]
    pub place: Place,
    /// The lines of the transcript that it completed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Vec<usize>>,
}

/// Why a thread does not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Switch {
    /// It could, and another one was chosen.
    Preempted,
    /// It waits.
    Blocked,
    /// It has come to its end.
    Finished,
}

/// A thread that waits for ever.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Wait {
    /// Which.
    pub thread: usize,
    /// What it would do.
    pub verb: Verb,
    /// To what.
    pub object: Option<Object>,
    /// The threads that hold it.
    pub holders: Vec<usize>,
    /// The ends of a channel at whose other end it waits, that are still there.
    pub ends: Vec<ChannelEnd>,
    /// What it looks at again and again instead, in a loop without end.
    #[serde(rename = "looks_at")]
    pub looks: Vec<Look>,
    /// Where in the source.
    #[serde(flatten)]
    pub place: Place,
}

/// An access to memory that must not be, and an earlier one that is why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// How many bytes it is about.
    pub bytes: usize,
    /// The name of the static that has them, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variable: Option<String>,
    /// The access.
    pub access: MemoryAccess,
    /// The earlier one; what was done when the memory was given back, if it was; `None` if the memory
    /// was never allocated.
    pub earlier: Option<MemoryAccess>,
    /// Of a data race: what was between the two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unordered: Option<Unordered>,
}

/// Why nothing orders the two accesses of a data race.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unordered {
    /// The last step of one thread that the other has seen, and the other's step by which it has; it is
    /// not between the two accesses. `None` if neither has seen anything that the other did.
    pub last: Option<[Step; 2]>,
    /// A store after the earlier access, and a load of it before the later one, or of a store that
    /// continues its release sequence. One of them is too weak to order the two, or both are.
    pub too_weak: Option<[Atomic; 2]>,
    /// The locks that each thread held: at the earlier access, and at the later one.
    pub locks: [Vec<Object>; 2],
}

/// An access of a thread to memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryAccess {
    /// Whose it is.
    pub thread: usize,
    /// What it does.
    pub does: Does,
    /// Where in the source; the default if that is not known.
    #[serde(flatten)]
    pub place: Place,
}

/// What an access does to memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Does {
    /// It reads.
    Read,
    /// It writes.
    Write,
    /// It reads, as an atomic operation.
    #[serde(rename = "atomic read")]
    AtomicRead,
    /// It writes, as one.
    #[serde(rename = "atomic write")]
    AtomicWrite,
    /// It uses a lock that stands there, or what else threads wait at.
    Use,
    /// It gives the memory back.
    Free,
}

/// An end of a channel.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChannelEnd {
    /// The thread that has used it last, or else has made it.
    pub thread: usize,
    /// Whether it was used.
    pub used: bool,
    /// Where it was made.
    #[serde(flatten)]
    pub made: Place,
}

/// What a thread looks at again and again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Look {
    /// At what.
    pub object: Object,
    /// The step that wrote it last, if there is one.
    pub written: Option<Step>,
}

/// Something that threads share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// Its number, in the order of first use.
    pub id: u64,
    /// What it is: `"mutex"`.
    pub kind: String,
    /// The thread whose end or whose park token it is.
    pub thread: Option<usize>,
    /// Where it stands in the program's memory, which is the same on every schedule; `None` if it
    /// stands nowhere.
    pub stands_at: Option<usize>,
    /// Where in the source it was made; or, if nothing tells that, where it was first used.
    #[serde(flatten)]
    pub made: Place,
    /// Whether that is where it was first used.
    #[serde(default, skip_serializing_if = "is_false")]
    pub first_used: bool,
}

/// A place in a source file; the default is none, where nobody wrote the call.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// The file, as the compiler names it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// The line, from 1 on; 0 if there is none.
    #[serde(skip_serializing_if = "is_zero")]
    pub line: usize,
    /// The column, from 1 on; 0 if there is none.
    #[serde(skip_serializing_if = "is_zero")]
    pub column: usize,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

fn is_false(value: &bool) -> bool {
    !value
}

impl Conflict {
    /// The places of both accesses, in the order of the source, if they are known.
    pub fn places(&self) -> Option<[Place; 2]> {
        let mut places = [&self.access, self.earlier.as_ref()?].map(|access| access.place.clone());
        places.sort();
        let are_known = places.iter().all(|place| place.line > 0);
        are_known.then_some(places)
    }
}

/// An operation on an atomic, with its order of memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Atomic {
    /// The operation.
    #[serde(flatten)]
    pub step: Step,
    /// Its order, as in `Relaxed`.
    pub order: String,
    /// Whether that is too weak. An order that is weak and not too weak has a fence beside it.
    pub is_too_weak: bool,
}

impl Unordered {
    /// All objects that it names.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        let last = self.last.iter().flatten();
        let too_weak = self.too_weak.iter().flatten().map(|atomic| &atomic.step);
        let of_steps = last.chain(too_weak).filter_map(|step| step.object.as_ref());
        of_steps.chain(self.locks.iter().flatten())
    }
}

impl Execution {
    /// The latest step of a thread that fails, on which it waited for something else than a time,
    /// and the time came first: the thread whose panic it is, or one that waits forever.
    pub fn timed_out(&self) -> Option<&Step> {
        let thread = self.fault.as_ref().and_then(|fault| fault.thread);
        let fails =
            |id: usize| thread == Some(id) || self.waits.iter().any(|wait| wait.thread == id);
        let mut steps = self.steps.iter().rev();
        steps.find(|step| step.timed_out && fails(step.thread))
    }

    /// How many steps the schedule has.
    pub fn length(&self) -> usize {
        self.steps.len() + self.more_steps
    }

    /// The sort of fault, if something is wrong.
    pub fn fault_kind(&self) -> Option<FaultKind> {
        self.fault.as_ref().map(|fault| fault.kind)
    }

    /// Whether the explorer could not go on with it, so that nothing is wrong that is known.
    pub fn is_refused(&self) -> bool {
        matches!(
            self.fault_kind(),
            Some(FaultKind::Refused | FaultKind::Stalled)
        )
    }

    /// Whether it ended the exploring process, so that nothing was explored after it.
    pub fn ended_the_search(&self) -> bool {
        matches!(
            self.fault_kind(),
            Some(FaultKind::Crashed | FaultKind::Stalled)
        )
    }
}

impl Step {
    /// Whether its thread was woken for no reason, failed to exchange, or read less than there was.
    pub fn is_for_no_reason(&self) -> bool {
        let value = self.value.as_deref();
        value.is_some_and(|value| value.ends_with("for no reason"))
    }

    /// Whether the schedule has no step between this one and that.
    pub fn is_next(&self, next: &Self) -> bool {
        self.number + 1 == next.number
    }

    /// The lines of the transcript that it completed, as far as they are told.
    pub fn lines(&self) -> &[usize] {
        self.lines.as_deref().unwrap_or_default()
    }
}

impl Wait {
    /// Whether it waits for threads to end, and for nothing else.
    pub fn is_for_an_end(&self) -> bool {
        matches!(self.verb, Verb::Join | Verb::EndScope)
    }
}

impl Object {
    /// Whether it is a channel, which has two ends.
    pub fn is_channel(&self) -> bool {
        self.kind.ends_with("channel")
    }

    /// Whether the program shares it between its threads: it is not a thread, what all are numbered
    /// by, a stream or the clock.
    pub fn is_shared(&self) -> bool {
        !matches!(
            self.kind.as_str(),
            "stdout"
                | "stderr"
                | "clock"
                | "panic hook"
                | "thread"
                | "thread numbers"
                | "park token"
        )
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            FaultKind::Always => "always",
            FaultKind::Crashed => "crashed",
            FaultKind::DataRace => "data race",
            FaultKind::Deadlock => "deadlock",
            FaultKind::Exit => "exit",
            FaultKind::InvalidFree => "invalid free",
            FaultKind::InvalidAccess => "invalid access",
            FaultKind::Killed => "killed",
            FaultKind::Livelock => "livelock",
            FaultKind::Nondeterminism => "nondeterminism",
            FaultKind::Outcome => "outcome",
            FaultKind::Panic => "panic",
            FaultKind::Refused => "refused",
            FaultKind::Stalled => "stalled",
            FaultKind::UseAfterFree => "use after free",
        })
    }
}

/// A fault among an execution's own keys, where the kind `none` says that there is none.
mod fault_or_none {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

    use super::{Fault, FaultKind, Place};

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Kind {
        Known(FaultKind),
        None(None),
    }

    #[derive(Serialize, Deserialize)]
    enum None {
        #[serde(rename = "none")]
        None,
    }

    #[derive(Serialize, Deserialize)]
    struct Keys {
        kind: Kind,
        rule: Option<usize>,
        story: Option<String>,
        thread: Option<usize>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<Place>,
    }

    pub fn serialize<S: Serializer>(fault: &Option<Fault>, to: S) -> Result<S::Ok, S::Error> {
        let keys = match fault.clone() {
            Some(fault) => Keys {
                kind: Kind::Known(fault.kind),
                rule: fault.rule,
                story: Some(fault.story),
                thread: fault.thread,
                place: fault.place,
            },
            None => Keys {
                kind: Kind::None(None::None),
                rule: Option::None,
                story: Option::None,
                thread: Option::None,
                place: Option::None,
            },
        };
        keys.serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Fault>, D::Error> {
        let keys = Keys::deserialize(from)?;
        let Kind::Known(kind) = keys.kind else {
            return Ok(Option::None);
        };
        let story = keys
            .story
            .ok_or_else(|| de::Error::missing_field("story"))?;
        Ok(Some(Fault {
            kind,
            rule: keys.rule,
            story,
            thread: keys.thread,
            place: keys.place,
        }))
    }
}
