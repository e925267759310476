//! A transcript as the rules see it: its lines, each with the event that it is.

use std::ops::Range;
use std::rc::Rc;

use rustc_hash::FxHashMap;
use transcript::{End, Line, Stream, Transcript};

use super::event::{Event, Matcher};
use super::pattern::{Captures, Pattern};
use super::reading::{Hit, Occurrence, Reading};
use super::selector::Selector;

/// A transcript whose lines have been matched against the events.
pub(super) struct View<'v> {
    pub events: &'v [Event],
    pub lines: Vec<Line<&'v str>>,
    pub end: &'v End,
    pub occurrences: Vec<Occurrence>,
    /// Lines that two events match, and which two.
    pub ambiguous: Vec<(usize, [usize; 2])>,
}

/// The readings of one specification, each found out once: programs print the same few
/// lines again and again.
#[derive(Default)]
pub(super) struct Readings {
    /// By the text, for each stream.
    ///
    /// No program prints lines that are made to collide. The standard library's hash, which is
    /// safe from such lines, takes longer than everything else that finding a reading takes.
    known: [FxHashMap<String, Rc<Reading>>; 2],
}

impl Readings {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.known.iter().map(FxHashMap::len).sum()
    }

    fn get(&self, stream: Stream, text: &str) -> Option<Rc<Reading>> {
        self.known[stream as usize].get(text).cloned()
    }

    /// A new reading of a text that these events match.
    fn add(
        &mut self,
        stream: Stream,
        text: &str,
        actor: Range<usize>,
        found: Vec<(usize, Captures<'_>)>,
    ) -> Rc<Reading> {
        let mut events = found.iter().map(|(event, _)| *event);
        let (event, rival) = (events.next(), events.next());
        let captures = found
            .into_iter()
            .next()
            .map_or(Vec::new(), |(_, first)| first);
        let reading = Rc::new(Reading {
            number: self.len() as u32,
            stream,
            event,
            rival,
            text: text.to_string(),
            actor,
            captures: captures
                .into_iter()
                .map(|(name, place)| (name.to_string(), place))
                .collect(),
        });
        self.known[stream as usize].insert(text.to_string(), Rc::clone(&reading));
        reading
    }
}

impl<'v> View<'v> {
    pub fn new<Text: AsRef<str>>(
        events: &'v [Event],
        transcript: &'v Transcript<Text>,
        readings: &mut Readings,
    ) -> Self {
        let lines = transcript.lines.iter().map(|line| Line {
            at_us: line.at_us,
            stream: line.stream,
            text: line.text.as_ref(),
        });
        let mut view = Self {
            events,
            lines: lines.collect(),
            end: &transcript.end,
            occurrences: Vec::with_capacity(transcript.lines.len()),
            ambiguous: Vec::new(),
        };
        let mut stderr = Vec::new();
        for line in 0..view.lines.len() {
            match view.lines[line].stream {
                Stream::Stdout => view.read_line(line, readings),
                Stream::Stderr => stderr.push(line),
            }
        }
        let mut rest = &stderr[..];
        while !rest.is_empty() {
            rest = &rest[view.read_stderr(rest, readings)..];
        }
        if !stderr.is_empty() {
            view.occurrences.sort_by_key(|occurrence| occurrence.line);
        }
        view
    }

    /// Everything that the selector selects, in the transcript's order.
    pub fn select(&'v self, selector: &Selector) -> Vec<Hit<'v>> {
        let hit = |occurrence: &'v Occurrence| {
            let value = selector.value(occurrence)?;
            Some(Hit { occurrence, value })
        };
        let mut hits = Vec::with_capacity(self.occurrences.len());
        hits.extend(self.occurrences.iter().filter_map(hit));
        hits
    }

    /// The places of the lines that some of these selectors select: of a panic's report its
    /// header and its message.
    pub fn lines_of(&self, selectors: &[&Selector]) -> Vec<usize> {
        let mut lines = Vec::new();
        for one in &self.occurrences {
            let mut selectors = selectors.iter();
            if selectors.any(|selector| selector.value(one).is_some()) {
                let message = one.others.iter().copied();
                let message = message.filter(|&at| at > one.line && !is_note(self.lines[at].text));
                lines.push(one.line);
                lines.extend(message);
            }
        }
        lines
    }

    /// The places of the last lines that were printed: what a program said at its end.
    pub fn last_lines(&self) -> Vec<usize> {
        let count = self.lines.len();
        (count.saturating_sub(6)..count).collect()
    }

