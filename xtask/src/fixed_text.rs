//! Which parts of a printed line are fixed text of the program's source.
//!
//! A claim about a value that the program cannot but print checks nothing: no run shows
//! another. Such a value stands in the format string of a `println!`, or is a literal or
//! a `const` among its arguments. What a variable holds counts as computed, also where it
//! can only hold one value: telling that would take a compiler.

use std::collections::BTreeSet;
use std::ops::Range;

use invariants::Stream;
use proc_macro2::{TokenStream, TokenTree};

/// The macros whose first literal is a format string for a line of output.
const PRINTING: [&str; 4] = ["println", "print", "eprintln", "eprint"];

/// The lines that a source file prints, as their format strings have them.
///
/// Returns `None` if it is no Rust.
pub fn formats(source: &str) -> Option<Vec<invariants::requirements::Format>> {
    let FixedText { formats } = FixedText::of(source)?;
    let piece = |piece: Piece| match piece {
        Piece::Fixed(text) => Some(text),
        Piece::Argument { .. } => None,
    };
    let format = |format: Format| invariants::requirements::Format {
        stream: format.stream,
        pieces: format.pieces.into_iter().map(piece).collect(),
    };
    Some(formats.into_iter().map(format).collect())
}

/// What a source file prints.
pub struct FixedText {
    formats: Vec<Format>,
}

/// A format string with its arguments.
struct Format {
    /// The line of the source that the macro stands on.
    line: usize,
    stream: Stream,
    pieces: Vec<Piece>,
}

enum Piece {
    /// Text that stands in the format string.
    Fixed(String),
    /// A placeholder, and whether its argument is a literal or a constant.
    Argument { is_constant: bool },
}

impl FixedText {
    /// Reads a source file; `None` if it is no Rust.
    pub fn of(source: &str) -> Option<Self> {
        let tokens: Vec<TokenTree> = source.parse::<TokenStream>().ok()?.into_iter().collect();
        let mut constants = BTreeSet::new();
        find_constants(&tokens, &mut constants);
        let mut formats = Vec::new();
        find_formats(&tokens, &constants, &mut formats);
        Some(Self { formats })
    }

    /// The line of the source that prints this part of a line as fixed text; `None` if some
    /// format string that may have printed the line computes it, or none fits the line.
    pub fn line_of(&self, text: &str, part: &Range<usize>) -> Option<usize> {
        let mut fixed = None;
        for format in &self.formats {
            let Some(places) = place_pieces(&format.pieces, text) else {
                continue;
            };
            let computed = format.pieces.iter().zip(&places).any(|(piece, place)| {
                let overlaps = place.start < part.end && part.start < place.end;
                overlaps && matches!(piece, Piece::Argument { is_constant: false })
            });
            if computed {
                return None;
            }
            fixed = fixed.or(Some(format.line));
        }
        fixed
    }
}

/// The names of all constants, `static`s not among them: these can change.
fn find_constants(tokens: &[TokenTree], constants: &mut BTreeSet<String>) {
    for (at, token) in tokens.iter().enumerate() {
        match (token, tokens.get(at + 1)) {
            (TokenTree::Ident(word), Some(TokenTree::Ident(name))) if word == "const" => {
                constants.insert(name.to_string());
            }
            (TokenTree::Group(group), _) => {
                let inside: Vec<_> = group.stream().into_iter().collect();
                find_constants(&inside, constants);
            }
            _ => {}
        }
    }
}

/// All that is printed, in macros and in what they are given.
fn find_formats(tokens: &[TokenTree], constants: &BTreeSet<String>, formats: &mut Vec<Format>) {
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else {
            continue;
        };
        let inside: Vec<TokenTree> = group.stream().into_iter().collect();
        let before = (
            at.checked_sub(2).map(|at| &tokens[at]),
            at.checked_sub(1).map(|at| &tokens[at]),
        );
        if let (Some(TokenTree::Ident(name)), Some(TokenTree::Punct(bang))) = before
            && bang.as_char() == '!'
            && PRINTING.iter().any(|printing| name == printing)
        {
            let stream = match name == "eprintln" || name == "eprint" {
                true => Stream::Stderr,
                false => Stream::Stdout,
            };
            let line = name.span().start().line;
            formats.extend(Format::of(line, stream, &inside, constants));
        }
        find_formats(&inside, constants, formats);
    }
}

