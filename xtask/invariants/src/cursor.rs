//! Reading the small languages inside `invariants.toml`: selectors and expressions.

use std::ops::Range;

/// A text that is read from left to right.
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

/// An error in a small language: the bytes of the text it stands in, what it is, how to mend it.
pub(super) struct ParseError {
    pub span: Range<usize>,
    pub message: String,
    pub help: Option<String>,
}

impl ParseError {
    pub fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            span,
            message: message.into(),
            help: None,
        }
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Whether a text can be the name of an event or of a capture: letters, digits and
/// underscores, a letter first.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(char::is_alphabetic) && text.chars().all(is_of_word)
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

impl<'a> Cursor<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The byte that is read next, after any space.
    pub fn position(&mut self) -> usize {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        self.at
    }

    /// What has not been read yet, after any space.
    pub fn rest(&mut self) -> &'a str {
        let at = self.position();
        &self.text[at..]
    }

    /// The letters, digits and underscores that come next.
    pub fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|c| !is_of_word(c));
        &rest[..length.unwrap_or(rest.len())]
    }

    /// The text between two positions.
    pub fn slice(&self, from: usize) -> &'a str {
        self.text[from..self.at].trim_end()
    }

    /// Reads `token` if it comes next.
    pub fn take(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    /// Reads the first of `tokens` that comes next.
    pub fn take_any<T: Copy>(&mut self, tokens: &[(&str, T)]) -> Option<T> {
        let (_, meaning) = tokens.iter().find(|(token, _)| self.take(token))?;
        Some(*meaning)
    }

    /// Reads `token`, or says what it found in its place.
    pub fn expect(&mut self, token: &str) -> Result<(), ParseError> {
        if self.take(token) {
            return Ok(());
        }
        Err(self.unexpected(&format!("`{token}`")))
    }

    /// Reads as long as `accept` does; `None` if not even one character.
    pub fn take_while(&mut self, accept: impl Fn(char) -> bool) -> Option<(&'a str, Range<usize>)> {
        let rest = self.rest();
        let length = rest.find(|c| !accept(c)).unwrap_or(rest.len());
        let span = self.at..self.at + length;
        self.at = span.end;
        (length > 0).then(|| (&rest[..length], span))
    }

    /// Reads a name: letters, digits and underscores, a letter first.
    pub fn take_name(&mut self) -> Option<(&'a str, Range<usize>)> {
        if !self.rest().starts_with(|c: char| c.is_alphabetic()) {
            return None;
        }
        self.take_while(is_of_word)
    }

    /// Says that all of the text has been read, or what is left over.
    pub fn finish(&mut self) -> Result<(), ParseError> {
        if self.rest().is_empty() {
            return Ok(());
        }
        Err(self.unexpected("the end"))
    }

    /// The error of not finding `wanted` here.
    pub fn unexpected(&mut self, wanted: &str) -> ParseError {
        let at = self.position();
        let first = self.rest().chars().next().map_or(0, char::len_utf8);
        let found = &self.rest()[..self.word().len().max(first)];
        let length = found.len();
        let found = match found {
            "" => "the end".to_string(),
            found => format!("`{found}`"),
        };
        ParseError::new(at..at + length, format!("expected {wanted}, found {found}"))
    }
}
