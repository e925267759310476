//! Patterns: a whole line, letter for letter, with named captures in braces.

use std::fmt;
use std::ops::Range;

use super::cursor::Fault;
use super::diagnostic::did_you_mean;

/// A parsed pattern such as `Producer {producer:int}: sent {message}`.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    parts: Vec<Part>,
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

/// What part of a line each capture took, by name, in the order of the pattern.
pub type Captures<'p> = Vec<(&'p str, Range<usize>)>;

impl Pattern {
    /// Parses a pattern; the fault's span is in bytes of `text`.
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
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
                    return Err(Fault::new(at..text.len(), "this brace is never closed")
                        .help("write `{{` for a brace that is printed"));
                };
                if !literal.is_empty() {
                    parts.push(Part::Literal(std::mem::take(&mut literal)));
                }
                parts.push(Part::capture(&rest[1..length], at + 1)?);
                rest = &rest[length + 1..];
            } else if next == '}' {
                return Err(Fault::new(at..at + 1, "this brace was never opened")
                    .help("write `}}` for a brace that is printed"));
            } else {
                literal.push(next);
                rest = &rest[next.len_utf8()..];
            }
        }
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        Ok(Self { parts })
    }

    /// The names of the captures, in order; one that stands twice is named twice.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Capture { name, .. } => Some(name.as_str()),
            Part::Literal(_) => None,
        })
    }

    /// What the captures take of `text`, if all of it has the pattern's form.
    pub fn matches(&self, text: &str) -> Option<Captures<'_>> {
        let mut captures = Captures::new();
        match_parts(&self.parts, text, 0, &mut captures).then_some(captures)
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
    fn capture(inside: &str, at: usize) -> Result<Self, Fault> {
        let (name, kind) = inside.split_once(':').unwrap_or((inside, "text"));
        let is_name = name.starts_with(char::is_alphabetic)
            && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        if !is_name {
            return Err(
                Fault::new(at..at + name.len(), "a capture needs a name").help(
                    "a name has letters, digits and underscores, as in `{worker:int}`; \
                 write `{{` for a brace that is printed",
                ),
            );
        }
        if name == "actor" {
            let message = "every event has a capture `actor` already, the text before the colon";
            return Err(Fault::new(at..at + name.len(), message).help("choose another name"));
        }
        let Some((_, takes)) = TAKES.iter().find(|(word, _)| *word == kind) else {
            let span = at + name.len() + 1..at + inside.len();
            let valid = TAKES.map(|(word, _)| word);
            return Err(
                Fault::new(span, format!("there is no kind of capture `{kind}`"))
                    .help(did_you_mean(kind, &valid)),
            );
        };
        Ok(Part::Capture {
            name: name.to_string(),
            takes: *takes,
        })
    }
}

/// Matches all of `text` from byte `at` on, trying each capture's shortest text first.
fn match_parts<'p>(parts: &'p [Part], text: &str, at: usize, captures: &mut Captures<'p>) -> bool {
    let rest = &text[at..];
    let Some((part, others)) = parts.split_first() else {
        return rest.is_empty();
    };
    let (name, takes) = match part {
        Part::Literal(literal) => {
            return rest.starts_with(literal.as_str())
                && match_parts(others, text, at + literal.len(), captures);
        }
        Part::Capture { name, takes } => (name, *takes),
    };
    for length in takes.lengths(rest) {
        let repeats = captures.iter().find(|(known, _)| known == name);
        if repeats.is_some_and(|(_, before)| text[before.clone()] != rest[..length]) {
            continue;
        }
        captures.push((name, at..at + length));
        if match_parts(others, text, at + length, captures) {
            return true;
        }
        captures.pop();
    }
    false
}

impl Takes {
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

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

pub(super) fn integer_length(text: &str) -> usize {
    let sign = usize::from(text.starts_with('-'));
    match digits(&text[sign..]) {
        0 => 0,
        count => sign + count,
    }
}

pub(super) fn number_length(text: &str) -> usize {
    let whole = integer_length(text);
    match text[whole..].strip_prefix('.').map(digits) {
        Some(fraction) if whole > 0 && fraction > 0 => whole + 1 + fraction,
        _ => whole,
    }
}
