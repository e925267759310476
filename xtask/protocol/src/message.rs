//! What the exploring process says, an object a line.

use std::fmt;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use transcript::Transcript;

use crate::graph::Graph;
use crate::{Execution, Schedule, Step, Strategy, Summary, Thread, saved};

/// What the exploring process has to say.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Message {
    /// The facade does not stand between the program and the standard library, so that nothing
    /// is explored.
    Canary {
        /// Why.
        problem: String,
    },
    /// What was asked for cannot be done.
    Error {
        /// Why.
        problem: String,
    },
    /// It explores.
    Progress {
        /// So many schedules so far.
        schedules: u64,
        /// What it does now.
        doing: Doing,
    },
    /// The latest step of a schedule that may not come to its end.
    Step(Box<TakenStep>),
    /// The process waits for a debugger, before the last step of an execution that goes on afterwards.
    Waiting {
        /// The process.
        process: u32,
        /// The execution so far, with that step.
        execution: Box<Execution>,
    },
    /// A schedule under which something is wrong, one for each distinct cause; or the schedule
    /// that was asked for.
    Failure(Box<Execution>),
    /// A schedule that cannot be explored further.
    Refusal(Box<Execution>),
    /// One output of those that end alike; its count is that of all of them.
    Outputs(Output),
    /// An output that some schedule has.
    Output(Output),
    /// The states that were asked for.
    Graph(Box<Graph>),
    /// All is explored that will be.
    Summary(Box<Summary>),
}

/// What the exploring process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Doing {
    /// It tries schedules that are chosen in this way.
    Searching(Strategy),
    /// It makes a failing schedule simpler.
    Shrinking,
}

impl fmt::Display for Doing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Doing::Searching(strategy) => strategy.fmt(out),
            Doing::Shrinking => out.write_str("shrinking a failing schedule"),
        }
    }
}

/// A step as it is taken, and the schedule up to it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TakenStep {
    /// The step. What it reads or writes is known only when the next one is taken.
    pub step: Step,
    /// What the step before it has read or written.
    pub value_before: Option<String>,
    /// All threads so far.
    pub threads: Vec<Thread>,
    /// The schedule's deviations since the step that was said before.
    pub deviations: Vec<(u32, u32)>,
}

/// An output, and how to see it again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Output {
    /// How many schedules have it.
    pub count: u64,
    /// What was printed, and how the program ended.
    #[serde(with = "saved")]
    pub transcript: Transcript,
    /// How many lines are left out of it, after the first ones.
    pub left_out: usize,
    /// A schedule that has it.
    pub schedule: Schedule,
    /// How many distinct outputs it stands for, where it stands for those that end alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outputs: Option<u64>,
}

impl Message {
    /// What is said of an execution.
    pub fn of(execution: Execution) -> Self {
        match execution.is_refused() {
            true => Message::Refusal(Box::new(execution)),
            false => Message::Failure(Box::new(execution)),
        }
    }

    /// Reads one from a line; `None` if the line is no JSON, so that something else in the process
    /// has written it.
    ///
    /// # Errors
    ///
    /// What is amiss with it.
    pub fn parse(line: &str) -> Result<Option<Self>, String> {
        match serde_json::from_str(line) {
            Ok(message) => Ok(Some(message)),
            Err(error) if error.is_data() => Err(error.to_string()),
            Err(_) => Ok(None),
        }
    }

    /// Writes it, as a line of its own.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    pub fn write(&self, mut to: impl Write) -> io::Result<()> {
        serde_json::to_writer(&mut to, self)?;
        to.write_all(b"\n")
    }
}
