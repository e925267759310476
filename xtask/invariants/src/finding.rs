//! What a rule found in a run, and what that rests on.

use std::collections::BTreeSet;

use super::reading::Hit;
use super::selector::Selector;

/// What a rule found in a run.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// The run obeys the rule.
    Pass,
    /// What the rule speaks of never happened.
    Vacuous(Evidence),
    /// The run contradicts the rule.
    Fail(Evidence),
}

/// What a finding rests on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evidence {
    /// What is wrong, in words that need no look at the whole output.
    pub story: String,
    /// The lines that show it, as places in the transcript.
    pub lines: Vec<usize>,
    /// The events of the file whose patterns are at fault.
    pub events: Vec<usize>,
    /// How to mend those patterns.
    pub repair: &'static str,
}

impl Evidence {
    /// Lines that speak for themselves.
    pub fn of_lines(lines: Vec<usize>) -> Self {
        Self {
            lines,
            ..Self::default()
        }
    }
}

impl Finding {
    pub fn fail<'v>(story: impl Into<String>, hits: impl IntoIterator<Item = &'v Hit<'v>>) -> Self {
        let lines: BTreeSet<usize> = hits.into_iter().map(Hit::line).collect();
        Finding::fail_at(story, lines.into_iter().collect())
    }

    pub fn fail_at(story: impl Into<String>, lines: Vec<usize>) -> Self {
        Finding::Fail(Evidence {
            story: story.into(),
            ..Evidence::of_lines(lines)
        })
    }

    pub fn vacuous(selector: &Selector) -> Self {
        Finding::Vacuous(Evidence {
            story: format!("`{}` never happens", selector.text),
            ..Evidence::default()
        })
    }

    /// How bad it is: of several findings the worst counts.
    pub fn gravity(&self) -> u8 {
        match self {
            Finding::Pass => 0,
            Finding::Vacuous(_) => 1,
            Finding::Fail(_) => 2,
        }
    }

    /// Puts the key that it is about before the finding's story.
    pub fn about(mut self, key: &str) -> Self {
        if let Finding::Vacuous(evidence) | Finding::Fail(evidence) = &mut self {
            evidence.story = format!("for {key}, {}", evidence.story);
        }
        self
    }
}
