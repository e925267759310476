//! Patterns: a whole line, letter for letter, with named captures in braces.
//!
//! They are compared by a matcher of our own, since a capture that stands twice has to take the
//! same text again, which is beyond a regular expression, and since `Pattern::meets` and
//! `Pattern::distance` need the parts. On the lines of the topics `regex-lite` 0.1 takes 12 to
//! 38 times as long (25 to 600 ns against 0.9 to 7.6 µs a line), and 2.6 s to build.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use super::cursor::{ParseError, is_name};
use super::diagnostic::did_you_mean;
use super::quantity::{integer_length, number_length};

/// A parsed pattern such as `Producer {producer:int}: sent {message}`.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    parts: Vec<Part>,
    /// A capture has to take the same text as one before.
    has_repeats: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Literal(String),
    Capture { name: String, takes: Takes },
}

/// What a capture takes.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Takes {
    /// Any text, at least one character, as little as possible.
    Text,
    /// Text without white space, as little as possible.
    Word,
    /// A whole number.
    Int,
    /// A number that may have a fraction.
    Number,
}

const TAKES: [(&str, Takes); 4] = [
    ("text", Takes::Text),
    ("word", Takes::Word),
    ("int", Takes::Int),
    ("number", Takes::Number),
];

/// A part of a text, as `meets` takes it.
enum Span {
    /// This character.
    Char(char),
    /// One character of such a capture.
    One(Takes),
    /// Any number of them, or none.
    Many(Takes),
}

impl Span {
    /// Whether some character can stand in both.
    fn shares_a_character(&self, other: &Self) -> bool {
        match (self, other) {
            (Span::Char(a), Span::Char(b)) => a == b,
            (Span::Char(c), Span::One(takes) | Span::Many(takes))
            | (Span::One(takes) | Span::Many(takes), Span::Char(c)) => takes.admits(*c),
            // A digit can stand in all of them.
            _ => true,
        }
    }
}

/// Whether the program is ending, and needs no answer any more.
static GIVEN_UP: AtomicBool = AtomicBool::new(false);

/// Ends every comparison of a line with a pattern, also one that is under way, for a program that is
/// about to end. From here on no line has any pattern's form, so no verdict counts.
pub fn give_up() {
    GIVEN_UP.store(true, Ordering::Relaxed);
}

/// What part of a line each capture took, by name, in the order of the pattern.
pub type Captures<'p> = Vec<(&'p str, Range<usize>)>;

