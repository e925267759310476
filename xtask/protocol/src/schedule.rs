//! A schedule, and the ways to choose it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// When a thread that waits goes on. In each model but the first, a writer that waits for a lock keeps new
/// readers out, as the standard library on Linux has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimeModel {
    /// A sleep lasts until its time has come and no other thread can go on.
    Virtual,
    /// As virtual time.
    Writers,
    /// A sleep may end at any time, as on a machine that is busy with something else.
    Adversarial,
    /// As virtual time; but once, a thread may wake up for no reason, or a weak exchange of its
    /// fail, where the standard library says so.
    Spurious,
    /// As adversarial time, and once, a thread may wake up for no reason.
    Combined,
    /// As virtual time; but memory is weak: a load may read an older value, and a store come before
    /// others that were made earlier, as far as the orders allow.
    Weak,
}

impl TimeModel {
    /// All, in the order in which they are explored.
    pub const ALL: [Self; 6] = [
        TimeModel::Virtual,
        TimeModel::Writers,
        TimeModel::Adversarial,
        TimeModel::Spurious,
        TimeModel::Combined,
        TimeModel::Weak,
    ];

    /// Whether a sleep may end at any time.
    pub fn is_adversarial(self) -> bool {
        matches!(self, TimeModel::Adversarial | TimeModel::Combined)
    }

    /// Its name, as a person types it.
    pub fn name(self) -> &'static str {
        match self {
            TimeModel::Virtual => "virtual",
            TimeModel::Writers => "writers",
            TimeModel::Adversarial => "adversarial",
            TimeModel::Spurious => "spurious",
            TimeModel::Combined => "combined",
            TimeModel::Weak => "weak",
        }
    }

    /// The model of this name, if there is one.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|model| model.name() == name)
    }
}

/// In which way schedules are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Strategy {
    /// One of each kind that can be told apart.
    Exhaustive,
    /// All of them, also those that differ in nothing but the order of what commutes.
    Plain,
    /// All that preempt a thread so often at most.
    Bounded(u32),
    /// Random priorities, which change at random steps.
    Pct,
    /// Random priorities of operations, new ones for those that conflict with what was done.
    Pos,
    /// Each order of the operations on one object about as likely as any other.
    Surw,
    /// Partial order sampling, led to reads from writes from which they have not read yet.
    ReadsFrom,
    /// At each step a random thread.
    Random,
}

impl Strategy {
    /// What stands before the number where preemptions are bounded.
    const BOUND: &str = "preemption bound ";

    /// The names of those that take no number, and of one that does.
    pub const NAMES: [&str; 8] = [
        "exhaustive",
        "plain",
        "preemption-bound-N",
        "pct",
        "pos",
        "surw",
        "reads-from",
        "random",
    ];

    /// The strategy of this name, if there is one; a person types no space in it.
    pub fn of_name(name: &str) -> Option<Self> {
        let name = name.replace('-', " ");
        Some(match name.as_str() {
            "exhaustive" => Strategy::Exhaustive,
            "plain" => Strategy::Plain,
            "pct" => Strategy::Pct,
            "pos" => Strategy::Pos,
            "surw" => Strategy::Surw,
            "reads from" => Strategy::ReadsFrom,
            "random" => Strategy::Random,
            bounded => Strategy::Bounded(bounded.strip_prefix(Self::BOUND)?.parse().ok()?),
        })
    }

    /// Whether it leaves nothing out, unless it is ended early.
    pub fn is_exhaustive(self) -> bool {
        matches!(self, Strategy::Exhaustive | Strategy::Plain)
    }

    /// Whether it lets each thread go on sooner or later, with probability 1. The others may favour a thread
    /// for ever that waits in a loop for the rest.
    pub fn is_fair(self) -> bool {
        self == Strategy::Random
    }

    /// Whether it chooses at random.
    pub fn is_random(self) -> bool {
        match self {
            Strategy::Exhaustive | Strategy::Plain | Strategy::Bounded(_) => false,
            Strategy::Pct | Strategy::Pos | Strategy::Random => true,
            Strategy::Surw | Strategy::ReadsFrom => true,
        }
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Strategy::Exhaustive => out.write_str("exhaustive"),
            Strategy::Plain => out.write_str("plain"),
            Strategy::Bounded(preemptions) => write!(out, "{}{preemptions}", Self::BOUND),
            Strategy::Pct => out.write_str("pct"),
            Strategy::Pos => out.write_str("pos"),
            Strategy::Surw => out.write_str("surw"),
            Strategy::ReadsFrom => out.write_str("reads from"),
            Strategy::Random => out.write_str("random"),
        }
    }
}

impl From<Strategy> for String {
    fn from(strategy: Strategy) -> Self {
        strategy.to_string()
    }
}

impl TryFrom<String> for Strategy {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Self::of_name(&name).ok_or_else(|| format!("`{name}` is no strategy"))
    }
}

/// A schedule, by where it departs from the one that never preempts a thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// What time means.
    pub time_model: TimeModel,
    /// What decides the order of each `HashMap`.
    #[serde(default)]
    pub hash_seed: u32,
    /// At each of these steps, by number, this thread goes on.
    pub deviations: Vec<(u32, u32)>,
    /// The operations that stay behind the last store of their atomic: at this step, so many stores. A
    /// load reads that one, and a store comes right behind it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub old_reads: Vec<(u32, u32)>,
}
