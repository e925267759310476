//! Selectors: which lines a rule speaks of, as in `sent{producer=1}.message`.

use std::ops::Range;

use transcript::Stream;

use super::cursor::{Cursor, ParseError};
use super::diagnostic::did_you_mean;
use super::event::{Event, Matcher};
use super::number::Number;
use super::quantity::{COMPARISONS, Comparison};
use super::reading::Reading;

/// The lines of one or more events, and perhaps one captured value of each.
#[derive(Debug, Clone)]
pub(super) struct Selector {
    /// As the file has it.
    pub text: String,
    alternatives: Vec<Alternative>,
}

#[derive(Debug, Clone)]
struct Alternative {
    /// An index into the events; `None` is `*`, every line of standard output.
    event: Option<usize>,
    filters: Vec<Filter>,
    capture: Option<String>,
}

#[derive(Debug, Clone)]
struct Filter {
    capture: String,
    comparison: Comparison,
    value: String,
}

impl Selector {
    /// Selects every line of standard output.
    pub fn any() -> Self {
        Self {
            text: "*".to_string(),
            alternatives: vec![Alternative {
                event: None,
                filters: Vec::new(),
                capture: None,
            }],
        }
    }

    /// Reads a selector from the cursor and looks its names up among the events.
    pub fn parse(cursor: &mut Cursor<'_>, events: &[Event]) -> Result<Self, ParseError> {
        let from = cursor.position();
        let mut alternatives = vec![Alternative::parse(cursor, events)?];
        while cursor.take("|") {
            alternatives.push(Alternative::parse(cursor, events)?);
        }
        let text = cursor.slice(from).to_string();
        Ok(Self { text, alternatives })
    }

    /// Whether each alternative names a capture, none does, or (an error) only some do.
    pub fn has_values(&self) -> Result<bool, ()> {
        let named = |alternative: &&Alternative| alternative.capture.is_some();
        match self.alternatives.iter().filter(named).count() {
            0 => Ok(false),
            count if count == self.alternatives.len() => Ok(true),
            _ => Err(()),
        }
    }

    /// The events it names.
    pub fn events(&self) -> impl Iterator<Item = usize> {
        self.alternatives.iter().filter_map(|one| one.event)
    }

    /// The events of which it takes every occurrence.
    pub fn whole_events(&self) -> impl Iterator<Item = usize> {
        let whole = self
            .alternatives
            .iter()
            .filter(|one| one.filters.is_empty());
        whole.filter_map(|one| one.event)
    }

    /// Whether all that it selects are panics.
    pub fn is_of_panics(&self, events: &[Event]) -> bool {
        let is_panic = |event: usize| matches!(events[event].matcher, Matcher::Panic { .. });
        self.alternatives
            .iter()
            .all(|one| one.event.is_some_and(is_panic))
    }

    /// The streams that its lines stand on.
    pub fn streams(&self, events: &[Event]) -> impl Iterator<Item = Stream> {
        self.alternatives.iter().map(|one| {
            one.event
                .map_or(Stream::Stdout, |event| events[event].stream())
        })
    }

    /// Whether each capture that it names takes numbers alone.
    pub fn is_of_numbers(&self, events: &[Event]) -> bool {
        self.alternatives.iter().all(|one| {
            let named = one.event.zip(one.capture.as_deref());
            named.is_some_and(|(event, name)| events[event].takes_numbers(name))
        })
    }

    /// The captures that its lines may have, each once, the file's own first.
    pub fn capture_names<'e>(&self, events: &'e [Event]) -> Vec<&'e str> {
        let mut names = Vec::new();
        let own = self
            .events()
            .flat_map(|event| events[event].capture_names());
        for name in own.chain(["actor"]) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Whether some of its lines may have that capture.
    pub fn captures(&self, name: &str, events: &[Event]) -> bool {
        name == "actor" || self.events().any(|event| events[event].captures(name))
    }

    /// The capture that it names of a line that it selects.
    pub fn capture_of(&self, reading: &Reading) -> Option<&str> {
        let chosen = self.alternatives.iter().find(|one| one.selects(reading))?;
        chosen.capture.as_deref()
    }

    /// The captures that it names of a line's event, whatever their values are.
    pub fn captures_of_event(&self, event: Option<usize>) -> impl Iterator<Item = &str> {
        let of_event = self
            .alternatives
            .iter()
            .filter(move |one| one.event == event);
        of_event.filter_map(|one| one.capture.as_deref())
    }

    /// The value that it selects of a line, empty if it names no capture;
    /// `None` if it does not select the line.
    pub fn value<'r>(&self, reading: &'r Reading) -> Option<&'r str> {
        let chosen = self.alternatives.iter().find(|one| one.selects(reading))?;
        match &chosen.capture {
            Some(capture) => reading.capture(capture),
            None => Some(""),
        }
    }
}

