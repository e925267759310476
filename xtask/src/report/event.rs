//! What happens while a command is at work: one stream of events, which all reporters read.
//!
//! A reporter does not know what it reports on. What is said of a program, a topic or a proof is
//! an [`Entry`], which says it to people, to programs and to CI systems.

use serde_json::Value;

use super::suite::Suite;
use crate::error::Result;
use invariants::Line;

/// What can happen while a command is at work.
pub enum Event<'a> {
    /// The work begins.
    Begin {
        /// The names of all that it is about, in reading order.
        names: Vec<&'a str>,
    },
    /// One of these was begun.
    Started {
        /// Which.
        name: &'a str,
    },
    /// A program printed a line.
    Printed {
        /// What.
        line: &'a Line,
    },
    /// Something takes its time.
    Doing {
        /// What.
        what: &'a str,
    },
    /// One of these has come to its end; what became of it follows in its place in the reading
    /// order.
    Done {
        /// Which.
        name: &'a str,
        /// Whether all that must hold does.
        holds: bool,
    },
    /// It is known what became of one of these.
    Ended {
        /// Its place in the reading order.
        place: usize,
        /// What became of it.
        entry: &'a dyn Entry,
    },
    /// A fraction of a second has passed.
    Tick,
    /// All is over.
    End {
        /// What became of all of them.
        summary: &'a dyn Entry,
    },
}

/// What a report says of one thing, or in the end of all of them.
pub trait Entry {
    /// For people: a line, or a few, as soon as it is known.
    fn text(&self, look: &Look<'_>) -> String;

    /// For people: all that is wrong, in full, which is shown at the end.
    fn failures(&self, _look: &Look<'_>) -> String {
        String::new()
    }

    /// For people: its name, and the command that looks at it again, if it failed.
    fn again(&self) -> Option<(String, String)> {
        None
    }

    /// For programs: JSON objects; with `why` also the lines that show each claim.
    fn objects(&self, why: bool) -> Vec<Value>;

    /// For CI systems: what was checked. That of a summary has no cases.
    fn suite(&self) -> Option<Suite>;
}

/// How people look at a report.
pub struct Look<'l> {
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

/// Makes something of what happens.
pub trait Reporter {
    /// Takes in one event.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    fn event(&mut self, event: &Event<'_>) -> Result<()>;
}

/// Several reporters, each told everything; or none.
impl Reporter for Vec<Box<dyn Reporter>> {
    fn event(&mut self, event: &Event<'_>) -> Result<()> {
        self.iter_mut()
            .try_for_each(|reporter| reporter.event(event))
    }
}
