//! The rules: what builds them from a file, and what they have in common.
//!
//! Each rule sees the whole transcript on its own; none leaves anything behind
//! for another.

use std::collections::BTreeSet;
use std::ops::Range;
use std::time::Duration;

use transcript::Stream;

use super::cursor::{Cursor, Fault};
use super::diagnostic::did_you_mean;
use super::node::{Node, Value};
use super::pattern::Pattern;
use super::selector::{Quantified, Selector};
use super::spec::{Event, Hang, Rule};
use super::view::{Hit, View};
use super::{Diagnostic, expression::Relation};

pub(super) mod arithmetic;
pub(super) mod counting;
pub(super) mod intervals;
pub(super) mod ordering;
pub(super) mod outcome;

/// Decides whether a run obeys a rule.
pub trait Check: Send + Sync {
    #[expect(private_interfaces, reason = "rules are built and asked in here only")]
    /// The finding on one run, whatever other runs showed.
    fn check(&self, view: &View<'_>) -> Finding;

    #[expect(private_interfaces, reason = "rules are built and asked in here only")]
    /// The selectors whose lines, in their order, are all that decides: neither other lines
    /// do, nor times, nor the end. `None` where that is not so, or checking costs next to
    /// nothing.
    fn decided_by(&self) -> Option<Vec<&Selector>> {
        None
    }

    #[expect(private_interfaces, reason = "rules are built and asked in here only")]
    /// The selectors of the lines that the rule speaks of.
    fn speaks_of(&self) -> Vec<&Selector> {
        self.decided_by().unwrap_or_default()
    }

    #[expect(private_interfaces, reason = "rules are built and asked in here only")]
    /// What shows a reader that a run obeys the rule.
    fn shown_by(&self, view: &View<'_>) -> Evidence {
        Evidence::of_lines(view.lines_of(&self.speaks_of()))
    }

    #[expect(private_interfaces, reason = "rules are built and asked in here only")]
    /// Why no run like this one can pass a bound of the rule, if that is so.
    fn idle_bound(&self, _view: &View<'_>) -> Option<String> {
        None
    }
}

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
    /// What is the matter, told so that the reader need not look at the whole output.
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
    fn of_lines(lines: Vec<usize>) -> Self {
        Self {
            lines,
            ..Self::default()
        }
    }
}

impl Finding {
    fn fail<'v>(story: impl Into<String>, hits: impl IntoIterator<Item = &'v Hit<'v>>) -> Self {
        let lines: BTreeSet<usize> = hits.into_iter().map(Hit::line).collect();
        Finding::fail_at(story, lines.into_iter().collect())
    }

    fn fail_at(story: impl Into<String>, lines: Vec<usize>) -> Self {
        Finding::Fail(Evidence {
            story: story.into(),
            ..Evidence::of_lines(lines)
        })
    }

    fn vacuous(selector: &Selector) -> Self {
        Finding::Vacuous(Evidence {
            story: format!("`{}` never happens", selector.text),
            ..Evidence::default()
        })
    }

    /// How bad it is: of several findings the worst counts.
    fn gravity(&self) -> u8 {
        match self {
            Finding::Pass => 0,
            Finding::Vacuous(_) => 1,
            Finding::Fail(_) => 2,
        }
    }

    /// Puts the key that it is about before the finding's story.
    fn about(mut self, key: &str) -> Self {
        if let Finding::Vacuous(evidence) | Finding::Fail(evidence) = &mut self {
            evidence.story = format!("for {key}, {}", evidence.story);
        }
        self
    }
}

/// The rules of a file that states none of their kind.
pub(super) fn defaults(scope: &Scope<'_>) -> Vec<Rule> {
    let forbidden = scope.forbidden.clone();
    vec![
        Rule::default_of(
            outcome::OUTCOME.name,
            "the program exits with 0",
            Box::new(outcome::Outcome::default()),
        ),
        Rule::default_of(
            outcome::CLOSED.name,
            "every line is an event of the list",
            Box::new(outcome::Closed::default()),
        ),
        Rule::default_of(
            "happens",
            "every event of the list happens",
            Box::new(outcome::Happens { forbidden }),
        ),
    ]
}

/// A claim that a pitfall breaks: it must fail.
pub(super) struct Broken(pub Box<dyn Check>);

impl Check for Broken {
    fn check(&self, view: &View<'_>) -> Finding {
        match self.0.check(view) {
            Finding::Fail(_) => Finding::Pass,
            Finding::Pass => Finding::fail_at("the pitfall keeps it", Vec::new()),
            Finding::Vacuous(evidence) => {
                let story = format!("it says nothing about the pitfall: {}", evidence.story);
                Finding::fail_at(story, Vec::new())
            }
        }
    }

