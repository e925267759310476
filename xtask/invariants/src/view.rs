//! A transcript as the rules see it: its lines, each with the event that it is.

use super::pattern::{Captures, Pattern};
use super::selector::Selector;
use super::spec::{Matcher, Spec};
use super::transcript::{Line, Stream, Transcript};

/// A transcript whose lines have been matched against the events.
pub(super) struct View<'v> {
    pub spec: &'v Spec,
    pub transcript: &'v Transcript,
    pub occurrences: Vec<Occurrence<'v>>,
    /// Lines that two events match, and which two.
    pub ambiguous: Vec<(usize, [usize; 2])>,
}

/// One line, or one panic's report of several lines.
#[derive(Debug, Clone)]
pub(super) struct Occurrence<'v> {
    /// Which event it is; `None` if no event matches.
    pub event: Option<usize>,
    /// Its first line's place in the transcript.
    pub line: usize,
    /// The other lines of a panic's report.
    pub others: Vec<usize>,
    pub at_us: u64,
    pub stream: Stream,
    pub actor: &'v str,
    pub captures: Captures<'v>,
}

/// An occurrence that a selector selected, and the value it selected of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit<'v> {
    pub occurrence: &'v Occurrence<'v>,
    pub value: &'v str,
}

impl Hit<'_> {
    pub fn line(&self) -> usize {
        self.occurrence.line
    }
}

impl<'v> Occurrence<'v> {
    /// What the capture took, if the event has it.
    pub fn capture(&self, name: &str) -> Option<&'v str> {
        if name == "actor" {
            return Some(self.actor);
        }
        let (_, value) = self.captures.iter().find(|(known, _)| *known == name)?;
        Some(value)
    }
}

impl<'v> View<'v> {
    pub fn new(spec: &'v Spec, transcript: &'v Transcript) -> Self {
        let mut view = Self {
            spec,
            transcript,
            occurrences: Vec::new(),
            ambiguous: Vec::new(),
        };
        let (stdout, stderr): (Vec<usize>, Vec<usize>) =
            (0..transcript.lines.len()).partition(|&line| view.line(line).stream == Stream::Stdout);
        for line in stdout {
            view.read_line(line);
        }
        let mut stderr = &stderr[..];
        while !stderr.is_empty() {
            stderr = &stderr[view.read_stderr(stderr)..];
        }
        view.occurrences.sort_by_key(|occurrence| occurrence.line);
        view
    }

    /// Everything that the selector selects, in the transcript's order.
    pub fn select(&'v self, selector: &Selector) -> Vec<Hit<'v>> {
        let hit = |occurrence: &'v Occurrence<'v>| {
            let value = selector.value(occurrence)?;
            Some(Hit { occurrence, value })
        };
        self.occurrences.iter().filter_map(hit).collect()
    }

    /// The places of the last lines that were printed: what a program said at its end.
    pub fn last_lines(&self) -> Vec<usize> {
        let count = self.transcript.lines.len();
        (count.saturating_sub(6)..count).collect()
    }

    fn line(&self, line: usize) -> &'v Line {
        &self.transcript.lines[line]
    }

    fn read_line(&mut self, at: usize) {
        let line = self.line(at);
        let spec = self.spec;
        let found = spec.events.iter().enumerate().filter_map(|(index, event)| {
            let captures = match &event.matcher {
                Matcher::Line { stream, pattern } if *stream == line.stream => {
                    pattern.matches(&line.text)?
                }
                _ => return None,
            };
            Some((index, captures))
        });
        let actor = line.text.split_once(':').map_or("", |(actor, _)| actor);
        self.add(at, Vec::new(), actor, found.collect());
    }

    /// Takes in the first of these lines of standard error, and whatever belongs to it;
    /// says how many lines that is.
    fn read_stderr(&mut self, lines: &[usize]) -> usize {
        let text = |nth: usize| {
            lines
                .get(nth)
                .map_or("", |&line| self.line(line).text.as_str())
        };
        // The blank line that newer standard libraries print before a panic's report.
        let header = usize::from(text(0).is_empty());
        let Some(thread) = panicking_thread(text(header)) else {
            self.read_line(lines[0]);
            return 1;
        };
        let mut found = Vec::new();
        let mut height = 0;
        for (index, event) in self.spec.events.iter().enumerate() {
            if let Matcher::Panic {
                message,
                thread: whose,
            } = &event.matcher
                && let Some(captures) = match_panic(message, &text, header + 1)
                && let Some(more) = match whose {
                    Some(pattern) => pattern.matches(thread),
                    None => Some(Captures::new()),
                }
            {
                height = height.max(message.len());
                found.push((index, [captures, more].concat()));
            }
        }
        let after = header + 1 + height;
        let note = usize::from(text(after).starts_with("note: run with `RUST_BACKTRACE="));
        let end = (after + note).min(lines.len());
        let mut others = lines[..end].to_vec();
        let line = others.remove(header);
        self.add(line, others, thread, found);
        end
    }

    fn add(
        &mut self,
        line: usize,
        others: Vec<usize>,
        actor: &'v str,
        mut found: Vec<(usize, Captures<'v>)>,
    ) {
        if let [(a, _), (b, _), ..] = found[..] {
            self.ambiguous.push((line, [a, b]));
        }
        let (event, captures) = match found.is_empty() {
            true => (None, Captures::new()),
            false => {
                let (event, captures) = found.swap_remove(0);
                (Some(event), captures)
            }
        };
        let Line { at_us, stream, .. } = *self.line(line);
        self.occurrences.push(Occurrence {
            event,
            line,
            others,
            at_us,
            stream,
            actor,
            captures,
        });
    }
}

/// The name in the header of a panic's report, as the standard library prints it:
/// `thread 'NAME' panicked at FILE:LINE:COLUMN:`, since 1.91 with a number after the name.
fn panicking_thread(header: &str) -> Option<&str> {
    let (name, rest) = header.strip_prefix("thread '")?.rsplit_once('\'')?;
    let (number, place) = rest.split_once("panicked at ")?;
    let number = number.trim();
    let numbered = number.starts_with('(') && number.ends_with(')');
    ((number.is_empty() || numbered) && place.ends_with(':')).then_some(name)
}

/// Matches a panic's message, a pattern for each of its lines, from the `nth` text on.
fn match_panic<'v>(
    message: &'v [Pattern],
    text: &impl Fn(usize) -> &'v str,
    nth: usize,
) -> Option<Captures<'v>> {
    let mut captures = Captures::new();
    for (pattern, nth) in message.iter().zip(nth..) {
        captures.extend(pattern.matches(text(nth))?);
    }
    Some(captures)
}