impl Pattern {
    /// Parses a pattern; the error's span is in bytes of `text`.
    pub(super) fn parse(text: &str) -> Result<Self, ParseError> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            let at = text.len() - rest.len();
            if rest.starts_with("{{") || rest.starts_with("}}") {
                literal.push(next);
                rest = &rest[2..];
            } else if next == '{' {
                let Some(length) = rest.find('}') else {
                    return Err(
                        ParseError::new(at..text.len(), "this brace is never closed")
                            .help("write `{{` for a brace that is printed"),
                    );
                };
                if !literal.is_empty() {
                    parts.push(Part::Literal(std::mem::take(&mut literal)));
                }
                parts.push(Part::capture(&rest[1..length], at + 1)?);
                rest = &rest[length + 1..];
            } else if next == '}' {
                return Err(ParseError::new(at..at + 1, "this brace was never opened")
                    .help("write `}}` for a brace that is printed"));
            } else {
                literal.push(next);
                rest = &rest[next.len_utf8()..];
            }
        }
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        let mut pattern = Self {
            parts,
            has_repeats: false,
        };
        let names: Vec<&str> = pattern.names().collect();
        let is_repeat = |(nth, name)| names[..nth].contains(name);
        pattern.has_repeats = names.iter().enumerate().any(is_repeat);
        Ok(pattern)
    }

    /// The names of the captures, in order; one that stands twice is named twice.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Capture { name, .. } => Some(name.as_str()),
            Part::Literal(_) => None,
        })
    }

    /// Whether there is a capture of that name, and it takes numbers alone.
    pub fn takes_numbers(&self, capture: &str) -> bool {
        let of_numbers = [Takes::Int, Takes::Number];
        self.parts.iter().any(|part| {
            matches!(part, Part::Capture { name, takes } if name == capture && of_numbers.contains(takes))
        })
    }

    /// What the captures take of `text`, if all of it has the pattern's form.
    pub fn matches(&self, text: &str) -> Option<Captures<'_>> {
        let mut matching = Matching {
            parts: &self.parts,
            has_repeats: self.has_repeats,
            text,
            captures: Captures::new(),
            failed: Vec::new(),
            is_hopeless: false,
        };
        matching.fits(0, 0).then_some(matching.captures)
    }

    /// The pattern of these pieces, where `None` is any text.
    pub(super) fn of(pieces: &[Option<String>]) -> Self {
        let mut parts: Vec<Part> = Vec::new();
        for piece in pieces {
            match (piece, parts.last()) {
                (Some(text), _) => parts.push(Part::Literal(text.clone())),
                // Two texts side by side cannot be told apart.
                (None, Some(Part::Capture { .. })) => {}
                (None, _) => parts.push(Part::Capture {
                    name: format!("text_{}", parts.len()),
                    takes: Takes::Text,
                }),
            }
        }
        Self {
            parts,
            has_repeats: false,
        }
    }

    /// Whether it has just these literals, and a capture in each place of `None`.
    pub(super) fn is(&self, pieces: &[Option<String>]) -> bool {
        let is_same = |(part, piece): (&Part, &Option<String>)| match (part, piece) {
            (Part::Literal(literal), Some(text)) => literal == text,
            (Part::Capture { .. }, None) => true,
            _ => false,
        };
        self.parts.len() == pieces.len() && self.parts.iter().zip(pieces).all(is_same)
    }

    /// Whether some text has the pattern's form and also consists of these pieces, one after the
    /// other, where `None` is any text.
    pub(super) fn meets(&self, pieces: &[Option<String>]) -> bool {
        let mut own = Vec::new();
        for part in &self.parts {
            match part {
                Part::Literal(literal) => own.extend(literal.chars().map(Span::Char)),
                Part::Capture { takes, .. } => {
                    own.extend([Span::One(*takes), Span::Many(*takes)]);
                }
            }
        }
        let mut other = Vec::new();
        for piece in pieces {
            match piece {
                Some(text) => other.extend(text.chars().map(Span::Char)),
                None => other.push(Span::Many(Takes::Text)),
            }
        }
        // The pairs of places up to which both take the same text.
        let mut open = vec![(0, 0)];
        let mut seen = BTreeSet::from([(0, 0)]);
        while let Some((i, j)) = open.pop() {
            if (i, j) == (own.len(), other.len()) {
                return true;
            }
            let mut next = Vec::new();
            let is_many = |span: Option<&Span>| matches!(span, Some(Span::Many(_)));
            if is_many(own.get(i)) {
                next.push((i + 1, j));
            }
            if is_many(other.get(j)) {
                next.push((i, j + 1));
            }
            if let (Some(a), Some(b)) = (own.get(i), other.get(j))
                && a.shares_a_character(b)
            {
                let stays = |span: &Span| usize::from(!matches!(span, Span::Many(_)));
                next.push((i + stays(a), j + stays(b)));
            }
            open.extend(next.into_iter().filter(|pair| seen.insert(*pair)));
        }
        false
    }

    /// How many characters of `text` must be changed, added or taken away until it has the
    /// pattern's form, if each capture takes any text; and how many characters the pattern
    /// states.
    pub(super) fn distance(&self, text: &str) -> (usize, usize) {
        let text: Vec<char> = text.chars().collect();
        // Levenshtein's distance of what has been read of the pattern from each beginning of
        // the text.
        let mut row: Vec<usize> = (0..=text.len()).collect();
        let mut stated = 0;
        for part in &self.parts {
            match part {
                Part::Literal(literal) => {
                    for wanted in literal.chars() {
                        stated += 1;
                        let mut diagonal = row[0];
                        row[0] += 1;
                        for (at, found) in text.iter().enumerate() {
                            let same = diagonal + usize::from(*found != wanted);
                            diagonal = row[at + 1];
                            row[at + 1] = same.min(diagonal + 1).min(row[at] + 1);
                        }
                    }
                }
                Part::Capture { .. } => {
                    // It takes at least one character; one that is missing counts.
                    let mut least = usize::MAX;
                    for place in &mut row {
                        let before = *place;
                        *place = least.min(before + 1);
                        least = least.min(before);
                    }
                }
            }
        }
        (row[text.len()], stated)
    }
}

impl fmt::Display for Pattern {
    /// As it is written.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| match part {
            Part::Literal(text) => out.write_str(&escaped(text)),
            Part::Capture { name, takes } => match takes {
                Takes::Text => write!(out, "{{{name}}}"),
                _ => write!(out, "{{{name}:{}}}", takes.word()),
            },
        })
    }
}

