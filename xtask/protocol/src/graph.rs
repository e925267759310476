//! The states of a program, and the steps that lead from one to another.

use serde::{Deserialize, Serialize};
use transcript::Transcript;

use crate::{Fault, Object, Place, Schedule, Step, TimeModel, Verb, Wait, saved};

/// Which states are wanted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Wanted {
    /// Schedules of which every state is wanted: at least one, and all of one time model and one
    /// hash seed, which are those of the graph.
    pub schedules: Vec<Schedule>,
    /// How many states there are at most, beside those of the schedules.
    pub states: usize,
}

/// The states of a program under one time model, those first that take the fewest preemptions to
/// get to, and then the fewest steps.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Graph {
    /// What time means.
    pub time_model: TimeModel,
    /// What decides the order of each `HashMap`.
    pub hash_seed: u32,
    /// The objects, each with its place here as its number: in another state it is the same.
    pub objects: Vec<Object>,
    /// The states; the first one is the start.
    pub states: Vec<State>,
    /// For each schedule that was wanted, the threads of its steps, as far as they lead to states of
    /// the graph.
    pub paths: Vec<Vec<usize>>,
    /// Why there are more states under this time model and with this hash seed; empty if there are
    /// none.
    pub left_out: Vec<LeftOut>,
    /// The other time models under which the program may go on otherwise.
    pub other_models: Vec<TimeModel>,
    /// Whether it may with another hash seed.
    pub hashes: bool,
}

/// Why there are states that are not in a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LeftOut {
    /// They were too many.
    States,
    /// It would have taken too many steps to find them.
    Effort,
    /// It would have taken too long to find them.
    Time,
    /// A schedule that was wanted goes on for too long.
    Steps,
    /// A thread waits in a loop, and does not go round before something has changed.
    Loops,
    /// A thread had to let others go on.
    Fairness,
    /// The explorer could not go on.
    Refused,
}

/// What is so between two steps.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct State {
    /// The program's clock, in microseconds.
    pub now_us: u64,
    /// The threads, by number.
    pub threads: Vec<StateThread>,
    /// What is known of the objects that there are.
    pub objects: Vec<StateObject>,
    /// How the program has ended, if it has.
    pub end: Option<StateEnd>,
    /// A step of each thread that can go on, by the threads' numbers.
    pub next: Vec<Edge>,
}

/// A thread in a state.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StateThread {
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Whether the program has not started it, but the explorer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_systems: bool,
    /// Where it was spawned.
    pub spawned: Place,
    /// Whether it can go on.
    pub status: Status,
    /// What it does next, unless it has ended.
    pub next: Option<Wait>,
}

/// Whether a thread can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It can.
    Ready,
    /// It cannot, for it waits.
    Waits,
    /// It waits in a loop until something changes. It can go round once more.
    Spins,
    /// It has to let others go on.
    HeldBack,
    /// It has come to its end.
    Ended,
}

/// What is known of an object in a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateObject {
    /// Which, by its place in the graph.
    pub object: usize,
    /// The threads that hold it, if it is a lock.
    pub holders: Vec<usize>,
    /// Whether one holds it alone.
    pub is_alone: bool,
    /// What the threads that wait for it look at: how many messages there are in a channel.
    pub counter: i64,
    /// What the latest step that has shown a value of it did.
    pub verb: Option<Verb>,
    /// That value, as in `➜ 0`.
    pub shown: Option<String>,
}

/// How a program has ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StateEnd {
    /// In which way.
    pub ending: Ending,
    /// What is wrong with it, if something is.
    pub fault: Option<Fault>,
    /// What was printed.
    #[serde(with = "saved")]
    pub transcript: Transcript,
}

/// In which way a program has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ending {
    /// By itself, or it was killed: the transcript says which.
    Over,
    /// Each thread that is left waits.
    Deadlock,
    /// Threads go round in loops, and nothing changes.
    Livelock,
    /// It goes on, and the explorer does not follow it.
    Unknown,
}

/// A step from one state to another.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Edge {
    /// The thread that takes it.
    pub thread: usize,
    /// What it leads to, unless it was not taken.
    pub taken: Option<Taken>,
}

/// A step that was taken.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Taken {
    /// The state that it leads to.
    pub to: usize,
    /// The step. Its number and its switch are those of the first path that took it.
    pub step: Step,
    /// The lines that it completed, each with the name of its stream.
    pub prints: Vec<(String, String)>,
}