    fn read_line(&mut self, at: usize, readings: &mut Readings) {
        let Line { stream, text, .. } = self.lines[at];
        let reading = readings.get(stream, text).unwrap_or_else(|| {
            let events = self.events.iter().enumerate();
            let found = events.filter_map(|(index, event)| match &event.matcher {
                Matcher::Line {
                    stream: on,
                    pattern,
                } if *on == stream => Some((index, pattern.matches(text)?)),
                _ => None,
            });
            let actor = 0..text.find(':').unwrap_or(0);
            readings.add(stream, text, actor, found.collect())
        });
        self.add(at, Vec::new(), reading);
    }

    /// Takes in the first of these lines of standard error, and whatever belongs to it;
    /// says how many lines that is.
    fn read_stderr(&mut self, lines: &[usize], readings: &mut Readings) -> usize {
        let text = |nth: usize| lines.get(nth).map_or("", |&line| self.lines[line].text);
        // The blank line that newer standard libraries print before a panic's report.
        let header = usize::from(text(0).is_empty());
        let Some(thread) = panicking_thread(text(header)) else {
            self.read_line(lines[0], readings);
            return 1;
        };
        let mut found = Vec::new();
        let mut height = 0;
        for (index, event) in self.events.iter().enumerate() {
            if let Matcher::Panic {
                message,
                thread: whose,
            } = &event.matcher
                && let Some(captures) = match_panic(message, &text, header)
                && let Some(more) = match whose {
                    Some(pattern) => pattern.matches(&text(header)[thread.clone()]),
                    None => Some(Captures::new()),
                }
            {
                height = height.max(message.len());
                found.push((index, [captures, moved(more, thread.start)].concat()));
            }
        }
        let report: Vec<&str> = (header..=header + height).map(text).collect();
        let report = report.join("\n");
        let after = header + 1 + height;
        let note = usize::from(is_note(text(after)));
        let end = (after + note).min(lines.len());
        let mut others = lines[..end].to_vec();
        let line = others.remove(header);
        let known = readings.get(Stream::Stderr, &report);
        let reading = known.unwrap_or_else(|| readings.add(Stream::Stderr, &report, thread, found));
        self.add(line, others, reading);
        end
    }

    fn add(&mut self, line: usize, others: Vec<usize>, reading: Rc<Reading>) {
        if let (Some(event), Some(rival)) = (reading.event, reading.rival) {
            self.ambiguous.push((line, [event, rival]));
        }
        self.occurrences.push(Occurrence {
            reading,
            line,
            others,
            at_us: self.lines[line].at_us,
        });
    }
}

/// Whether a line is the last one of a panic's report, which is the same for all.
fn is_note(line: &str) -> bool {
    line.starts_with("note: run with `RUST_BACKTRACE=")
}

/// The place of the name in the header of a panic's report, as the standard library prints it:
/// `thread 'NAME' panicked at FILE:LINE:COLUMN:`, since 1.91 with a number after the name.
pub(super) fn panicking_thread(header: &str) -> Option<Range<usize>> {
    const BEFORE: &str = "thread '";
    let (name, rest) = header.strip_prefix(BEFORE)?.rsplit_once('\'')?;
    let (number, place) = rest.split_once("panicked at ")?;
    let number = number.trim();
    let numbered = number.starts_with('(') && number.ends_with(')');
    let is_header = (number.is_empty() || numbered) && place.ends_with(':');
    is_header.then_some(BEFORE.len()..BEFORE.len() + name.len())
}

/// Matches a panic's message, a pattern for each of its lines, after the header; the places
/// are those in the report as a whole.
fn match_panic<'v>(
    message: &'v [Pattern],
    text: &impl Fn(usize) -> &'v str,
    header: usize,
) -> Option<Captures<'v>> {
    let mut captures = Captures::new();
    let mut from = text(header).len() + 1;
    for (pattern, nth) in message.iter().zip(header + 1..) {
        captures.extend(moved(pattern.matches(text(nth))?, from));
        from += text(nth).len() + 1;
    }
    Some(captures)
}

/// The captures of a text that begins at byte `from` of a longer one.
fn moved(captures: Captures<'_>, from: usize) -> Captures<'_> {
    let moved = |(name, place): (_, Range<usize>)| (name, place.start + from..place.end + from);
    captures.into_iter().map(moved).collect()
}
