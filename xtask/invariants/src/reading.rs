//! What a printed line says: its event, its actor and its captures.

use std::ops::{Deref, Range};
use std::rc::Rc;

use transcript::Stream;

/// One line, or one panic's report of several lines.
#[derive(Debug, Clone)]
pub(super) struct Occurrence {
    pub reading: Rc<Reading>,
    /// Its first line's place in the transcript.
    pub line: usize,
    /// The other lines of a panic's report.
    pub others: Vec<usize>,
    pub at_us: u64,
}

/// What a line, or a panic's report, says wherever it stands: all that selectors look at.
#[derive(Debug)]
pub(super) struct Reading {
    /// How many readings were known before it, so that each has another number.
    pub number: u32,
    pub stream: Stream,
    /// Which event it is; `None` if no event matches.
    pub event: Option<usize>,
    /// Another event that matches.
    pub rival: Option<usize>,
    /// The line, or a panic's report from its header on.
    pub text: String,
    /// The actor's place in the text.
    pub actor: Range<usize>,
    /// The captures' places in the text.
    pub captures: Vec<(String, Range<usize>)>,
}

/// An occurrence that a selector selected, and the value it selected of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit<'v> {
    pub occurrence: &'v Occurrence,
    pub value: &'v str,
}

impl<'v> Hit<'v> {
    /// The occurrence as a whole.
    pub fn of(occurrence: &'v Occurrence) -> Self {
        let value = occurrence.text.as_str();
        Self { occurrence, value }
    }

    pub fn line(&self) -> usize {
        self.occurrence.line
    }
}

impl Deref for Occurrence {
    type Target = Reading;

    fn deref(&self) -> &Reading {
        &self.reading
    }
}

impl Reading {
    /// What the capture took, if the event has it.
    pub fn capture(&self, name: &str) -> Option<&str> {
        if name == "actor" {
            return Some(self.actor());
        }
        let (_, place) = self.captures.iter().find(|(known, _)| known == name)?;
        Some(self.part(place))
    }

    pub fn actor(&self) -> &str {
        self.part(&self.actor)
    }

    /// What stands at a place in the text.
    pub fn part(&self, place: &Range<usize>) -> &str {
        &self.text[place.clone()]
    }
}
