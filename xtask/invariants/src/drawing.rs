//! What a picture of a run shows of a rule: who is inside from which line to which, and which line
//! belongs to which.

use super::reading::Hit;

/// What a picture of a run shows of a rule. All numbers are places in the transcript.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Drawing {
    /// The intervals that the rule speaks of, in the order in which they open.
    pub intervals: Vec<Stay>,
    /// Lines that the rule pairs, such as a sent value and the same value received.
    pub pairs: Vec<(usize, usize)>,
}

/// How long a holder is inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stay {
    /// Whose interval it is, as in `worker=1`.
    pub holder: String,
    /// The line that opens it.
    pub open: usize,
    /// The line that closes it; `None` if it lasts to the end.
    pub close: Option<usize>,
}

impl Drawing {
    /// Adds a pair.
    pub(super) fn pair(&mut self, one: &Hit<'_>, other: &Hit<'_>) {
        self.pairs.push((one.line(), other.line()));
    }
}
