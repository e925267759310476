//! A program's source without what its author says about it.

use std::collections::BTreeSet;
use std::ops::Range;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// A source file without its comments and without attributes that quieten lints: both say what
/// is wrong with a pitfall.
pub struct Bare {
    /// What is left.
    pub text: String,
    /// The lints of rustc that were quietened, since the program has to compile all the same.
    pub lints: BTreeSet<String>,
}

impl Bare {
    /// Reads a source file; `None` if it is no Rust.
    pub fn of(source: &str) -> Option<Self> {
        let tokens = source.parse::<TokenStream>().ok()?;
        let mut reader = Reader {
            source,
            kept: Vec::new(),
            lints: BTreeSet::new(),
        };
        reader.read(tokens);
        let mut text = String::new();
        let mut start = 0;
        for line in source.split_inclusive('\n') {
            let bare = reader.bare(start, line);
            let bare = bare.trim_end();
            // A line that had nothing but a comment goes, and a blank one stays.
            if !bare.is_empty() || line.trim().is_empty() {
                text += bare;
                text.push('\n');
            }
            start += line.len();
        }
        Some(Self {
            text: text.trim_start().to_string(),
            lints: reader.lints,
        })
    }
}

/// Finds the bytes of a source file that belong to its code.
struct Reader<'s> {
    source: &'s str,
    /// The tokens that stay, in order.
    kept: Vec<Range<usize>>,
    lints: BTreeSet<String>,
}

impl Reader<'_> {
    fn read(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut rest = &tokens[..];
        while let Some((token, behind)) = rest.split_first() {
            rest = behind;
            // An attribute of what follows, or of what it stands in.
            if let TokenTree::Punct(mark) = token
                && mark.as_char() == '#'
                && let Some((group, behind)) = attribute(rest)
                && self.is_said(mark.span().byte_range(), group)
            {
                rest = behind;
                continue;
            }
            match token {
                TokenTree::Group(group) => {
                    self.kept.push(group.span_open().byte_range());
                    self.read(group.stream());
                    self.kept.push(group.span_close().byte_range());
                }
                other => self.kept.push(other.span().byte_range()),
            }
        }
    }

    /// Whether an attribute is a documentation comment, or quietens lints.
    fn is_said(&mut self, mark: Range<usize>, group: &Group) -> bool {
        if self.source[mark.start..].starts_with("//")
            || self.source[mark.start..].starts_with("/*")
        {
            return true;
        }
        let inside: Vec<TokenTree> = group.stream().into_iter().collect();
        let [TokenTree::Ident(name), TokenTree::Group(lints)] = &inside[..] else {
            return false;
        };
        if name != "allow" && name != "expect" {
            return false;
        }
        let lints = lints.stream().to_string();
        let lints = lints.split(',').map(str::trim);
        // Those of clippy are warnings.
        let of_rustc = lints.filter(|lint| !lint.is_empty() && !lint.contains([':', '=']));
        self.lints.extend(of_rustc.map(str::to_string));
        true
    }

    /// A line, which begins at this byte, without what is no code.
    fn bare(&self, start: usize, line: &str) -> String {
        let first = self.kept.partition_point(|range| range.end <= start);
        let mut text = String::new();
        let mut tokens = self.kept[first..].iter().peekable();
        for (at, c) in line.char_indices() {
            let at = start + at;
            while tokens.next_if(|range| range.end <= at).is_some() {}
            let is_code = tokens.peek().is_some_and(|range| range.contains(&at));
            if is_code || c.is_whitespace() {
                text.push(c);
            }
        }
        text
    }
}

/// The brackets of an attribute behind its `#`, and what follows.
fn attribute(tokens: &[TokenTree]) -> Option<(&Group, &[TokenTree])> {
    match tokens {
        [TokenTree::Group(group), rest @ ..] if group.delimiter() == Delimiter::Bracket => {
            Some((group, rest))
        }
        [TokenTree::Punct(mark), TokenTree::Group(group), rest @ ..] if mark.as_char() == '!' => {
            Some((group, rest))
        }
        _ => None,
    }
}
