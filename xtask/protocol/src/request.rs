//! What the runner asks for.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::graph::Wanted;
use crate::{Schedule, Strategy, TimeModel};

/// What is to be explored, and how far. The default explores nothing.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Request {
    /// What is shown in place of `src/main.rs`.
    pub source: String,
    /// The folder in which the compiler was started.
    pub folder: PathBuf,
    /// The text of an `invariants.toml`, if the program has claims.
    #[serde(default)]
    pub invariants: Option<String>,
    /// The pitfall of that file that the program is, if it is one.
    #[serde(default)]
    pub pitfall: Option<String>,
    /// Whether the program is a test of a crate, which fails unless it exits with 0.
    #[serde(default)]
    pub is_test: bool,
    /// How many schedules for each time model, at most, beside the few random ones with which a
    /// search begins.
    pub schedules: u64,
    /// How many steps the schedules may have together, for each time model; making the schedule of
    /// a failure simpler may take as many again, and finding the states may, too. Unlike a time,
    /// this ends a search at the same place each time.
    #[serde(default)]
    pub steps_in_all: Option<u64>,
    /// How long it may take, in milliseconds.
    #[serde(default)]
    pub time_ms: Option<u64>,
    /// The time models, in the order of search; at least one.
    pub time_models: Vec<TimeModel>,
    /// The one strategy to use; without it they take turns.
    #[serde(default)]
    pub strategy: Option<Strategy>,
    /// Whether to look for other failures for as long as there are schedules, steps and time.
    #[serde(default)]
    pub all_failures: bool,
    /// What the random strategies begin with.
    #[serde(default)]
    pub seed: u64,
    /// How many steps a schedule may have.
    pub steps: u32,
    /// The file that tells on which schedule the process is, see [`recorder`](crate::recorder).
    #[serde(default)]
    pub recorder: Option<PathBuf>,
    /// Saved transcripts whose outputs to look for: the search is over once all have come up.
    #[serde(default)]
    pub expected: Option<Vec<String>>,
    /// Whether to count the distinct outputs, and to tell one of each way to end.
    #[serde(default)]
    pub outputs: bool,
    /// Whether to tell each of them as well.
    #[serde(default)]
    pub all_outputs: bool,
    /// Of an output with more lines than both together, only so many of the first and of the last
    /// are told.
    #[serde(default)]
    pub shown_lines: Option<(usize, usize)>,
    /// The runner's process. This one does not outlive it.
    #[serde(default)]
    pub parent: Option<u32>,
    /// Whether something in the program names what is made of a `RandomState`.
    #[serde(default)]
    pub hashes: bool,
    /// Whether the program announces its accesses to memory, and they are to be looked at.
    #[serde(default)]
    pub accesses: bool,
    /// The one schedule to run, if no search is wanted.
    #[serde(default)]
    pub replay: Option<Again>,
    /// Before which of its steps the process waits for a debugger, if it is to.
    #[serde(default)]
    pub wait_before: Option<u32>,
    /// The states that are wanted, if it is them and no search.
    #[serde(default)]
    pub graph: Option<Wanted>,
}

/// One schedule, to be run again.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Again {
    /// As a token has it.
    Schedule(Schedule),
    /// As a recorder has it: this also says the steps as they are taken.
    Choices {
        /// What time means.
        time_model: TimeModel,
        /// What decides the order of each `HashMap`.
        hash_seed: u32,
        /// For each step the thread, and how many stores a load stays behind.
        choices: Vec<(u32, u32)>,
    },
}

impl Request {
    /// Reads a request.
    ///
    /// # Errors
    ///
    /// It is no JSON, or lacks something: the message says what.
    pub fn parse(text: &str) -> Result<Self, String> {
        let request: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        match request.time_models.is_empty() {
            true => Err("it names no time model".to_string()),
            false => Ok(request),
        }
    }

    /// The request as one JSON object.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("all of its keys are text")
    }
}
