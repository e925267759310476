//! What the source calls an object, from the place where it was made.
//!
//! The engine knows an object by the place of the call that made it. Whoever reads a
//! schedule knows it by the variable, the static or the field that the call initialises.
//! Finding that takes no parser: from the call outwards, the nearest `name:` of a struct
//! literal or `let name =` decides; where there is neither, the object has no name, and is
//! shown as what it is, with a number: `mutex#2`. What a tuple is made of is told apart by
//! its place in it: `pair.0`.

use std::collections::BTreeMap;

use protocol::{Object, Place, Side};

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
        let mut sources: BTreeMap<&str, Option<Masked>> = BTreeMap::new();
        let mut found: BTreeMap<u64, (Vec<String>, &Object)> = BTreeMap::new();
        for object in objects {
            if found.contains_key(&object.id) {
                continue;
            }
            let file = object.made.file.as_str();
            let source = sources
                .entry(file)
                .or_insert_with(|| read(file).map(|text| Masked::new(&text)));
            // A channel is one object to its program, and several to the engine.
            let is_channel = object.is_channel();
            let named = source
                .as_ref()
                .and_then(|source| names_at(source, &object.made, is_channel));
            found.insert(object.id, (named.unwrap_or_default(), object));
        }
        // In the order of the source, so that the first of an array's is `#1`.
        let mut by_place: Vec<_> = found.iter().collect();
        by_place.sort_by_key(|(id, (_, object))| (&object.made, **id));
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
pub fn names_at(source: &Masked, made: &Place, is_channel: bool) -> Option<Vec<String>> {
    let text = &source.0;
    let mut at = source.position(made)?;
    // Where the call ends, or what it is a part of. What ends its block is what the block is
    // worth.
    let mut end = end_of_call(text, at);
    // Which of the values between the innermost brackets it is.
    let mut nth = 0;
    // Its places in the tuples that it is a part of, from the outermost on.
    let mut parts: Vec<usize> = Vec::new();
    let mut depth = 0;
    while at > 0 {
        at -= 1;
        let before = at.checked_sub(1).map(|before| text[before]);
        match text[at] {
            // What ends another statement or another item.
            ';' | '}' if depth == 0 => {
                let is_last = end.is_some_and(|end| closes_block(text, end));
                at = start_of_block(text, at + 1).filter(|_| is_last)?;
                at += 1;
            }
            ')' | ']' | '}' => depth += 1,
            '(' | '[' | '{' if depth > 0 => depth -= 1,
            _ if depth > 0 => {}
            '(' => {
                match word_before(text, at) {
                    Some(word) if KEEPERS.contains(&&*word) => return receiver(text, at),
                    // What another thread makes is not what it is spawned as.
                    Some(word) if word == "spawn" => return None,
                    // Of what a call makes from its arguments there is one.
                    Some(_) => nth = 0,
                    None if is_tuple(text, at) => {
                        parts.insert(0, nth);
                        nth = 0;
                    }
                    None => {}
                }
                end = end_of_block(text, at);
            }
            '[' => end = end_of_block(text, at),
            // Of a block as a value, and of a closure, what ends it is what it makes.
            '{' => {
                let before = skip_space(text, at);
                let is_value = before > 0 && matches!(text[before - 1], '=' | '|');
                let is_const = word_before(text, at).as_deref() == Some("const");
                let is_last = end.is_some_and(|end| closes_block(text, end));
                if !is_last || !is_value && !is_const {
                    return None;
                }
                end = end_of_block(text, at);
            }
            ',' => nth += 1,
            // The parameters of a closure.
            '|' if before == Some('|') => at -= 1,
            '|' => at = text[..at].iter().rposition(|&c| c == '|')?,
            ':' if before == Some(':') => at -= 1,
            ':' => return Some(vec![word_before(text, at)?]),
            '=' if before.is_none_or(|before| !"=!<>+-*/%&|^".contains(before))
                && !matches!(text.get(at + 1), Some('=' | '>')) =>
            {
                let left: String = text[start_of_statement(text, at)..at].iter().collect();
                let mut names = bound(&left)?;
                if is_channel && names.len() == 2 && parts.is_empty() {
                    return Some(names);
                }
                // The outermost tuple may be what the names are bound to one by one.
                let name = match names.len() {
                    1 => names.pop()?,
                    _ if parts.is_empty() => return None,
                    several => {
                        let part = Some(parts.remove(0)).filter(|part| *part < several)?;
                        names.swap_remove(part)
                    }
                };
                let parts = parts.iter().map(|part| format!(".{part}"));
                return Some(vec![name + &parts.collect::<String>()]);
            }
            _ => {}
        }
    }
    None
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

/// The name of what a method is called on whose bracket opens at `at`: the variable or the field
/// before all methods.
fn receiver(text: &[char], mut at: usize) -> Option<Vec<String>> {
    loop {
        at = text[..at].iter().rposition(|&c| c == '.')?;
        at = skip_space(text, at);
        if at == 0 || !matches!(text[at - 1], ')' | ']') {
            return Some(vec![word_before(text, at)?]);
        }
        // What a method or an index gives: `map.lock().unwrap()`, `lists[0]`.
        at = start_of_block(text, at - 1)?;
        if text[at] == '[' {
            return Some(vec![word_before(text, at)?]);
        }
    }
}

/// Whether the round bracket that opens at `at` encloses several values.
fn is_tuple(text: &[char], at: usize) -> bool {
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

/// Where the statement or the item begins that a position is in.
fn start_of_statement(text: &[char], at: usize) -> usize {
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
fn start_of_block(text: &[char], at: usize) -> Option<usize> {
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
fn end_of_block(text: &[char], at: usize) -> Option<usize> {
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
fn end_of_call(text: &[char], at: usize) -> Option<usize> {
    let open = end_of(text, at, |rest| "(;{}".contains(rest[0]));
    end_of_block(text, open).filter(|_| text.get(open) == Some(&'('))
}

/// Whether nothing but methods, and the `?` of what may fail, stands between a position and
/// the end of its block.
fn closes_block(text: &[char], mut at: usize) -> bool {
    loop {
        at = end_of(text, at, |rest| !rest[0].is_whitespace() && rest[0] != '?');
        match text.get(at) {
            Some('}') => return true,
            Some('.') => match end_of_call(text, at) {
                Some(end) => at = end,
                None => return false,
            },
            _ => return false,
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Where the space before a position begins.
fn skip_space(text: &[char], mut at: usize) -> usize {
    while at > 0 && text[at - 1].is_whitespace() {
        at -= 1;
    }
    at
}

/// The word that ends before a position, if one does.
fn word_before(text: &[char], at: usize) -> Option<String> {
    let end = skip_space(text, at);
    let mut start = end;
    while start > 0 && is_word(text[start - 1]) {
        start -= 1;
    }
    (start < end).then(|| text[start..end].iter().collect())
}

/// A source file in which comments, strings and characters are blank, so that no bracket
/// in them counts.
pub struct Masked(Vec<char>);

impl Masked {
    /// Blanks what is no code.
    pub fn new(source: &str) -> Self {
        let mut text: Vec<char> = source.chars().collect();
        let mut at = 0;
        while at < text.len() {
            let end = match (text[at], text.get(at + 1)) {
                ('/', Some('/')) => end_of(&text, at, |rest| rest[0] == '\n'),
                ('/', Some('*')) => end_of_comment(&text, at),
                ('"', _) => end_of_string(&text, at + 1),
                ('r', Some('"' | '#')) if begins_literal(&text, at) => end_of_raw(&text, at + 1),
                ('\'', Some('\\')) => end_of(&text, at + 3, |rest| rest[0] == '\'') + 1,
                // A lifetime has no quote after its first letter.
                ('\'', Some(_)) if text.get(at + 2) == Some(&'\'') => at + 3,
                _ => {
                    at += 1;
                    continue;
                }
            };
            let end = end.min(text.len());
            for c in &mut text[at..end] {
                if *c != '\n' {
                    *c = ' ';
                }
            }
            at = end;
        }
        Self(text)
    }

    /// Where a place is in it.
    fn position(&self, place: &Place) -> Option<usize> {
        let newlines = self.0.iter().enumerate().filter(|(_, c)| **c == '\n');
        let start = match place.line.checked_sub(2) {
            None => 0,
            Some(before) => newlines.map(|(at, _)| at + 1).nth(before)?,
        };
        let at = start + place.column.checked_sub(1)?;
        (at <= self.0.len()).then_some(at)
    }
}

/// The first place from `at` on of which `is_end` is true, or the end.
fn end_of(text: &[char], at: usize, is_end: impl Fn(&[char]) -> bool) -> usize {
    let places = at..text.len();
    places
        .into_iter()
        .find(|&at| is_end(&text[at..]))
        .unwrap_or(text.len())
}

/// The end of the comment that begins at `at`, and may have others inside.
fn end_of_comment(text: &[char], mut at: usize) -> usize {
    let mut depth = 0;
    while at < text.len() {
        match text[at..] {
            ['/', '*', ..] => depth += 1,
            ['*', '/', ..] => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            break;
        }
    }
    at
}

/// Whether the `r` at `at` can begin a raw string: in `br` and `cr` it is the second letter.
fn begins_literal(text: &[char], at: usize) -> bool {
    let before = |at: usize| at.checked_sub(1).map(|before| text[before]);
    let start = match before(at) {
        Some('b' | 'c') => at - 1,
        _ => at,
    };
    before(start).is_none_or(|before| !is_word(before))
}

fn end_of_string(text: &[char], mut at: usize) -> usize {
    while at < text.len() && text[at] != '"' {
        at += if text[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// The end of a raw string whose hashes begin at `at`; `at` itself if none begins there.
fn end_of_raw(text: &[char], at: usize) -> usize {
    let hashes = text[at..].iter().take_while(|&&c| c == '#').count();
    if text.get(at + hashes) != Some(&'"') {
        return at;
    }
    let closing: Vec<char> = std::iter::once('"')
        .chain(std::iter::repeat_n('#', hashes))
        .collect();
    end_of(text, at + hashes + 1, |rest| rest.starts_with(&closing)) + closing.len()
}
