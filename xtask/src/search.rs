//! Finding topics by what a learner would ask: their questions and search words, titles,
//! headers and events.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::ops::Range;

use crate::error::{Error, Result};
use crate::program;
use crate::workspace::Topic;
use invariants::suggest;

/// Words that a question has and that find nothing.
const FILLERS: [&str; 17] = [
    "a", "an", "and", "by", "do", "for", "from", "how", "i", "in", "is", "of", "on", "the", "to",
    "with", "without",
];

/// How many topics are named for each word, where none has all the words.
const NAMED: usize = 3;

/// A text of a topic in which words are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Where the topic has it.
    pub place: TextPlace,
    /// What it says.
    pub text: String,
}

/// Where a topic has a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextPlace {
    /// A question that it answers.
    Question,
    /// A further word that stands in its `invariants.toml` to be found.
    Word,
    /// Its name.
    Name,
    /// The first line of its header.
    Title,
    /// A sentence of its header.
    Header,
    /// A line that its example prints.
    Event,
}

/// A topic that has all the words.
pub struct Found<'t> {
    /// Which.
    pub topic: &'t Topic,
    /// The most telling text of each word; a text that has several words stands here once.
    pub texts: Vec<Text>,
    /// The sum of these texts' ranks, word by word: the smaller, the better.
    rank: usize,
}

impl TextPlace {
    /// The place in one word, as the list and its JSON have it.
    pub fn name(self) -> &'static str {
        match self {
            TextPlace::Question => "question",
            TextPlace::Word => "word",
            TextPlace::Name => "name",
            TextPlace::Title => "title",
            TextPlace::Header => "header",
            TextPlace::Event => "event",
        }
    }

    /// How much a word in this place tells about the topic: the smaller, the more.
    fn rank(self) -> usize {
        match self {
            TextPlace::Question => 0,
            TextPlace::Word => 1,
            TextPlace::Name | TextPlace::Title => 2,
            TextPlace::Header => 3,
            TextPlace::Event => 4,
        }
    }
}

/// The words to look for in what a person typed: without punctuation around them, and
/// without those that every question has.
///
/// # Errors
///
/// No word is left.
pub fn words(typed: &[String]) -> Result<Vec<String>> {
    let words = typed.iter().flat_map(|typed| typed.split_whitespace());
    let words = words.map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    let words = words.map(str::to_lowercase);
    let words: Vec<_> = words
        .filter(|word| !word.is_empty() && !FILLERS.contains(&word.as_str()))
        .collect();
    match words.is_empty() {
        true => Err(Error::usage(format!(
            "`{}` says too little; name a thing or an action, as in `cargo xtask list counter`",
            typed.join(" ")
        ))),
        false => Ok(words),
    }
}

/// The topics that have all of these words, those where they tell most first, and otherwise
/// in reading order.
///
/// # Errors
///
/// There is none; the message names the nearest word, or what each word finds alone. Or a
/// topic cannot be read.
pub fn search<'t>(topics: &'t [Topic], words: &[String]) -> Result<Vec<Found<'t>>> {
    let texts = topics.iter().map(|topic| Ok((topic, texts_of(topic)?)));
    let texts: Vec<_> = texts.collect::<Result<_>>()?;
    let found = all_with(&texts, words);
    match found.is_empty() {
        true => Err(none_with(&texts, words)),
        false => Ok(found),
    }
}

/// The place of a word in a text; `None` if no word of the text begins so. Both cases of a
/// letter are the same.
pub fn place_of(word: &str, text: &str) -> Option<Range<usize>> {
    let begins_word = |at: usize| {
        let before = text[..at].chars().next_back();
        let first = text[at..].chars().next();
        before.is_none_or(|before| {
            // `RwLock` is two words.
            let hump = before.is_lowercase() && first.is_some_and(char::is_uppercase);
            !before.is_alphanumeric() || hump
        })
    };
    let starts = text.char_indices().map(|(at, _)| at);
    starts.filter(|at| begins_word(*at)).find_map(|at| {
        let mut left = word.chars();
        let mut end = at;
        for found in text[at..].chars() {
            let Some(wanted) = left.next() else { break };
            if !found.to_lowercase().eq(wanted.to_lowercase()) {
                return None;
            }
            end += found.len_utf8();
        }
        left.next().is_none().then_some(at..end)
    })
}