impl Alternative {
    fn parse(cursor: &mut Cursor<'_>, events: &[Event]) -> Result<Self, ParseError> {
        let event = if cursor.take("*") {
            None
        } else {
            let Some((name, span)) = cursor.take_name() else {
                return Err(cursor.unexpected("the name of an event"));
            };
            let found = events.iter().position(|event| event.name == name);
            Some(found.ok_or_else(|| {
                let valid: Vec<_> = events.iter().map(|event| event.name.as_str()).collect();
                let help = match name {
                    "every" | "first" | "last" => format!(
                        "only `order`, and `elapsed` of a `time` rule, take the word `{name}`"
                    ),
                    _ => did_you_mean(name, &valid),
                };
                ParseError::new(span, format!("there is no event `{name}`")).help(help)
            })?)
        };
        let known = event.map(|event| &events[event]);
        let mut filters = Vec::new();
        if cursor.take("{") {
            loop {
                filters.push(Filter::parse(cursor, known)?);
                if !cursor.take(",") {
                    break;
                }
            }
            cursor.expect("}")?;
        }
        let capture = match cursor.take(".") {
            true => Some(capture_name(cursor, known)?),
            false => None,
        };
        Ok(Self {
            event,
            filters,
            capture,
        })
    }

    fn selects(&self, reading: &Reading) -> bool {
        let right_event = match self.event {
            Some(event) => reading.event == Some(event),
            None => reading.stream == Stream::Stdout,
        };
        right_event && self.filters.iter().all(|filter| filter.admits(reading))
    }
}

/// Reads the name of a capture that `event` has.
fn capture_name(cursor: &mut Cursor<'_>, event: Option<&Event>) -> Result<String, ParseError> {
    let Some((name, span)) = cursor.take_name() else {
        return Err(cursor.unexpected("the name of a capture"));
    };
    check_capture(name, span, event)?;
    Ok(name.to_string())
}

fn check_capture(name: &str, span: Range<usize>, event: Option<&Event>) -> Result<(), ParseError> {
    if name == "actor" || event.is_some_and(|event| event.captures(name)) {
        return Ok(());
    }
    let what = event.map_or("*", |event| &event.name);
    let mut valid: Vec<_> = event.map_or(Vec::new(), |event| event.capture_names().collect());
    valid.push("actor");
    Err(
        ParseError::new(span, format!("`{what}` has no capture `{name}`"))
            .help(did_you_mean(name, &valid)),
    )
}

impl Filter {
    fn parse(cursor: &mut Cursor<'_>, event: Option<&Event>) -> Result<Self, ParseError> {
        let capture = capture_name(cursor, event)?;
        let Some(comparison) = cursor
            .take_any(&COMPARISONS)
            .or_else(|| cursor.take("=").then_some(Comparison::Equal))
        else {
            return Err(cursor.unexpected("a comparison such as `=`"));
        };
        let value = if cursor.take("\"") {
            let quoted = cursor.take_while(|c| c != '"');
            cursor.expect("\"")?;
            quoted
        } else {
            cursor.take_while(|c| c != ',' && c != '}')
        };
        let Some((value, span)) = value else {
            return Err(cursor.unexpected("a value"));
        };
        let value = value.trim_end();
        if comparison.is_ordering() && Number::read(value).is_none() {
            return Err(ParseError::new(span, format!("`{value}` is not a number"))
                .help("only numbers have an order; text has `=` and `!=`"));
        }
        Ok(Self {
            capture,
            comparison,
            value: value.to_string(),
        })
    }

    fn admits(&self, reading: &Reading) -> bool {
        let Some(found) = reading.capture(&self.capture) else {
            return false;
        };
        let ordering = match self.comparison.is_ordering() {
            false => Some(found.cmp(self.value.as_str())),
            true => Number::read(found)
                .zip(Number::read(&self.value))
                .map(|(found, value)| found.cmp(&value)),
        };
        ordering.is_some_and(|ordering| self.comparison.holds(ordering))
    }
}

/// A selector, and which of its occurrences is meant.
#[derive(Debug, Clone)]
pub(super) struct Quantified {
    pub selector: Selector,
    pub which: Which,
}

/// Which of several occurrences a rule means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Which {
    Only,
    Every,
    First,
    Last,
}

impl Quantified {
    pub fn parse(cursor: &mut Cursor<'_>, events: &[Event]) -> Result<Self, ParseError> {
        let words = [
            ("every ", Which::Every),
            ("first ", Which::First),
            ("last ", Which::Last),
        ];
        let which = cursor.take_any(&words).unwrap_or(Which::Only);
        let selector = Selector::parse(cursor, events)?;
        Ok(Self { selector, which })
    }
}