    fn decided_by(&self) -> Option<Vec<&Selector>> {
        self.0.decided_by()
    }

    fn shown_by(&self, view: &View<'_>) -> Evidence {
        match self.0.check(view) {
            Finding::Fail(evidence) => evidence,
            Finding::Pass | Finding::Vacuous(_) => Evidence::default(),
        }
    }
}

/// A claim that a pitfall does not break: it must not fail, but may say nothing.
pub(super) struct Kept(pub Box<dyn Check>);

impl Check for Kept {
    fn check(&self, view: &View<'_>) -> Finding {
        match self.0.check(view) {
            Finding::Vacuous(_) => Finding::Pass,
            finding => finding,
        }
    }

    fn decided_by(&self) -> Option<Vec<&Selector>> {
        self.0.decided_by()
    }

    fn shown_by(&self, view: &View<'_>) -> Evidence {
        self.0.shown_by(view)
    }
}

/// What the building of a rule may look up, and where it leaves what it finds wrong.
pub(super) struct Scope<'s> {
    source: &'s str,
    pub events: Vec<Event>,
    pub faults: Vec<Diagnostic>,
    /// Events that some rule forbids altogether.
    pub forbidden: BTreeSet<usize>,
    /// Events that some selector names.
    pub named: BTreeSet<usize>,
    /// Set by an outcome that is to hang.
    pub hang: Option<Hang>,
}

impl<'s> Scope<'s> {
    pub fn new(source: &'s str) -> Self {
        Self {
            source,
            events: Vec::new(),
            faults: Vec::new(),
            forbidden: BTreeSet::new(),
            named: BTreeSet::new(),
            hang: None,
        }
    }

    /// What a part of the file makes, and the events that its selectors name.
    pub fn naming<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> (T, BTreeSet<usize>) {
        let others = std::mem::take(&mut self.named);
        let made = make(self);
        let names = std::mem::replace(&mut self.named, others);
        self.named.extend(&names);
        (made, names)
    }

    /// Notes what is wrong with the text inside a string of the file.
    fn fault(&mut self, node: &Node, fault: Fault) {
        let text = node.text().unwrap_or_default();
        let raw = &self.source[node.span.clone()];
        // Where the string has no escapes, its text stands letter for letter
        // between the quotes, and the fault's own bytes can be shown.
        let quotes = (raw.len() - text.len().min(raw.len())) / 2;
        let plain = raw.get(quotes..quotes + text.len()) == Some(text);
        let span = match plain {
            true => {
                let start = node.span.start + quotes;
                start + fault.span.start..start + fault.span.end.max(fault.span.start + 1)
            }
            false => node.span.clone(),
        };
        let mut diagnostic = Diagnostic::new(span, fault.message);
        diagnostic.help = fault.help;
        self.faults.push(diagnostic);
    }

    /// Keeps what was parsed, or notes the fault.
    fn keep<T>(&mut self, node: &Node, parsed: Result<T, Fault>) -> Option<T> {
        parsed.map_err(|fault| self.fault(node, fault)).ok()
    }

