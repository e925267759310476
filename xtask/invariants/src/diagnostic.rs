//! What is wrong with an `invariants.toml`, and where.

use std::ops::Range;

/// An error in a file: what is wrong, the bytes it stands in, and the repair.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    /// What is wrong, in lower case and without a full stop.
    pub message: String,
    /// The offending bytes of the file.
    pub span: Range<usize>,
    /// How to mend it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error at `span`, with no help yet.
    pub fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            span,
            help: None,
        }
    }

    /// Sets how to mend it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// The candidate nearest to a misspelt word, if one is near enough to be meant.
///
/// ```
/// assert_eq!(invariants::suggest("exacly", ["exactly", "unique"]), Some("exactly"));
/// assert_eq!(invariants::suggest("banana", ["exactly", "unique"]), None);
/// ```
pub fn suggest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(word, candidate), candidate))
        // One slip of the finger, and one more for every four letters.
        .filter(|(slips, candidate)| {
            let part = candidate.contains(word) || word.contains(candidate);
            *slips <= 1 + word.len() / 4 || (word.len() > 2 && part)
        })
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, candidate)| candidate)
}

/// So many of something, as in "1 rule" and "2 rules".
pub fn count(number: usize, noun: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{s}")
}

/// Values as a reader sees them: `alpha, beta`.
pub(crate) fn listed<'a>(values: impl IntoIterator<Item = &'a str>) -> String {
    let values: Vec<_> = values.into_iter().collect();
    values.join(", ")
}

/// The help for an unknown name: the nearest valid one if there is one, else all of them.
pub(crate) fn did_you_mean(word: &str, valid: &[&str]) -> String {
    match suggest(word, valid.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if valid.is_empty() => "there is none to choose from".to_string(),
        None => format!("there are: {}", valid.join(", ")),
    }
}
