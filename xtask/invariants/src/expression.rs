//! Relations such as `final.value == count(increment)`: parsed once, evaluated on each run.

use super::cursor::{Cursor, ParseError};
use super::diagnostic::did_you_mean;
use super::event::Event;
use super::finding::{Evidence, Finding};
use super::number::Number;
use super::quantity::{COMPARISONS, Comparison};
use super::reading::Hit;
use super::selector::{Quantified, Selector, Which};

/// A chain of expressions, each compared with the next.
pub(super) struct Relation {
    text: String,
    first: Expression,
    rest: Vec<(Comparison, Expression)>,
    /// Every selector that stands in it. Expressions refer to them by place, so that a rule can
    /// select the lines beforehand, key by key.
    leaves: Vec<Leaf>,
}

/// A part of an expression that is read off the lines of a run.
struct Leaf {
    /// As the file has it.
    text: String,
    reads: Reads,
    selector: Selector,
    /// Whether its captures take numbers alone.
    of_numbers: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Reads {
    /// The one value of a capture.
    Capture,
    Count,
    Sum,
    Min,
    Max,
    First,
    Last,
    /// One end of an elapsed time.
    Moment(Which),
}

enum Expression {
    Number(Number),
    Text(String),
    Leaf(usize),
    Elapsed(usize, usize),
    Binary(Box<Expression>, Operator, Box<Expression>),
}

#[derive(Clone, Copy)]
enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// The value of an expression in a run.
#[derive(Clone, PartialEq)]
enum Computed {
    Number(Number),
    Text(String),
}

/// Microseconds in a millisecond, and milliseconds in a second.
const THOUSAND: Number = Number::whole(1000);

const FUNCTIONS: [(&str, Reads); 6] = [
    ("count", Reads::Count),
    ("sum", Reads::Sum),
    ("min", Reads::Min),
    ("max", Reads::Max),
    ("first", Reads::First),
    ("last", Reads::Last),
];

impl Relation {
    /// Reads a relation; `clock` says whether it may, and must, measure time.
    pub fn parse(
        cursor: &mut Cursor<'_>,
        events: &[Event],
        clock: bool,
    ) -> Result<Self, ParseError> {
        let from = cursor.position();
        let mut parser = Parser {
            cursor,
            events,
            clock,
            measures: false,
            leaves: Vec::new(),
        };
        let first = parser.sum()?;
        let mut rest = Vec::new();
        while let Some(comparison) = parser.cursor.take_any(&COMPARISONS) {
            rest.push((comparison, parser.sum()?));
        }
        if rest.is_empty() {
            return Err(parser.cursor.unexpected("a comparison such as `==`"));
        }
        let text = parser.cursor.slice(from).to_string();
        if parser.leaves.is_empty() {
            return Err(
                ParseError::new(0..text.len(), "this says nothing about the run")
                    .help("compare with a capture, as in `final.value == 50`"),
            );
        }
        if clock && !parser.measures {
            return Err(ParseError::new(0..text.len(), "this measures no time")
                .help("use `elapsed(…, …)`, or make it a `relation`"));
        }
        let leaves = parser.leaves;
        Ok(Self {
            text,
            first,
            rest,
            leaves,
        })
    }

    /// The selectors that stand in it.
    pub fn selectors(&self) -> impl Iterator<Item = &Selector> {
        self.leaves.iter().map(|leaf| &leaf.selector)
    }

    /// Those of whose lines it asks which comes first or last.
    pub fn ordered_selectors(&self) -> impl Iterator<Item = &Selector> {
        let ordered = |leaf: &&Leaf| matches!(leaf.reads, Reads::First | Reads::Last);
        self.leaves
            .iter()
            .filter(ordered)
            .map(|leaf| &leaf.selector)
    }

