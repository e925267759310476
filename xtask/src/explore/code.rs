//! The code of a source file: where its statements, blocks and calls begin and end.
//!
//! Strings and comments are blank, so that no bracket in them counts, and the rest can be read from
//! any place on, in both directions. `proc_macro2` finds them, since the runner builds it anyway.

use proc_macro2::{TokenStream, TokenTree};

use protocol::Place;

/// A source file in which comments, strings and characters are blank.
pub struct Code(pub Vec<char>);

impl Code {
    /// Blanks what is no code; `None` if the text is no Rust.
    pub fn of(source: &str) -> Option<Self> {
        // Neither the compiler nor `proc_macro2` counts a column for it.
        let source = source.strip_prefix('\u{feff}').unwrap_or(source);
        let mut kept = CodeBytes {
            source,
            is_code: vec![false; source.len()],
        };
        kept.keep_all(source.parse().ok()?);
        let text = source.char_indices().map(|(at, c)| {
            let is_kept = c == '\n' || kept.is_code[at];
            if is_kept { c } else { ' ' }
        });
        Some(Self(text.collect()))
    }

    /// Where a place is in it.
    pub fn position(&self, place: &Place) -> Option<usize> {
        let newlines = self.0.iter().enumerate().filter(|(_, c)| **c == '\n');
        let start = match place.line.checked_sub(2) {
            None => 0,
            Some(before) => newlines.map(|(at, _)| at + 1).nth(before)?,
        };
        let at = start + place.column.checked_sub(1)?;
        (at <= self.0.len()).then_some(at)
    }
}

/// The bytes of a source file that are code.
struct CodeBytes<'s> {
    source: &'s str,
    is_code: Vec<bool>,
}

impl CodeBytes<'_> {
    /// Keeps the tokens, but for strings, characters and comments.
    fn keep_all(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => {
                    let (open, close) = (group.span_open(), group.span_close());
                    // A doc comment is read as `#[doc = "…"]`, and each of these tokens stands
                    // where the comment does.
                    if self.source[open.byte_range()].starts_with(['(', '[', '{']) {
                        self.is_code[open.byte_range()].fill(true);
                        self.is_code[close.byte_range()].fill(true);
                        self.keep_all(group.stream());
                    }
                }
                TokenTree::Literal(literal) => {
                    let place = literal.span().byte_range();
                    let text = &self.source[place.clone()];
                    let is_number = text.starts_with(|c: char| c.is_ascii_digit());
                    self.is_code[place].fill(is_number);
                }
                TokenTree::Ident(_) | TokenTree::Punct(_) => {
                    let place = token.span().byte_range();
                    let text = &self.source[place.clone()];
                    let is_comment = text.starts_with("//") || text.starts_with("/*");
                    self.is_code[place].fill(!is_comment);
                }
            }
        }
    }
}

/// Where the statement or the item begins that a position is in.
pub fn start_of_statement(text: &[char], at: usize) -> usize {
    let mut depth = 0;
    let before = (0..at).rev().find(|&at| match text[at] {
        // The length of an array stands in brackets, and ends nothing.
        ')' | ']' => {
            depth += 1;
            false
        }
        '(' | '[' => {
            depth -= 1;
            false
        }
        ';' => depth <= 0,
        c => "{}".contains(c),
    });
    before.map_or(0, |before| before + 1)
}

/// Where the block begins that encloses a position.
pub fn start_of_block(text: &[char], at: usize) -> Option<usize> {
    let mut depth = 0;
    (0..at).rev().find(|&at| {
        match text[at] {
            ')' | ']' | '}' => depth += 1,
            '(' | '[' | '{' => depth -= 1,
            _ => {}
        }
        depth < 0
    })
}

