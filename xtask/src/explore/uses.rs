//! What the source calls an object, from the place where a method of it is called.
//!
//! An atomic is known by its address alone, so nothing tells where it was made. The reader of a
//! schedule knows it by what stands before the method: `hits` in `self.hits.load(SeqCst)`. Where
//! that is a variable for a clone or a reference, it is called what that was made of: `hits` also
//! after `let mine = Arc::clone(&hits);`.

use protocol::Place;

use super::code::{Code, is_word, skip_space, start_of_block, word_before};

/// Methods that lead to what they are called on, and not to a part of it.
const PASSED: [&str; 8] = [
    "as_ref", "borrow", "clone", "deref", "get", "lock", "read", "unwrap",
];

/// How many variables in a row are followed to what they were made of.
const FOLLOWED: usize = 4;

/// The name of what a method is called on whose name begins at a place, if the source has one.
pub fn name_at(source: &Code, used: &Place) -> Option<String> {
    let text = &source.0[..];
    let at = source.position(used)?;
    let mut name = receiver(text, at)?;
    for _ in 0..FOLLOWED {
        match made_of(text, at, &name) {
            Some(other) if other != name => name = other,
            _ => break,
        }
    }
    Some(name)
}

/// The last name of the path that stands before the method whose name begins at `at`.
fn receiver(text: &[char], at: usize) -> Option<String> {
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
            if !PASSED.contains(&&*method) {
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
fn path_end(text: &[char], at: usize) -> Option<String> {
    let word = word_before(text, at)?;
    if !word.starts_with(|c: char| c.is_ascii_digit()) {
        return (word != "self").then_some(word);
    }
    let dot = before(text, skip_space(text, at) - word.chars().count(), '.')?;
    let whole = path_end(text, dot)?;
    Some(format!("{whole}.{word}"))
}

/// What the variable of this name was made of, by the nearest `let` before `at` in the same
/// function: what it is a clone of, or a reference to.
fn made_of(text: &[char], at: usize, name: &str) -> Option<String> {
    let before: String = text[..at].iter().collect();
    let function = &before[before.rfind("fn ")?..];
    let mut lets = function.rmatch_indices("let ");
    let value = lets.find_map(|(found, keyword)| {
        let (pattern, rest) = function[found + keyword.len()..].split_once('=')?;
        let variable = pattern.split(':').next()?.trim();
        let variable = variable.strip_prefix("mut ").unwrap_or(variable);
        (variable == name).then(|| rest.split(';').next().unwrap_or_default().trim())
    })?;
    let cloned = ["Arc::clone(", "Rc::clone("];
    let inner = cloned.iter().find_map(|call| value.strip_prefix(call));
    let path = match inner {
        Some(inner) => inner.strip_suffix(')')?.trim().strip_prefix('&')?,
        None => match value.strip_suffix(".clone()") {
            Some(path) => path,
            None => value.strip_prefix('&')?,
        },
    };
    let is_path = path.chars().all(|c| is_word(c) || c == '.');
    let path: Vec<char> = path.chars().collect();
    path_end(&path, path.len()).filter(|_| is_path)
}
