//! What happens while a command works: one stream of events, which all reporters read.
//!
//! A reporter does not know programs, topics or proofs. Each of these is an [`Entry`] of the
//! report, which can describe itself to people, to programs and to CI systems.

use serde_json::Value;

use super::suite::Suite;
use crate::error::Result;
use invariants::Line;

/// What can happen while a command works.
pub enum ReportEvent<'a> {
    /// The work begins.
    Begin {
        /// The names of all that it is about, in reading order.
        names: Vec<&'a str>,
    },
    /// The command has begun with one of them.
    Started {
        /// Which.
        name: &'a str,
    },
    /// A program printed a line.
    Printed {
        /// What.
        line: &'a Line,
    },
    /// The command is busy with something, for the live progress line.
    Doing {
        /// What.
        what: &'a str,
    },
    /// One of them waits for whoever reads the report.
    Waiting {
        /// For what.
        entry: &'a dyn Entry,
    },
    /// One of them has come to its end. Its entry follows in the reading order.
    Done {
        /// Which.
        name: &'a str,
        /// Whether all that must hold does.
        holds: bool,
    },
    /// The entry of one of them.
    Ended {
        /// Its place in the reading order.
        place: usize,
        /// The entry.
        entry: &'a dyn Entry,
    },
    /// A fraction of a second has passed.
    Tick,
    /// The command has finished.
    End {
        /// The summary of all entries.
        summary: &'a dyn Entry,
    },
}

/// One entry of a report, or its summary.
pub trait Entry {
    /// For people: a line or a few, printed at once.
    fn text(&self, options: &TextOptions<'_>) -> String;

    /// For people: everything that is wrong, printed at the end.
    fn failures(&self, _options: &TextOptions<'_>) -> String {
        String::new()
    }

    /// For people: its name and the command that repeats it, if it failed.
    fn again(&self) -> Option<(String, String)> {
        None
    }

    /// For programs: JSON objects; with `why` also the lines that show each claim.
    fn objects(&self, why: bool) -> Vec<Value>;

    /// For CI systems: what was checked. The suite of a summary has no cases.
    fn suite(&self) -> Option<Suite>;
}

/// How a report is shown to people.
pub struct TextOptions<'l> {
    /// How wide the names are.
    pub width: usize,
    /// How many columns there are, if that is known.
    pub columns: Option<usize>,
    /// Whether what the programs print is shown as it comes, and what is claimed of them.
    pub live: bool,
    /// Whether the reasons of the claims are wanted, and the lines that show them.
    pub why: bool,
    /// The words that name the topics, as a shell takes them.
    pub words: &'l str,
}

/// Reads the stream of events, and reports it in its own form.
pub trait Reporter {
    /// Takes in one event.
    ///
    /// # Errors
    ///
    /// The report cannot be written.
    fn event(&mut self, event: &ReportEvent<'_>) -> Result<()>;
}

/// Several reporters, of which each gets every event; or none.
impl Reporter for Vec<Box<dyn Reporter>> {
    fn event(&mut self, event: &ReportEvent<'_>) -> Result<()> {
        self.iter_mut()
            .try_for_each(|reporter| reporter.event(event))
    }
}