    /// Whether it holds, given what each of its selectors selects. Of the lines of
    /// `current`'s event only `current` itself counts for a plain capture.
    pub fn evaluate(&self, selected: &[Vec<Hit<'_>>], current: Option<&Hit<'_>>) -> Finding {
        let read = |leaf: usize| -> Vec<Hit<'_>> {
            let of_current = |hit: &&Hit<'_>| {
                self.leaves[leaf].reads != Reads::Capture
                    || current.is_none_or(|current| {
                        hit.occurrence.event != current.occurrence.event
                            || hit.line() == current.line()
                    })
            };
            selected[leaf].iter().filter(of_current).copied().collect()
        };
        let hits: Vec<Vec<Hit<'_>>> = (0..self.leaves.len()).map(read).collect();
        if let Some(absent) = self.absent(&hits) {
            return Finding::Vacuous(Evidence {
                story: format!("`{absent}` never happens"),
                ..Evidence::default()
            });
        }
        match self.holds(&hits) {
            Ok(true) => Finding::Pass,
            Ok(false) => {
                let story = format!("`{}` does not hold: {}", self.text, self.readings(&hits));
                Finding::Fail(evidence(story, hits.iter().flatten()))
            }
            Err(problem) => Finding::Fail(evidence(problem, hits.iter().flatten())),
        }
    }

