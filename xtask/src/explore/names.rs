//! What the source calls an object, from the place where it was made.
//!
//! The engine knows most objects by the place of the call that made them. The reader of
//! a schedule knows it by the variable, the static or the field that the call initialises.
//! Finding that takes no parser: from the call outwards, the nearest `name:` of a struct
//! literal or `let name =` decides; where there is neither, the object has no name, and is
//! shown as what it is, with a number: `mutex#2`. What a tuple is made of is told apart by
//! its place in it: `pair.0`. An atomic is known by where it stands, and is called what it is
//! where it is first used.

use std::collections::BTreeMap;

use protocol::{Object, Place, Side};

use super::code::{
    Code, closes_block, end_of_block, end_of_call, is_tuple, is_word, methods_behind, receiver,
    skip_space, start_of_block, start_of_statement, word_before,
};
use super::uses;

/// The names of a schedule's objects.
pub struct Names {
    names: BTreeMap<u64, Name>,
}

struct Name {
    /// As it is shown: with a number where another object has the same name.
    shown: String,
    /// Whether that comes from the source.
    named: bool,
    /// The two ends of a channel, where they have names of their own.
    ends: Option<(String, String)>,
}

impl Names {
    /// The names of these objects; `read` gives the text of a source file.
    pub fn new<'o>(
        objects: impl Iterator<Item = &'o Object>,
        read: impl Fn(&str) -> Option<String>,
    ) -> Self {
        let mut sources: BTreeMap<&str, Option<Code>> = BTreeMap::new();
        let mut found: BTreeMap<u64, (Vec<String>, &Object)> = BTreeMap::new();
        for object in objects {
            if found.contains_key(&object.id) {
                continue;
            }
            let file = object.made.file.as_str();
            let source = sources
                .entry(file)
                .or_insert_with(|| read(file).and_then(|text| Code::of(&text)));
            // A channel is one object to its program, and several to the engine.
            let is_channel = object.is_channel();
            let named = source.as_ref().and_then(|source| match object.first_used {
                true => Some(vec![uses::name_at(source, &object.made)?]),
                false => names_at(source, &object.made, is_channel),
            });
            found.insert(object.id, (named.unwrap_or_default(), object));
        }
        // In the order of the source and of memory, so that the first of an array's is `#1`.
        let mut by_place: Vec<_> = found.iter().collect();
        by_place.sort_by_key(|(id, (_, object))| {
            let made = (!object.first_used).then_some(&object.made);
            (made, object.stands_at, **id)
        });
        let mut counts: BTreeMap<(String, &str), usize> = BTreeMap::new();
        let mut numbered = BTreeMap::new();
        for (id, (names, object)) in by_place {
            let name = match names.is_empty() {
                true => object
                    .kind
                    .rsplit(' ')
                    .next()
                    .unwrap_or_default()
                    .to_string(),
                false => names.join("/"),
            };
            let key = (name, object.kind.as_str());
            let count = counts.entry(key.clone()).or_default();
            *count += 1;
            numbered.insert(*id, (key, *count));
        }
        let names = found.iter().map(|(&id, (names, _))| {
            let (key, number) = &numbered[&id];
            let number = match counts[key] {
                1 => String::new(),
                _ => format!("#{number}"),
            };
            let (name, named) = (&key.0, !names.is_empty());
            let ends = match &names[..] {
                [near, far] => Some((format!("{near}{number}"), format!("{far}{number}"))),
                _ => None,
            };
            let shown = format!("{name}{number}");
            (id, Name { shown, named, ends })
        });
        Self {
            names: names.collect(),
        }
    }

    /// Whether the source has a name for an object.
    pub fn has(&self, object: &Object) -> bool {
        self.names[&object.id].named
    }

    /// What an object is called; of a channel where this end of it is meant.
    pub fn of(&self, object: &Object, side: Option<Side>) -> &str {
        let name = &self.names[&object.id];
        match (&name.ends, side) {
            (Some((sender, _)), Some(Side::Sender)) => sender,
            (Some((_, receiver)), Some(Side::Receiver)) => receiver,
            _ => &name.shown,
        }
    }
}

/// The name that the source gives to what the call at a place makes: two for the ends of
/// a channel.
pub fn names_at(source: &Code, made: &Place, is_channel: bool) -> Option<Vec<String>> {
    let text = &source.0[..];
    let at = source.position(made)?;
    let end = end_of_call(text, at);
    // What has a name then is what the thread has returned.
    if end.is_some_and(|end| is_joined(text, end)) {
        return None;
    }
    let mut walk = Walk {
        text,
        at,
        end,
        nth: 0,
        parts: Vec::new(),
    };
    let mut depth = 0;
    while walk.at > 0 {
        walk.at -= 1;
        let at = walk.at;
        let before = at.checked_sub(1).map(|before| text[before]);
        match text[at] {
            // The end of another statement or of another item.
            ';' | '}' if depth == 0 => walk.enter_rest_of_block()?,
            ')' | ']' | '}' => depth += 1,
            '(' | '[' | '{' if depth > 0 => depth -= 1,
            _ if depth > 0 => {}
            '(' if is_call_of(text, at, &KEEPERS) => {
                let method = word_before(text, at)?;
                let begins = skip_space(text, at) - method.chars().count();
                return Some(vec![receiver(text, begins, |_| true)?]);
            }
            // What another thread makes is not what it is spawned as.
            '(' if is_call_of(text, at, &["spawn"]) => return None,
            '(' => walk.leave_parentheses(),
            '[' => walk.end = end_of_block(text, at),
            '{' => walk.leave_block()?,
            ',' => walk.nth += 1,
            // The parameters of a closure.
            '|' if before == Some('|') => walk.at -= 1,
            '|' => walk.at = text[..at].iter().rposition(|&c| c == '|')?,
            ':' if before == Some(':') => walk.at -= 1,
            ':' => return Some(vec![word_before(text, at)?]),
            '=' if is_assignment(text, at) => return walk.bound(is_channel),
            _ => {}
        }
    }
    None
}

