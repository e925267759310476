//! What happens while programs are run: one stream of events, for whoever makes something of it.

use std::time::Duration;

use crate::error::{ALL_HOLD, BROKEN, INTERRUPTED, Result, WRONG};
use crate::program::{Fault, Program};
use crate::runs::Outcome;
use invariants::Line;

/// What can happen while programs are run.
pub enum Event<'a> {
    /// The programs are about to be run.
    Begin {
        /// All of them, in reading order.
        programs: &'a [Program],
    },
    /// A program was started.
    Started {
        /// Which.
        program: &'a Program,
    },
    /// A program printed a line.
    Printed {
        /// What.
        line: &'a Line,
    },
    /// A program cannot be run.
    Refused {
        /// Which.
        program: &'a Program,
        /// Why.
        fault: &'a Fault,
    },
    /// A program has come to its end, or cannot be run; what became of it follows in its
    /// place in the reading order.
    Done {
        /// Which.
        program: &'a Program,
        /// Whether all that must hold does.
        holds: bool,
    },
    /// A program was run as often as it takes.
    Ended {
        /// Which.
        program: &'a Program,
        /// What became of it.
        outcome: &'a Outcome,
    },
    /// A fraction of a second has passed.
    Tick,
    /// All is over.
    End {
        /// What became of all of them.
        summary: &'a Summary,
    },
}

/// Makes something of what happens.
pub trait Reporter {
    /// Takes in one event.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    fn event(&mut self, event: &Event<'_>) -> Result<()>;
}

/// Several reporters, each told everything.
impl Reporter for Vec<Box<dyn Reporter>> {
    fn event(&mut self, event: &Event<'_>) -> Result<()> {
        self.iter_mut()
            .try_for_each(|reporter| reporter.event(event))
    }
}

/// What became of all of them.
#[derive(Debug, Default, Clone)]
pub struct Summary {
    /// How many programs there were.
    pub programs: usize,
    /// How many of them hold.
    pub passed: usize,
    /// How many do not, or could not be run.
    pub failed: usize,
    /// How many were not started, because another had failed or because of Ctrl-C.
    pub skipped: usize,
    /// How many rules were checked.
    pub rules: usize,
    /// How many of them the machine could not decide.
    pub unsupported: usize,
    /// From the start of the command to now.
    pub wall: Duration,
    /// The program that took longest beside others, and how long.
    pub longest: Option<(String, Duration)>,
    /// How long those took together that need the machine to themselves.
    pub alone: Duration,
    /// Whether an invariants file is wrong.
    pub file_wrong: bool,
    /// Whether it was interrupted.
    pub interrupted: bool,
}

impl Summary {
    /// The least time that the runs could have taken: as long as the longest program that may
    /// run beside others, and after it those that need the machine to themselves.
    pub fn bound(&self) -> Duration {
        let longest = self.longest.as_ref().map(|(_, wall)| *wall);
        longest.unwrap_or_default() + self.alone
    }

    /// The status with which the command ends.
    pub fn exit_code(&self) -> u8 {
        match self {
            _ if self.interrupted => INTERRUPTED,
            _ if self.file_wrong => WRONG,
            _ if self.failed > 0 => BROKEN,
            _ => ALL_HOLD,
        }
    }
}
