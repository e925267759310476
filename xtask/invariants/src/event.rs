//! An event: a line, or a panic's report, that a program prints, with a name.

use std::ops::Range;

use transcript::Stream;

use super::pattern::Pattern;

/// A line, or a panic's report, with a name.
#[derive(Debug, Clone)]
pub struct Event {
    /// The name that rules use.
    pub name: String,
    /// Its key's place in the file.
    pub span: Range<usize>,
    /// What it matches.
    pub(super) matcher: Matcher,
    /// Why it need not happen in every run, if it need not.
    pub may_be_absent: Option<String>,
}

#[derive(Debug, Clone)]
pub(super) enum Matcher {
    Line {
        stream: Stream,
        pattern: Pattern,
    },
    Panic {
        /// One pattern for each line of the message.
        message: Vec<Pattern>,
        thread: Option<Pattern>,
    },
}

impl Event {
    /// The stream that the event is printed on.
    pub fn stream(&self) -> Stream {
        match self.matcher {
            Matcher::Line { stream, .. } => stream,
            Matcher::Panic { .. } => Stream::Stderr,
        }
    }

    /// The lines that it matches, as the file writes them.
    pub fn pattern(&self) -> String {
        match &self.matcher {
            Matcher::Line { pattern, .. } => pattern.to_string(),
            Matcher::Panic { message, .. } => {
                let lines: Vec<_> = message.iter().map(Pattern::to_string).collect();
                lines.join("\n")
            }
        }
    }

    fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        let (patterns, thread) = match &self.matcher {
            Matcher::Line { pattern, .. } => (std::slice::from_ref(pattern), None),
            Matcher::Panic { message, thread } => (&message[..], thread.as_ref()),
        };
        patterns.iter().chain(thread)
    }

    /// The names of what it captures.
    pub fn capture_names(&self) -> impl Iterator<Item = &str> {
        self.patterns().flat_map(Pattern::names)
    }

    /// Whether the capture of that name takes numbers alone.
    pub(super) fn takes_numbers(&self, name: &str) -> bool {
        self.patterns().any(|pattern| pattern.takes_numbers(name))
    }

    /// Whether it has a capture of that name.
    pub fn captures(&self, name: &str) -> bool {
        self.capture_names().any(|known| known == name)
    }
}