/// Whether the thread is joined at once that the call starts which ends here.
fn is_joined(text: &[char], end: usize) -> bool {
    let (methods, _) = methods_behind(text, end);
    methods.iter().any(|method| method == "join")
}

/// A walk through the source, from a call outwards to the name of what the call makes.
struct Walk<'t> {
    text: &'t [char],
    at: usize,
    /// Where the call ends, or what it is a part of. The last expression of a block is the
    /// block's value.
    end: Option<usize>,
    /// Which of the values between the innermost brackets it is.
    nth: usize,
    /// Its places in the tuples that it is a part of, from the outermost on.
    parts: Vec<usize>,
}

impl Walk<'_> {
    /// Whether what it has come from is the value of its block.
    fn is_value_of_block(&self) -> bool {
        self.end.is_some_and(|end| closes_block(self.text, end))
    }

    /// Passes the other statements of a block at once; `None` if the block has another value.
    fn enter_rest_of_block(&mut self) -> Option<()> {
        let start = start_of_block(self.text, self.at + 1);
        self.at = start.filter(|_| self.is_value_of_block())? + 1;
        Some(())
    }

    /// Leaves a call's arguments, a tuple, or what stands in brackets for no reason.
    fn leave_parentheses(&mut self) {
        if word_before(self.text, self.at).is_some() {
            // A call makes one value of all its arguments.
            self.nth = 0;
        } else if is_tuple(self.text, self.at) {
            self.parts.insert(0, self.nth);
            self.nth = 0;
        }
        self.end = end_of_block(self.text, self.at);
    }

    /// Leaves a block that is a value, or a closure's; `None` if it is neither, or if its value is
    /// another one.
    fn leave_block(&mut self) -> Option<()> {
        let (text, at) = (self.text, self.at);
        let before = skip_space(text, at);
        let is_value = before > 0 && matches!(text[before - 1], '=' | '|');
        let is_const = word_before(text, at).as_deref() == Some("const");
        if !self.is_value_of_block() || !is_value && !is_const {
            return None;
        }
        self.end = end_of_block(text, at);
        Some(())
    }

    /// The names on the left side of the `=` that it has come to.
    fn bound(mut self, is_channel: bool) -> Option<Vec<String>> {
        let left = &self.text[start_of_statement(self.text, self.at)..self.at];
        let mut names = bound(&left.iter().collect::<String>())?;
        if is_channel && names.len() == 2 && self.parts.is_empty() {
            return Some(names);
        }
        // The outermost tuple may be what the names are bound to one by one.
        let name = match names.len() {
            1 => names.pop()?,
            _ if self.parts.is_empty() => return None,
            several => {
                let part = Some(self.parts.remove(0)).filter(|part| *part < several)?;
                names.swap_remove(part)
            }
        };
        if name == "_" {
            return None;
        }
        let parts = self.parts.iter().map(|part| format!(".{part}"));
        Some(vec![name + &parts.collect::<String>()])
    }
}

/// Whether the round bracket at `at` opens the arguments of a function with one of these names.
fn is_call_of(text: &[char], at: usize, names: &[&str]) -> bool {
    word_before(text, at).is_some_and(|word| names.contains(&&*word))
}

/// Whether the `=` at `at` stands alone, and is no part of an operator or of an arrow.
fn is_assignment(text: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| text[before]);
    before.is_none_or(|before| !"=!<>+-*/%&|^".contains(before))
        && !matches!(text.get(at + 1), Some('=' | '>'))
}

/// The names that the left side of a `=` binds: `let`, `static` and `const`, or the last
/// name of a path that is assigned to.
fn bound(left: &str) -> Option<Vec<String>> {
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|c| !is_word(c)).filter(|word| !word.is_empty());
        words.map(str::to_string).collect()
    };
    let keyword = ["let ", "static ", "const "]
        .iter()
        .find_map(|keyword| left.find(keyword).map(|at| at + keyword.len()));
    let Some(keyword) = keyword else {
        return Some(vec![words(left).pop()?]);
    };
    // Up to the type, if one is given; a path in a pattern has two colons.
    let pattern = left[keyword..].replace("::", "");
    let pattern = pattern.split(':').next()?.trim();
    let mut names = words(pattern);
    names.retain(|word| !matches!(word.as_str(), "mut" | "ref"));
    let plain = pattern.rfind('(') == Some(0) || names.len() == 1;
    (plain && !names.is_empty()).then_some(names)
}

/// The methods that keep what they are given, or what it makes, in what they are called on.
const KEEPERS: [&str; 11] = [
    "push",
    "push_back",
    "push_front",
    "insert",
    "extend",
    "resize_with",
    "or_insert",
    "or_insert_with",
    "get_or_init",
    "get_or_insert_with",
    "set",
];