impl Format {
    /// Reads what stands between the parentheses of a printing macro.
    fn of(
        line: usize,
        stream: Stream,
        inside: &[TokenTree],
        constants: &BTreeSet<String>,
    ) -> Option<Self> {
        let is_comma =
            |token: &TokenTree| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ',');
        let mut arguments = inside.split(is_comma);
        let text = match arguments.next()? {
            [TokenTree::Literal(literal)] => string_of(&literal.to_string())?,
            _ => return None,
        };
        let arguments: Vec<&[TokenTree]> = arguments.collect();
        let is_constant = |expression: &[TokenTree]| {
            expression.iter().all(|token| match token {
                TokenTree::Literal(_) | TokenTree::Punct(_) => true,
                TokenTree::Ident(name) => constants.contains(&name.to_string()),
                TokenTree::Group(_) => false,
            })
        };
        let mut next = 0;
        let mut pieces = Vec::new();
        for piece in split_format(&text) {
            let name = match piece {
                Ok(fixed) => {
                    pieces.push(Piece::Fixed(fixed));
                    continue;
                }
                Err(name) => name,
            };
            let position = match name.as_str() {
                "" => {
                    next += 1;
                    Some(next - 1)
                }
                name => name.parse().ok(),
            };
            let value = position
                .and_then(|at: usize| arguments.get(at).copied())
                .or_else(|| named(&arguments, &name));
            pieces.push(Piece::Argument {
                is_constant: match value {
                    Some(value) => is_constant(value),
                    None => constants.contains(&name),
                },
            });
        }
        Some(Self {
            line,
            stream,
            pieces,
        })
    }
}

/// The value of the argument `name = value` of a printing macro.
fn named<'t>(arguments: &[&'t [TokenTree]], name: &str) -> Option<&'t [TokenTree]> {
    arguments.iter().find_map(|argument| match argument {
        [TokenTree::Ident(known), TokenTree::Punct(mark), value @ ..]
            if known == name && mark.as_char() == '=' =>
        {
            Some(value)
        }
        _ => None,
    })
}

/// The text of a string literal as it stands in the source; `None` if it is no plain one.
fn string_of(literal: &str) -> Option<String> {
    let inside = literal.strip_prefix('"')?.strip_suffix('"')?;
    let mut text = String::new();
    let mut rest = inside.chars().peekable();
    while let Some(next) = rest.next() {
        if next != '\\' {
            text.push(next);
            continue;
        }
        match rest.next()? {
            'n' => text.push('\n'),
            't' => text.push('\t'),
            // The line goes on at the first character of the next one.
            '\n' => while rest.next_if(|next| next.is_whitespace()).is_some() {},
            same @ ('"' | '\\' | '\'') => text.push(same),
            _ => return None,
        }
    }
    Some(text)
}

/// The parts of a format string: fixed text, or the name of a placeholder's argument.
fn split_format(text: &str) -> Vec<Result<String, String>> {
    let mut pieces = Vec::new();
    let mut fixed = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if rest.starts_with("{{") || rest.starts_with("}}") {
            fixed.push(next);
            rest = &rest[2..];
        } else if let Some((inside, after)) =
            rest.strip_prefix('{').and_then(|rest| rest.split_once('}'))
        {
            if !fixed.is_empty() {
                pieces.push(Ok(std::mem::take(&mut fixed)));
            }
            let name = inside.split(':').next().unwrap_or_default();
            pieces.push(Err(name.trim().to_string()));
            rest = after;
        } else {
            fixed.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    if !fixed.is_empty() {
        pieces.push(Ok(fixed));
    }
    pieces
}

/// Where each piece stands in a line that the format string can have printed, each
/// argument as short as it can be.
///
/// An argument can be anything. So it ends where the text behind it is found first: where
/// that does not lead to the end of the line, neither does a later place. Only behind the last
/// argument the rest has to be all that is left.
fn place_pieces(pieces: &[Piece], text: &str) -> Option<Vec<Range<usize>>> {
    let is_argument = |piece: &Piece| matches!(piece, Piece::Argument { .. });
    let last = pieces.iter().rposition(is_argument);
    let mut places = Vec::new();
    let mut at = 0;
    for (nth, piece) in pieces.iter().enumerate() {
        let end = match (piece, pieces.get(nth + 1)) {
            (Piece::Fixed(fixed), _) => {
                at + text[at..]
                    .strip_prefix(fixed.as_str())
                    .map(|_| fixed.len())?
            }
            (_, Some(Piece::Fixed(fixed))) if Some(nth) == last => {
                let end = text.len().checked_sub(fixed.len())?;
                (end >= at && text.is_char_boundary(end)).then_some(end)?
            }
            (_, Some(Piece::Fixed(fixed))) => at + text[at..].find(fixed.as_str())?,
            (_, Some(_)) => at,
            (_, None) => text.len(),
        };
        places.push(at..end);
        at = end;
    }
    (at == text.len()).then_some(places)
}
