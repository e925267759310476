//! Reading the parts of a rule: patterns, selectors, bounds and durations, with what is wrong in
//! them.

use std::collections::BTreeSet;
use std::ops::Range;
use std::time::Duration;

use transcript::Stream;

use super::Diagnostic;
use super::cursor::{Cursor, ParseError};
use super::diagnostic::did_you_mean;
use super::event::Event;
use super::expression::Relation;
use super::node::{Node, Value};
use super::pattern::Pattern;
use super::per::Per;
use super::quantity::parse_duration;
use super::selector::{Quantified, Selector};
use super::spec::Hang;

/// What a kind of rule looks up while it builds a check, and where it leaves what it finds wrong.
pub(super) struct Scope<'s> {
    /// The text of the file.
    pub source: &'s str,
    /// The events that selectors may name.
    pub events: Vec<Event>,
    /// What is wrong with the file, as far as it has been read.
    pub diagnostics: Vec<Diagnostic>,
    /// Events that some rule forbids altogether.
    pub forbidden: BTreeSet<usize>,
    /// Events that some selector names.
    pub named: BTreeSet<usize>,
    /// Set by an outcome that is to hang.
    pub hang: Option<Hang>,
}

impl<'s> Scope<'s> {
    /// The scope of a file of which nothing has been read.
    pub fn new(source: &'s str) -> Self {
        Self {
            source,
            events: Vec::new(),
            diagnostics: Vec::new(),
            forbidden: BTreeSet::new(),
            named: BTreeSet::new(),
            hang: None,
        }
    }

    /// Calls `make`, and adds to its result the events that the selectors it read name.
    pub fn naming<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> (T, BTreeSet<usize>) {
        let others = std::mem::take(&mut self.named);
        let made = make(self);
        let names = std::mem::replace(&mut self.named, others);
        self.named.extend(&names);
        (made, names)
    }

    /// Notes what is wrong with the text inside a string of the file.
    fn refuse(&mut self, node: &Node, error: ParseError) {
        let text = node.text().unwrap_or_default();
        let raw = &self.source[node.span.clone()];
        // Where the string has no escapes, its text stands letter for letter
        // between the quotes, and the error's own bytes can be shown.
        let quotes = (raw.len() - text.len().min(raw.len())) / 2;
        let plain = raw.get(quotes..quotes + text.len()) == Some(text);
        let span = match plain {
            true => {
                let start = node.span.start + quotes;
                start + error.span.start..start + error.span.end.max(error.span.start + 1)
            }
            false => node.span.clone(),
        };
        let mut diagnostic = Diagnostic::new(span, error.message);
        diagnostic.help = error.help;
        self.diagnostics.push(diagnostic);
    }

    /// Keeps what was parsed, or notes the error.
    fn keep<T>(&mut self, node: &Node, parsed: Result<T, ParseError>) -> Option<T> {
        parsed.map_err(|error| self.refuse(node, error)).ok()
    }

    /// A pattern for each line of a string; there is at least one.
    pub fn patterns(&mut self, node: &Node) -> Option<Vec<Pattern>> {
        let mut from = 0;
        let mut patterns = Vec::new();
        for line in node.text()?.split('\n') {
            let parsed = Pattern::parse(line).map_err(|mut error| {
                error.span = error.span.start + from..error.span.end + from;
                error
            });
            patterns.push(self.keep(node, parsed)?);
            from += line.len() + 1;
        }
        Some(patterns)
    }

    /// A pattern, of which a line break can be no part.
    pub fn pattern(&mut self, node: &Node) -> Option<Pattern> {
        let mut patterns = self.patterns(node)?;
        let pattern = patterns.pop()?;
        if patterns.is_empty() {
            return Some(pattern);
        }
        let text = node.text()?;
        let error = ParseError::new(0..text.len(), "a line has no line break in it")
            .help("make an event of each line; only the message of a `panic` may have several");
        self.refuse(node, error);
        None
    }

    /// How often or how many, at least and at most: exactly `is`, or a range.
    pub fn bounds(&mut self, node: &Node, help: &str) -> Option<(usize, usize)> {
        let number = |key| {
            let number = node.get(key).and_then(Node::integer)?;
            usize::try_from(number).ok()
        };
        let problem = match (number("is"), number("at_least"), number("at_most")) {
            (Some(is), None, None) => return Some((is, is)),
            (None, Some(least), Some(most)) if least > most => "no number is in this range",
            (None, None, None) | (Some(_), ..) => "it must say how many, in one way",
            (None, least, most) => return Some((least.unwrap_or(0), most.unwrap_or(usize::MAX))),
        };
        self.diagnostics
            .push(Diagnostic::new(node.span.clone(), problem).help(help));
        None
    }

