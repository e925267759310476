//! What the source calls an object, from the place where a method of it is called.
//!
//! An atomic is known by its address alone, so nothing tells where it was made. The reader of a
//! schedule knows it by what stands before the method: `hits` in `self.hits.load(SeqCst)`. Where
//! that is a variable for a clone or a reference, it is called what that was made of: `hits` also
//! after `let mine = Arc::clone(&hits);`.

use protocol::Place;

use super::code::{Code, is_word, path_end, receiver};

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
    let call: String = text[at..].iter().take_while(|c| **c != ';').collect();
    let mut name = match cloned(&call) {
        Some(path) => last_of(path)?,
        None => receiver(text, at, |method| PASSED.contains(&method))?,
    };
    for _ in 0..FOLLOWED {
        match made_of(text, at, &name) {
            Some(other) if other != name => name = other,
            _ => break,
        }
    }
    Some(name)
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
    let path = match cloned(value) {
        Some(path) => path,
        None => match value.strip_suffix(".clone()") {
            Some(path) => path,
            None => value.strip_prefix('&')?,
        },
    };
    last_of(path)
}

/// What this call clones, if it is one of `Arc::clone`.
fn cloned(call: &str) -> Option<&str> {
    let calls = ["Arc::clone(", "Rc::clone("];
    let argument = calls.iter().find_map(|start| call.strip_prefix(start))?;
    argument.split(')').next()?.trim().strip_prefix('&')
}

/// The last name of a path such as `self.hits`.
fn last_of(path: &str) -> Option<String> {
    let is_path = path.chars().all(|c| is_word(c) || c == '.');
    let path: Vec<char> = path.chars().collect();
    path_end(&path, path.len()).filter(|_| is_path)
}