/// Every text of a topic in which words are looked for.
fn texts_of(topic: &Topic) -> Result<Vec<Text>> {
    let invariants = program::invariants_of(topic)?;
    let about = invariants.about;
    let questions = about.how_do_i.iter().map(|rest| question(rest));
    let events = invariants.example.events.iter();
    let places = [
        (TextPlace::Question, questions.collect()),
        (TextPlace::Word, about.words),
        (TextPlace::Name, vec![topic.name.clone()]),
        (TextPlace::Title, vec![topic.title()?]),
        (TextPlace::Header, sentences(&topic.header()?)),
        (
            TextPlace::Event,
            events.map(|event| event.pattern()).collect(),
        ),
    ];
    let texts = places
        .into_iter()
        .flat_map(|(place, texts)| texts.into_iter().map(move |text| Text { place, text }));
    Ok(texts.collect())
}

/// A question as a learner asks it.
fn question(rest: &str) -> String {
    format!("How do I {rest}?")
}

/// The sentences of a header, without its title and its commands.
fn sentences(header: &[String]) -> Vec<String> {
    let mut paragraphs = vec![String::new()];
    let mut in_code = false;
    for line in header.iter().skip(1) {
        if line.starts_with("```") {
            in_code = !in_code;
        } else if line.is_empty() || line.starts_with("- ") {
            paragraphs.push(line.trim_start_matches("- ").to_string());
        } else if let (false, Some(paragraph)) = (in_code, paragraphs.last_mut()) {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            *paragraph += line.trim();
        }
    }
    let sentences = paragraphs
        .iter()
        .flat_map(|paragraph| paragraph.split_inclusive(". "));
    let sentences = sentences.map(|sentence| sentence.trim().to_string());
    sentences.filter(|sentence| !sentence.is_empty()).collect()
}

fn all_with<'t>(topics: &[(&'t Topic, Vec<Text>)], words: &[String]) -> Vec<Found<'t>> {
    let found = topics
        .iter()
        .filter_map(|(topic, texts)| find_in(topic, texts, words));
    let mut found: Vec<_> = found.collect();
    found.sort_by_key(|found| found.rank);
    found
}

fn find_in<'t>(topic: &'t Topic, texts: &[Text], words: &[String]) -> Option<Found<'t>> {
    let has = |text: &Text, word: &String| place_of(word, &text.text).is_some();
    let mut found = Found {
        topic,
        texts: Vec::new(),
        rank: 0,
    };
    for word in words {
        let with_word = texts.iter().filter(|text| has(text, word));
        let best = with_word.min_by_key(|text| {
            let together = words.iter().filter(|word| has(text, word)).count();
            (text.place.rank(), Reverse(together))
        })?;
        found.rank += best.place.rank();
        if !found.texts.contains(best) {
            found.texts.push(best.clone());
        }
    }
    Some(found)
}

/// The error of looking for what no topic has.
fn none_with(topics: &[(&Topic, Vec<Text>)], words: &[String]) -> Error {
    let mut alone = Vec::new();
    for word in words {
        let found = all_with(topics, std::slice::from_ref(word));
        if found.is_empty() {
            let texts = topics.iter().flat_map(|(_, texts)| texts);
            let known = texts.flat_map(|text| text.text.split(|c: char| !c.is_alphanumeric()));
            let known = known.filter(|word| word.len() > 2).map(str::to_lowercase);
            let known: BTreeSet<_> = known.collect();
            return Error::usage(match suggest(word, known.iter().map(String::as_str)) {
                Some(near) => format!("no topic has `{word}`; did you mean `{near}`?"),
                None => format!("no topic has `{word}`; `cargo xtask list` shows them all"),
            });
        }
        let names: Vec<_> = found
            .iter()
            .map(|found| found.topic.name.as_str())
            .collect();
        let more = if names.len() > NAMED { ", …" } else { "" };
        let names = names[..names.len().min(NAMED)].join(", ");
        alone.push(format!("`{word}` finds {names}{more}"));
    }
    Error::usage(format!(
        "no topic has all of these words; {}",
        alone.join("; ")
    ))
}