/// The position after the bracket that closes the one at `at`.
pub fn end_of_block(text: &[char], at: usize) -> Option<usize> {
    let mut depth = 0;
    let end = (at..text.len()).find(|&at| {
        match text[at] {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        depth == 0
    })?;
    Some(end + 1)
}

/// The position after the call that begins at `at`.
pub fn end_of_call(text: &[char], at: usize) -> Option<usize> {
    let open = end_of(text, at, |rest| "(;{}".contains(rest[0]));
    end_of_block(text, open).filter(|_| text.get(open) == Some(&'('))
}

/// Whether nothing but methods, and the `?` of what may fail, stands between a position and
/// the end of its block.
pub fn closes_block(text: &[char], at: usize) -> bool {
    text.get(methods_behind(text, at).1) == Some(&'}')
}

/// The names of the methods that are called one after another from a position on, on what ends there, and the
/// position behind them.
pub fn methods_behind(text: &[char], mut at: usize) -> (Vec<String>, usize) {
    let mut names = Vec::new();
    loop {
        at = end_of(text, at, |rest| !rest[0].is_whitespace() && rest[0] != '?');
        let end = end_of_call(text, at).filter(|_| text.get(at) == Some(&'.'));
        let Some(end) = end else {
            return (names, at);
        };
        let open = end_of(text, at, |rest| rest[0] == '(');
        names.extend(word_before(text, open));
        at = end;
    }
}

/// Whether a character can be part of a name or of a keyword.
pub fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Where the space before a position begins.
pub fn skip_space(text: &[char], mut at: usize) -> usize {
    while at > 0 && text[at - 1].is_whitespace() {
        at -= 1;
    }
    at
}

/// The word that ends before a position, if one does.
pub fn word_before(text: &[char], at: usize) -> Option<String> {
    let end = skip_space(text, at);
    let mut start = end;
    while start > 0 && is_word(text[start - 1]) {
        start -= 1;
    }
    (start < end).then(|| text[start..end].iter().collect())
}

/// The name of what the method is called on whose name begins at `at`: the last of the path that
/// stands before it, and before the methods that are passed; or else the name of the first method
/// that is not.
pub fn receiver(text: &[char], at: usize, is_passed: impl Fn(&str) -> bool) -> Option<String> {
    // Behind what the method is called on.
    let mut at = before(text, skip_space(text, at), '.')?;
    loop {
        at = skip_space(text, at);
        while let Some(before) = before(text, at, '?') {
            at = skip_space(text, before);
        }
        let open = match text.get(at.checked_sub(1)?)? {
            ')' | ']' => start_of_block(text, at - 1)?,
            _ => return path_end(text, at),
        };
        at = open;
        if text[open] == '(' {
            let method = word_before(text, open)?;
            if !is_passed(&method) {
                return Some(method);
            }
            at = skip_space(text, open) - method.chars().count();
            at = before(text, skip_space(text, at), '.')?;
        }
    }
}

/// The position of this character, if it stands right before a position.
fn before(text: &[char], at: usize, wanted: char) -> Option<usize> {
    let before = at.checked_sub(1)?;
    (text[before] == wanted).then_some(before)
}

/// The last name of the path that ends at `at`; of a part of a tuple, with what it is a part of.
pub fn path_end(text: &[char], at: usize) -> Option<String> {
    let word = word_before(text, at)?;
    if !word.starts_with(|c: char| c.is_ascii_digit()) {
        return (word != "self").then_some(word);
    }
    let dot = before(text, skip_space(text, at) - word.chars().count(), '.')?;
    let whole = path_end(text, dot)?;
    Some(format!("{whole}.{word}"))
}

/// Whether the round bracket that opens at `at` encloses several values.
pub fn is_tuple(text: &[char], at: usize) -> bool {
    let mut depth = 0;
    for &c in &text[at..] {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 1 => return false,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 1 => return true,
            _ => {}
        }
    }
    false
}

/// The first place from `at` on of which `is_end` is true, or the end.
pub fn end_of(text: &[char], at: usize, is_end: impl Fn(&[char]) -> bool) -> usize {
    let places = at..text.len();
    places
        .into_iter()
        .find(|&at| is_end(&text[at..]))
        .unwrap_or(text.len())
}