    /// A pattern for each line of a string; there is at least one.
    pub fn patterns(&mut self, node: &Node) -> Option<Vec<Pattern>> {
        let mut from = 0;
        let mut patterns = Vec::new();
        for line in node.text()?.split('\n') {
            let parsed = Pattern::parse(line).map_err(|mut fault| {
                fault.span = fault.span.start + from..fault.span.end + from;
                fault
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
        let fault = Fault::new(0..text.len(), "a line has no line break in it")
            .help("make an event of each line; only the message of a `panic` may have several");
        self.fault(node, fault);
        None
    }

    /// How often or how many, at least and at most: exactly `is`, or a range.
    pub fn bounds(&mut self, node: &Node, help: &str) -> Option<(usize, usize)> {
        let number = |key| {
            let number = node.get(key).and_then(Node::integer)?;
            usize::try_from(number).ok()
        };
        let fault = match (number("is"), number("at_least"), number("at_most")) {
            (Some(is), None, None) => return Some((is, is)),
            (None, Some(least), Some(most)) if least > most => "no number is in this range",
            (None, None, None) | (Some(_), ..) => "it must say how many, in one way",
            (None, least, most) => return Some((least.unwrap_or(0), most.unwrap_or(usize::MAX))),
        };
        self.faults
            .push(Diagnostic::new(node.span.clone(), fault).help(help));
        None
    }

    /// A duration such as `300ms` or `1.5s`.
    pub fn duration(&mut self, node: &Node) -> Option<Duration> {
        let text = node.text()?;
        let parsed = parse_duration(text);
        let fault = || {
            Fault::new(0..text.len(), format!("`{text}` is not a duration"))
                .help("write milliseconds or seconds, as in \"300ms\" or \"1.5s\"")
        };
        self.keep(node, parsed.ok_or_else(fault))
    }

    fn parse<T>(
        &mut self,
        node: &Node,
        parse: impl FnOnce(&mut Cursor<'_>, &[Event]) -> Result<T, Fault>,
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
        let fault = Fault::new(
            span,
            "this rule is about lines, and takes no captured value",
        )
        .help("leave out the part after the dot");
        self.fault(node, fault);
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
        let fault = Fault::new(span, "this rule is about values, and needs a capture").help(
            format!("write a dot and a capture: {}", captures.join(", ")),
        );
        self.fault(node, fault);
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

    /// A relation between expressions; `clock` says whether it may measure time.
    pub fn relation(&mut self, node: &Node, clock: bool) -> Option<Relation> {
        let relation = self.parse(node, |cursor, events| {
            Relation::parse(cursor, events, clock)
        })?;
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
                self.fault(node, Fault::new(0..name.len(), message).help(help));
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
        self.faults
            .push(Diagnostic::new(node.span.clone(), message).help(
                "they are two pipes, and nothing orders one against the other; \
                 `*`, and `first` and `last` without `among`, mean standard output",
            ));
        None
    }
}

/// The captures by whose values a rule is split.
#[derive(Debug)]
pub(super) struct Per(Vec<String>);

impl Per {
    /// Whether the rule is not split.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The holder's capture where a rule names none.
    pub fn or_actor(self) -> Self {
        match self.is_empty() {
            true => Per(vec!["actor".to_string()]),
            false => self,
        }
    }

    /// What an occurrence has for each of the captures.
    pub fn key<'v>(&self, hit: &Hit<'v>) -> Vec<Option<&'v str>> {
        let capture = |name: &String| hit.occurrence.capture(name);
        self.0.iter().map(capture).collect()
    }

    /// A key as a reader sees it: `producer=1`.
    pub fn show(&self, key: &[Option<&str>]) -> String {
        let parts = self.0.iter().zip(key);
        let parts: Vec<_> = parts
            .map(|(name, value)| format!("{name}={}", value.unwrap_or("?")))
            .collect();
        parts.join(", ")
    }

    /// Splits what the selectors select by the key, asks `check` of each key on
    /// its own, and returns the worst of what it finds.
    ///
    /// A line that lacks a capture belongs to every value of it alike.
    pub fn check<'v>(
        &self,
        view: &'v View<'v>,
        selectors: &[&Selector],
        mut check: impl FnMut(&[Vec<Hit<'v>>]) -> Finding,
    ) -> Finding {
        let hits: Vec<Vec<Hit<'v>>> = selectors.iter().map(|one| view.select(one)).collect();
        if self.is_empty() {
            return check(&hits);
        }
        let complete = |key: &Vec<Option<&str>>| key.iter().all(Option::is_some);
        let keys: BTreeSet<Vec<Option<&str>>> = hits
            .iter()
            .flatten()
            .map(|hit| self.key(hit))
            .filter(complete)
            .collect();
        let belongs = |hit: &Hit<'v>, key: &[Option<&str>]| {
            let own = self.key(hit);
            let mut parts = own.iter().zip(key);
            parts.all(|(own, value)| own.is_none() || own == value)
        };
        keys.iter()
            .map(|key| {
                let of_key = |hits: &Vec<Hit<'v>>| {
                    hits.iter()
                        .filter(|hit| belongs(hit, key))
                        .copied()
                        .collect()
                };
                let hits: Vec<Vec<Hit<'v>>> = hits.iter().map(of_key).collect();
                check(&hits).about(&self.show(key))
            })
            // Of equally grave findings the first one is told.
            .reduce(|worst, next| match next.gravity() > worst.gravity() {
                true => next,
                false => worst,
            })
            .unwrap_or_else(|| Finding::vacuous(selectors[0]))
    }
}

/// A duration such as `300ms` or `1.5s`; `None` if the text is none.
pub fn parse_duration(text: &str) -> Option<Duration> {
    // The longer unit first: `ms` ends in `s` too.
    [("ms", 1000.0), ("s", 1.0)]
        .into_iter()
        .find_map(|(unit, in_a_second)| {
            let number: f64 = text.strip_suffix(unit)?.trim().parse().ok()?;
            Duration::try_from_secs_f64(number / in_a_second).ok()
        })
}

/// Values as a reader sees them: `alpha, beta`.
fn listed<'a>(values: impl IntoIterator<Item = &'a str>) -> String {
    let values: Vec<_> = values.into_iter().collect();
    values.join(", ")
}
