//! What no search sees of a program, as far as the source of all that is compiled into it tells.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use serde_json::{Value, json};

/// What is not seen, each with the first place that shows it.
#[derive(Debug, Clone, Default)]
pub struct Unseen {
    /// `unsafe` code: no operation is announced for what it does to memory.
    pub unsafe_code: Option<Spot>,
    /// A collection whose order is another one in each run. Two runs may have the same by chance.
    pub hash_order: Option<Spot>,
}

/// A line of a source file.
#[derive(Debug, Clone)]
pub struct Spot {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1 on.
    pub line: usize,
}

impl Unseen {
    /// Reads source files, of which the program's own come first.
    pub fn of(files: impl IntoIterator<Item = PathBuf>) -> Self {
        Self::of_all(files, Compiled::WithoutTests)
    }

    /// The same, of a program of tests.
    pub fn of_tests(files: impl IntoIterator<Item = PathBuf>) -> Self {
        Self::of_all(files, Compiled::WithTests)
    }

    fn of_all(files: impl IntoIterator<Item = PathBuf>, compiled: Compiled) -> Self {
        let mut unseen = Self::default();
        for file in files {
            if unseen.is_complete() {
                break;
            }
            // All of it has been compiled: what is no text is no part of it.
            if let Ok(text) = fs::read_to_string(&file) {
                unseen.read(&file, &text, compiled);
            }
        }
        unseen
    }

    /// As it is kept in a file.
    pub fn to_json(&self) -> Value {
        let spot = |spot: &Option<Spot>| spot.as_ref().map(|spot| json!([spot.file, spot.line]));
        json!([spot(&self.unsafe_code), spot(&self.hash_order)])
    }

    /// What was kept in a file.
    pub fn parse(kept: &Value) -> Self {
        let spot = |nth: usize| {
            let spot = &kept[nth];
            Some(Spot {
                file: PathBuf::from(spot[0].as_str()?),
                line: spot[1].as_u64()? as usize,
            })
        };
        Self {
            unsafe_code: spot(0),
            hash_order: spot(1),
        }
    }

    fn is_complete(&self) -> bool {
        self.unsafe_code.is_some() && self.hash_order.is_some()
    }

    fn read(&mut self, file: &Path, text: &str, compiled: Compiled) {
        let words = |words: &[&str]| words.iter().any(|word| text.contains(word));
        // Most files have nothing of it, and reading their words takes time.
        let is_new = self.unsafe_code.is_none() && words(&["unsafe"])
            || self.hash_order.is_none() && words(&["HashMap", "HashSet", "RandomState"]);
        if !is_new {
            return;
        }
        let spot = |line| Spot {
            file: file.to_path_buf(),
            line,
        };
        let Ok(tokens) = text.parse::<TokenStream>() else {
            // What is included need not be Rust by itself. Then a word in a comment counts too.
            if words(&["unsafe"]) {
                self.unsafe_code.get_or_insert_with(|| spot(1));
            }
            return;
        };
        let mut found = Words::default();
        found.read(tokens, compiled);
        let place = |known: &mut Option<Spot>, line: Option<usize>| {
            if known.is_none() {
                *known = line.map(spot);
            }
        };
        place(&mut self.unsafe_code, found.unsafe_code);
        place(&mut self.hash_order, found.hash_order);
    }
}

/// What of a source file is compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Compiled {
    /// All.
    WithTests,
    /// All but what is behind `#[cfg(test)]`.
    WithoutTests,
}

/// Whether an item, a field, a statement or an arm may end with this.
fn ends_item(token: &TokenTree) -> bool {
    match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(mark) => matches!(mark.as_char(), ';' | ','),
        TokenTree::Ident(_) | TokenTree::Literal(_) => false,
    }
}

/// The lines of the words that matter, each of the first one.
#[derive(Default)]
struct Words {
    unsafe_code: Option<usize>,
    hash_order: Option<usize>,
}

impl Words {
    fn read(&mut self, tokens: TokenStream, compiled: Compiled) {
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            if let (TokenTree::Punct(mark), Some(TokenTree::Group(attribute))) =
                (&token, tokens.peek())
                && mark.as_char() == '#'
                && compiled == Compiled::WithoutTests
                && attribute.stream().to_string().replace(' ', "") == "cfg(test)"
            {
                // What it is about ends here at the latest, and may go on after a comma.
                tokens.by_ref().skip(1).find(ends_item);
                continue;
            }
            match token {
                TokenTree::Group(group) => self.read(group.stream(), compiled),
                TokenTree::Ident(word) => {
                    let line = word.span().start().line;
                    let place = match word.to_string().as_str() {
                        "unsafe" => &mut self.unsafe_code,
                        "HashMap" | "HashSet" | "RandomState" => &mut self.hash_order,
                        _ => continue,
                    };
                    place.get_or_insert(line);
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }
}