    /// A selector without which the relation says nothing, if it selects nothing.
    fn absent(&self, hits: &[Vec<Hit<'_>>]) -> Option<&str> {
        let mut leaves = self.leaves.iter().zip(hits);
        let counts = |leaf: &Leaf| matches!(leaf.reads, Reads::Count | Reads::Sum);
        if let Some((leaf, _)) = leaves.find(|(leaf, hits)| hits.is_empty() && !counts(leaf)) {
            return Some(&leaf.selector.text);
        }
        let nothing = hits.iter().all(Vec::is_empty);
        nothing.then(|| self.leaves[0].selector.text.as_str())
    }

    fn holds(&self, hits: &[Vec<Hit<'_>>]) -> Result<bool, String> {
        let mut left = self.value(&self.first, hits)?;
        for (comparison, expression) in &self.rest {
            let right = self.value(expression, hits)?;
            let ordering = match (&left, &right) {
                (Computed::Text(a), Computed::Text(b)) if !comparison.is_ordering() => {
                    Some(a.cmp(b))
                }
                _ => match (left.number(), right.number()) {
                    (Ok(a), Ok(b)) => Some(a.cmp(&b)),
                    _ if comparison.is_ordering() => None,
                    _ => Some(left.printed().cmp(&right.printed())),
                },
            };
            let Some(ordering) = ordering else {
                let (left, right) = (left.printed(), right.printed());
                return Err(format!("{left} and {right} cannot be compared as numbers"));
            };
            if !comparison.holds(ordering) {
                return Ok(false);
            }
            left = right;
        }
        Ok(true)
    }

    fn value(&self, expression: &Expression, hits: &[Vec<Hit<'_>>]) -> Result<Computed, String> {
        Ok(match expression {
            Expression::Number(number) => Computed::Number(*number),
            Expression::Text(text) => Computed::Text(text.clone()),
            Expression::Leaf(leaf) => self.leaves[*leaf].value(&hits[*leaf])?,
            Expression::Elapsed(from, to) => {
                let from = self.leaves[*from].moment(&hits[*from])?;
                let to = self.leaves[*to].moment(&hits[*to])?;
                let elapsed = to.minus(from).and_then(|us| us.over(THOUSAND));
                Computed::Number(elapsed.ok_or_else(|| self.too_large())?)
            }
            Expression::Binary(left, operator, right) => {
                let left = self.value(left, hits)?.number()?;
                let right = self.value(right, hits)?.number()?;
                let value = match operator {
                    Operator::Add => left.plus(right),
                    Operator::Subtract => left.minus(right),
                    Operator::Multiply => left.times(right),
                    Operator::Divide if right.is_zero() => {
                        return Err(format!("`{}` divides by zero", self.text));
                    }
                    Operator::Divide => left.over(right),
                };
                Computed::Number(value.ok_or_else(|| self.too_large())?)
            }
        })
    }

    fn too_large(&self) -> String {
        format!(
            "the numbers of `{}` are too large to be compared",
            self.text
        )
    }

    /// The value of each part that was read off the run.
    fn readings(&self, hits: &[Vec<Hit<'_>>]) -> String {
        let mut parts = Vec::new();
        for (leaf, hits) in self.leaves.iter().zip(hits) {
            let part = match leaf.reads {
                Reads::Moment(_) => leaf.at_us(hits).map(|us| {
                    let ms = us as f64 / 1000.0;
                    format!("`{}` was read at {ms:.1} ms", leaf.text)
                }),
                _ => leaf
                    .value(hits)
                    .map(|value| format!("{} is {}", leaf.text, value.printed())),
            };
            parts.extend(part);
        }
        parts.dedup();
        parts.join(", ")
    }
}

fn evidence<'v>(story: String, hits: impl Iterator<Item = &'v Hit<'v>>) -> Evidence {
    let mut lines: Vec<_> = hits.map(Hit::line).collect();
    lines.sort_unstable();
    lines.dedup();
    Evidence {
        story,
        lines,
        ..Evidence::default()
    }
}

impl Leaf {
    fn value(&self, hits: &[Hit<'_>]) -> Result<Computed, String> {
        let numbers = || -> Result<Vec<Number>, String> {
            let number = |hit: &Hit<'_>| to_number(hit.value);
            hits.iter().map(number).collect()
        };
        let number = match self.reads {
            Reads::Count => Some(Number::whole(hits.len() as i128)),
            Reads::Sum => {
                let mut numbers = numbers()?.into_iter();
                let sum = numbers.try_fold(Number::whole(0), Number::plus);
                Some(sum.ok_or_else(|| format!("`{}` is too large", self.text))?)
            }
            Reads::Min => numbers()?.into_iter().min(),
            Reads::Max => numbers()?.into_iter().max(),
            Reads::First => return self.read(&hits[0]),
            Reads::Last => return self.read(&hits[hits.len() - 1]),
            Reads::Capture | Reads::Moment(_) => return self.read(self.only(hits)?),
        };
        Ok(Computed::Number(number.expect("something was selected")))
    }

    fn read(&self, hit: &Hit<'_>) -> Result<Computed, String> {
        match self.of_numbers {
            true => to_number(hit.value).map(Computed::Number),
            false => Ok(Computed::Text(hit.value.to_string())),
        }
    }

    /// When the line was read, in microseconds.
    fn moment(&self, hits: &[Hit<'_>]) -> Result<Number, String> {
        self.at_us(hits).map(|us| Number::whole(us.into()))
    }

    fn at_us(&self, hits: &[Hit<'_>]) -> Result<u64, String> {
        let hit = match self.reads {
            Reads::Moment(Which::First) => &hits[0],
            Reads::Moment(Which::Last) => &hits[hits.len() - 1],
            _ => self.only(hits)?,
        };
        Ok(hit.occurrence.at_us)
    }

    fn only<'h, 'v>(&self, hits: &'h [Hit<'v>]) -> Result<&'h Hit<'v>, String> {
        match hits {
            [hit] => Ok(hit),
            _ => Err(format!(
                "`{}` happens {} times, where it should once; \
                 say `each`, or `first`, `last`, `min` or `max` of it",
                self.text,
                hits.len()
            )),
        }
    }
}

/// What a line says, as a number.
fn to_number(text: &str) -> Result<Number, String> {
    Number::read(text).ok_or_else(|| format!("{text:?} is not a number, or has too many digits"))
}

impl Computed {
    fn number(&self) -> Result<Number, String> {
        match self {
            Computed::Number(number) => Ok(*number),
            Computed::Text(text) => to_number(text),
        }
    }

    fn printed(&self) -> String {
        match self {
            Computed::Number(number) => number.to_string(),
            Computed::Text(text) => text.clone(),
        }
    }
}

struct Parser<'p, 'c> {
    cursor: &'p mut Cursor<'c>,
    events: &'p [Event],
    clock: bool,
    measures: bool,
    leaves: Vec<Leaf>,
}

impl Parser<'_, '_> {
    fn sum(&mut self) -> Result<Expression, ParseError> {
        let operators = [("+", Operator::Add), ("-", Operator::Subtract)];
        self.binary(&operators, Self::product)
    }

    fn product(&mut self) -> Result<Expression, ParseError> {
        let operators = [("*", Operator::Multiply), ("/", Operator::Divide)];
        self.binary(&operators, Self::atom)
    }

    fn binary(
        &mut self,
        operators: &[(&str, Operator)],
        operand: fn(&mut Self) -> Result<Expression, ParseError>,
    ) -> Result<Expression, ParseError> {
        let mut left = operand(self)?;
        while let Some(operator) = self.cursor.take_any(operators) {
            let right = operand(self)?;
            left = Expression::Binary(Box::new(left), operator, Box::new(right));
        }
        Ok(left)
    }

    fn atom(&mut self) -> Result<Expression, ParseError> {
        if self.cursor.take("(") {
            let inner = self.sum()?;
            self.cursor.expect(")")?;
            return Ok(inner);
        }
        if self.cursor.take("-") {
            let minus_one = Box::new(Expression::Number(Number::whole(-1)));
            let inner = Box::new(self.atom()?);
            return Ok(Expression::Binary(minus_one, Operator::Multiply, inner));
        }
        if self.cursor.take("\"") {
            let text = self
                .cursor
                .take_while(|c| c != '"')
                .map_or("", |(text, _)| text);
            self.cursor.expect("\"")?;
            return Ok(Expression::Text(text.to_string()));
        }
        if let Some((digits, span)) = self.cursor.take_while(|c| c.is_ascii_digit() || c == '.') {
            let Some(number) = Number::read(digits) else {
                return Err(ParseError::new(span, format!("`{digits}` is not a number")));
            };
            let beside = self.cursor.position() == span.end;
            let unit = self.cursor.word();
            let factor = match unit {
                "ms" => Number::whole(1),
                "s" => THOUSAND,
                // Whatever it is, it is no part of the number.
                _ if unit.is_empty() || !beside => return Ok(Expression::Number(number)),
                _ => {
                    let span = span.end..span.end + unit.len();
                    return Err(ParseError::new(span, format!("there is no unit `{unit}`"))
                        .help("write milliseconds or seconds, as in `20ms` or `1.5s`"));
                }
            };
            self.cursor.take(unit);
            let number = number.times(factor);
            let number = number.ok_or_else(|| ParseError::new(span, "this is too large"))?;
            return Ok(Expression::Number(number));
        }
        self.leaf()
    }

    /// A capture, or a function of a selector.
    fn leaf(&mut self) -> Result<Expression, ParseError> {
        let from = self.cursor.position();
        let name = self.cursor.word();
        if !self.cursor.rest()[name.len()..]
            .trim_start()
            .starts_with('(')
        {
            let selector = Selector::parse(self.cursor, self.events)?;
            self.require_values(&selector, from)?;
            return Ok(Expression::Leaf(self.add(from, Reads::Capture, selector)));
        }
        self.cursor.take(name);
        self.cursor.expect("(")?;
        if name == "elapsed" && self.clock {
            self.measures = true;
            let start = self.moment()?;
            self.cursor.expect(",")?;
            let end = self.moment()?;
            self.cursor.expect(")")?;
            return Ok(Expression::Elapsed(start, end));
        }
        let Some((_, reads)) = FUNCTIONS.iter().find(|(known, _)| *known == name) else {
            let error = ParseError::new(
                from..from + name.len(),
                format!("there is no `{name}` here"),
            );
            return Err(match name {
                "elapsed" => error.help("only a `time` rule measures time"),
                _ => {
                    let mut valid = FUNCTIONS.map(|(known, _)| known).to_vec();
                    valid.extend(self.clock.then_some("elapsed"));
                    error.help(did_you_mean(name, &valid))
                }
            });
        };
        let at = self.cursor.position();
        let selector = Selector::parse(self.cursor, self.events)?;
        if *reads != Reads::Count {
            self.require_values(&selector, at)?;
        }
        self.cursor.expect(")")?;
        Ok(Expression::Leaf(self.add(from, *reads, selector)))
    }

    /// One end of an elapsed time.
    fn moment(&mut self) -> Result<usize, ParseError> {
        let from = self.cursor.position();
        let Quantified { selector, which } = Quantified::parse(self.cursor, self.events)?;
        if which == Which::Every {
            let span = from..from + "every".len();
            return Err(
                ParseError::new(span, "a time has two ends, and `every` names many")
                    .help("write `first` or `last`"),
            );
        }
        Ok(self.add(from, Reads::Moment(which), selector))
    }

    fn add(&mut self, from: usize, reads: Reads, selector: Selector) -> usize {
        let text = self.cursor.slice(from).to_string();
        let of_numbers = selector.is_of_numbers(self.events);
        self.leaves.push(Leaf {
            text,
            reads,
            selector,
            of_numbers,
        });
        self.leaves.len() - 1
    }

    fn require_values(&mut self, selector: &Selector, from: usize) -> Result<(), ParseError> {
        if selector.has_values() == Ok(true) {
            return Ok(());
        }
        let span = from..from + selector.text.len();
        let captures = selector.capture_names(self.events).join(", ");
        Err(
            ParseError::new(span, format!("`{}` names no capture", selector.text)).help(format!(
                "write a dot and a capture: {captures}; or `count({})`",
                selector.text
            )),
        )
    }
}