    /// A duration such as `300ms` or `1.5s`.
    pub fn duration(&mut self, node: &Node) -> Option<Duration> {
        let text = node.text()?;
        let parsed = parse_duration(text);
        let no_duration = || {
            ParseError::new(0..text.len(), format!("`{text}` is not a duration"))
                .help("write milliseconds or seconds, as in \"300ms\" or \"1.5s\"")
        };
        self.keep(node, parsed.ok_or_else(no_duration))
    }

    fn parse<T>(
        &mut self,
        node: &Node,
        parse: impl FnOnce(&mut Cursor<'_>, &[Event]) -> Result<T, ParseError>,
    ) -> Option<T> {
        let mut cursor = Cursor::new(node.text()?);
        let parsed =
            parse(&mut cursor, &self.events).and_then(|parsed| cursor.finish().map(|()| parsed));
        self.keep(node, parsed)
    }

    /// A selector of lines.
    pub fn lines(&mut self, node: &Node) -> Option<Selector> {
        let selector = self.parse(node, Selector::parse)?;
        self.named.extend(selector.events());
        if selector.has_values() == Ok(false) {
            return Some(selector);
        }
        let span = 0..selector.text.len();
        let error = ParseError::new(
            span,
            "this rule is about lines, and takes no captured value",
        )
        .help("leave out the part after the dot");
        self.refuse(node, error);
        None
    }

    /// A selector of captured values.
    pub fn values(&mut self, node: &Node) -> Option<Selector> {
        let selector = self.parse(node, Selector::parse)?;
        self.named.extend(selector.events());
        if selector.has_values() == Ok(true) {
            return Some(selector);
        }
        let captures = selector.capture_names(&self.events);
        let span = 0..selector.text.len();
        let error = ParseError::new(span, "this rule is about values, and needs a capture").help(
            format!("write a dot and a capture: {}", captures.join(", ")),
        );
        self.refuse(node, error);
        None
    }

    /// A selector of captured values that is the key of a table.
    pub fn values_of_key(&mut self, key: &str, span: &Range<usize>) -> Option<Selector> {
        let value = Value::Text(key.to_string());
        let span = span.clone();
        self.values(&Node { span, value })
    }

    /// A selector of lines that says which of them it means.
    pub fn quantified(&mut self, node: &Node) -> Option<Quantified> {
        let quantified = self.parse(node, Quantified::parse)?;
        self.named.extend(quantified.selector.events());
        Some(quantified)
    }

    /// The selectors of a list.
    pub fn each<T>(
        &mut self,
        node: &Node,
        read: impl Fn(&mut Self, &Node) -> Option<T>,
    ) -> Option<Vec<T>> {
        node.items().iter().map(|item| read(self, item)).collect()
    }

    /// What opens and what closes, as a list of two selectors.
    pub fn pair(&mut self, node: &Node) -> Option<[Selector; 2]> {
        self.each(node, Self::lines)?.try_into().ok()
    }

    /// A relation between expressions; `clock` says whether it may measure time.
    pub fn relation(&mut self, node: &Node, clock: bool) -> Option<Relation> {
        let relation = self.parse(node, |cursor, events| {
            Relation::parse(cursor, events, clock)
        })?;
        for selector in relation.ordered_selectors() {
            self.one_stream(node, &[selector])?;
        }
        self.named
            .extend(relation.selectors().flat_map(Selector::events));
        Some(relation)
    }

    /// The captures by whose values a rule over these selectors is split.
    pub fn per(&mut self, node: Option<&Node>, selectors: &[&Selector]) -> Option<Per> {
        let Some(node) = node else {
            return Some(Per(Vec::new()));
        };
        let nodes = match node.text() {
            Some(_) => std::slice::from_ref(node),
            None => node.items(),
        };
        let mut names = Vec::new();
        for node in nodes {
            let name = node.text()?;
            if !selectors.iter().any(|one| one.captures(name, &self.events)) {
                let mut valid: Vec<&str> = selectors
                    .iter()
                    .flat_map(|selector| selector.capture_names(&self.events))
                    .collect();
                valid.sort_unstable();
                valid.dedup();
                let message = format!("no event of this rule has a capture `{name}`");
                let help = did_you_mean(name, &valid);
                self.refuse(node, ParseError::new(0..name.len(), message).help(help));
                return None;
            }
            names.push(name.to_string());
        }
        Some(Per(names))
    }

    /// Refuses a rule that would order lines of one stream against lines of the other.
    pub fn one_stream(&mut self, node: &Node, selectors: &[&Selector]) -> Option<()> {
        let mut streams = selectors.iter().flat_map(|one| one.streams(&self.events));
        let first = streams.next().unwrap_or(Stream::Stdout);
        if streams.all(|stream| stream == first) {
            return Some(());
        }
        let message = "this rule would order standard output against standard error";
        self.diagnostics
            .push(Diagnostic::new(node.span.clone(), message).help(
                "they are two pipes, and nothing orders one against the other; \
                 `*`, and `first` and `last` without `among`, mean standard output",
            ));
        None
    }
}
