//! What came of exploring a program, before anyone has judged it.

use std::time::Duration;

use protocol::graph::Graph;
use protocol::{Execution, Output, Summary};

use crate::error::Error;
use invariants::{Exit, Transcript};

/// Of an output with more lines so many of the first and of the last are shown.
pub const SHOWN_LINES: (usize, usize) = (8, 4);

/// Why nothing came of exploring a program.
pub enum NotExplored {
    /// The facade does not stand between programs and the standard library, which is the
    /// fault of no program: there is no use in exploring another one.
    NotInPlace(String),
    /// Something is amiss with this program, or with its process.
    Program(Error),
}

impl From<Error> for NotExplored {
    fn from(error: Error) -> Self {
        NotExplored::Program(error)
    }
}

/// What is known of a program while it is explored.
pub enum News {
    /// Something is done with it.
    Doing {
        /// On how many schedules it has been explored.
        schedules: u64,
        /// What is done.
        what: String,
    },
    /// Its process waits for a debugger.
    Waiting {
        /// The process.
        process: u32,
        /// The execution up to the step before which it waits, which is the last.
        execution: Box<Execution>,
    },
}

/// What came of exploring a program.
#[derive(Default)]
pub struct Explored {
    /// Schedules under which something is wrong, or that cannot be explored further, one for
    /// each distinct cause; or the one that was asked for.
    pub executions: Vec<Execution>,
    /// The distinct outputs, if they were asked for.
    pub outputs: Vec<Output>,
    /// Of the outputs that end alike one each, of the most frequent groups.
    pub groups: Vec<Output>,
    /// What was explored; `None` if the process did not come to its end.
    pub summary: Option<Summary>,
    /// The program's states, if they were asked for; or why they are not known.
    pub graph: Option<std::result::Result<Graph, Error>>,
    /// What real runs have printed, if some were made.
    pub real: Option<Real>,
    /// Why none were made before the program is called proved, if that has a reason.
    pub no_real_runs: Option<&'static str>,
    /// How many schedules that were.
    pub schedules: u64,
    /// From its start to its end.
    pub wall: Duration,
}

impl Explored {
    /// Whether the program has changed files on some schedule, or bound an address of its own choice.
    pub fn reaches_out(&self) -> bool {
        let mut phases = self.summary.iter().flat_map(|summary| &summary.phases);
        phases.any(|phase| phase.reaches_out)
    }
}

/// What real runs have printed.
pub struct Real {
    /// How many there were.
    pub runs: u32,
    /// How many distinct outputs they had.
    pub distinct: usize,
    /// How many distinct outputs of explored schedules these were compared with, where they
    /// were counted.
    pub explored: Option<usize>,
    /// The outputs that are not among those, each with how often it came.
    pub unexplored: Vec<(u32, Transcript)>,
}

impl Real {
    /// Whether each output is explored.
    pub fn agrees(&self) -> bool {
        self.unexplored.is_empty()
    }
}

/// How a run ended, as a person reads it: here a deadlock is known for what it is.
pub fn ended(exit: &Exit) -> String {
    match exit {
        Exit::Hang => "never ends".to_string(),
        exit => exit.to_string(),
    }
}