/// A text as a pattern writes it: braces that are printed stand twice.
pub(super) fn escaped(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

impl Part {
    /// Parses what stands between the braces, whose first byte is byte `at` of the pattern.
    fn capture(inside: &str, at: usize) -> Result<Self, ParseError> {
        let (name, kind) = inside.split_once(':').unwrap_or((inside, "text"));
        if !is_name(name) {
            return Err(
                ParseError::new(at..at + name.len(), "a capture needs a name").help(
                    "a name has letters, digits and underscores, as in `{worker:int}`; \
                 write `{{` for a brace that is printed",
                ),
            );
        }
        if name == "actor" {
            let message = "every event has a capture `actor` already, the text before the colon";
            return Err(ParseError::new(at..at + name.len(), message).help("choose another name"));
        }
        let Some((_, takes)) = TAKES.iter().find(|(word, _)| *word == kind) else {
            let span = at + name.len() + 1..at + inside.len();
            let valid = TAKES.map(|(word, _)| word);
            return Err(
                ParseError::new(span, format!("there is no kind of capture `{kind}`"))
                    .help(did_you_mean(kind, &valid)),
            );
        };
        Ok(Part::Capture {
            name: name.to_string(),
            takes: *takes,
        })
    }
}

/// A text that is compared with a pattern, each capture's shortest text first.
///
/// This takes time in proportion to the text, whatever the pattern: where a capture has failed at a
/// place, it is known to fail at others behind it. Each capture that stands again makes it as many
/// times longer as there are texts that it may take, and [`give_up`] ends it.
struct Matching<'p, 't> {
    parts: &'p [Part],
    has_repeats: bool,
    text: &'t str,
    captures: Captures<'p>,
    /// For each part the latest places at which it is known to fail; empty until one does.
    failed: Vec<Range<usize>>,
    /// Nothing fits any more, however long the captures are.
    is_hopeless: bool,
}

impl Matching<'_, '_> {
    /// Whether a capture of this name stands behind this part as well.
    fn stands_again(&self, nth: usize, name: &str) -> bool {
        let is_it =
            |part: &Part| matches!(part, Part::Capture { name: other, .. } if other == name);
        self.has_repeats && self.parts[nth + 1..].iter().any(is_it)
    }

    /// Whether the parts from this one on take all of the text from byte `at` on.
    fn fits(&mut self, nth: usize, at: usize) -> bool {
        let rest = &self.text[at..];
        let parts = self.parts;
        let (name, takes) = match parts.get(nth) {
            None => return rest.is_empty(),
            Some(Part::Literal(literal)) => {
                return rest.starts_with(literal.as_str())
                    && self.fits(nth + 1, at + literal.len());
            }
            Some(Part::Capture { name, takes }) => (name, *takes),
        };
        let is_known = |failed: &Range<usize>| failed.contains(&at);
        if self.failed.get(nth).is_some_and(is_known) {
            return false;
        }
        let before = self.captures.iter().find(|(known, _)| known == name);
        let before = before.map(|(_, before)| &self.text[before.clone()]);
        let stands_again = self.stands_again(nth, name);
        for length in takes.lengths(rest) {
            if GIVEN_UP.load(Ordering::Relaxed) {
                return false;
            }
            if before.is_some_and(|before| *before != rest[..length]) {
                continue;
            }
            self.captures.push((name, at..at + length));
            if self.fits(nth + 1, at + length) {
                return true;
            }
            self.captures.pop();
            if stands_again && before.is_none() {
                // What fails behind it may fit when it has taken something else.
                self.failed
                    .iter_mut()
                    .skip(nth + 1)
                    .for_each(|failed| *failed = 0..0);
                self.is_hopeless = false;
            } else if self.is_hopeless {
                return false;
            }
        }
        if before.is_some() || stands_again {
            return false;
        }
        match takes.fails_behind(rest) {
            None => self.is_hopeless = true,
            Some(length) => {
                self.failed.resize(parts.len(), 0..0);
                self.failed[nth] = at..at + length;
            }
        }
        false
    }
}

impl Takes {
    /// Whether a character can be part of what it takes.
    fn admits(self, c: char) -> bool {
        match self {
            Takes::Text => true,
            Takes::Word => !c.is_whitespace(),
            Takes::Int => c.is_ascii_digit() || c == '-',
            Takes::Number => c.is_ascii_digit() || "-.".contains(c),
        }
    }

    /// The word that stands for it in a pattern.
    fn word(self) -> &'static str {
        let known = TAKES.iter().find(|(_, takes)| *takes == self);
        known.expect("every kind has a word").0
    }

    /// The lengths, in bytes, that a capture may take from the start of `text`, shortest first.
    ///
    /// A number takes all of its digits: `{n:int}` never leaves a digit to what follows.
    fn lengths(self, text: &str) -> impl Iterator<Item = usize> {
        let longest = match self {
            Takes::Text => text.len(),
            Takes::Word => text.find(char::is_whitespace).unwrap_or(text.len()),
            Takes::Int => integer_length(text),
            Takes::Number => number_length(text),
        };
        let shortest = match self {
            Takes::Text | Takes::Word => 1,
            Takes::Int | Takes::Number => longest.max(1),
        };
        (shortest..=longest).filter(|&length| text.is_char_boundary(length))
    }
}

impl Takes {
    /// Where a capture fails at the start of `text`, it also fails at each of the next so many
    /// bytes, and `None` stands for all: what it could take from there ends where something ends
    /// that it could take from the start.
    fn fails_behind(self, text: &str) -> Option<usize> {
        match self {
            Takes::Text => None,
            Takes::Word => Some(text.find(char::is_whitespace).unwrap_or(text.len())),
            Takes::Int | Takes::Number => Some(integer_length(text)),
        }
    }
}
