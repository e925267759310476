//! A first draft of a file: the events of a program, guessed from what it printed.
//!
//! Lines that are alike become one event. Its captures are the numbers, and the words that
//! differ between those lines.

use std::fmt::Write;

use transcript::{Exit, Stream, Transcript};

use super::checker::check;
use super::pattern::escaped;
use super::quantity::{integer_length, number_length};
use super::spec::Spec;
use super::view::panicking_thread;

/// Words that name nothing, neither an event nor a value.
const FILLERS: [&str; 24] = [
    "a", "all", "an", "and", "are", "at", "by", "for", "from", "has", "have", "in", "is", "it",
    "its", "no", "of", "on", "or", "that", "the", "to", "was", "with",
];

/// A draft of the events that a program prints.
pub struct Draft {
    /// The table `[events]`, and a rule where the program does not exit with 0.
    pub text: String,
    /// How many events there are.
    pub events: usize,
    /// Whether every run keeps what the draft says. It may not where runs end differently,
    /// or where lines are so much alike that no guess keeps them apart.
    pub holds: bool,
}

/// Drafts the events of a program from runs of it; `None` if it printed nothing.
pub fn draft(runs: &[Transcript]) -> Option<Draft> {
    // With fewer captures fewer patterns match the same line.
    let drafts = [true, false].map(|words_vary| draft_with(runs, words_vary));
    let [varied, fixed] = drafts;
    match varied {
        Some(draft) if !draft.holds => fixed,
        varied => varied,
    }
}

fn draft_with(runs: &[Transcript], words_vary: bool) -> Option<Draft> {
    let mut groups: Vec<Group> = Vec::new();
    for (run, transcript) in runs.iter().enumerate() {
        for line in printed(transcript) {
            let joined = groups
                .iter_mut()
                .find_map(|group| group.join(&line, words_vary));
            match joined {
                Some(group) => group.runs.push(run),
                None => groups.push(Group {
                    line,
                    runs: vec![run],
                }),
            }
        }
    }
    let mut names: Vec<String> = Vec::new();
    for group in &groups {
        names.push(first_free(group.line.names(), &names));
    }
    let (name, end) = (names.last()?, &runs.first()?.end);
    let mut text = String::from("[events]\n");
    for (name, group) in names.iter().zip(&groups) {
        let _ = writeln!(text, "{name} = {}", group.event(runs.len()));
    }
    text += &outcome(&end.exit, name);
    let holds = Spec::parse(&text).is_ok_and(|spec| {
        let reports = runs.iter().map(|run| check(&spec, run));
        let mut rules = reports.flat_map(|report| report.rules);
        rules.all(|rule| rule.holds)
    });
    Some(Draft {
        text,
        events: groups.len(),
        holds,
    })
}

/// The rule about how a program ends that ended so, having printed `last`; nothing if it
/// exited with 0.
fn outcome(exit: &Exit, last: &str) -> String {
    let way = match exit {
        Exit::Code(0) | Exit::Cut => return String::new(),
        Exit::Code(code) => format!("exits = {code}"),
        Exit::Signal(signal) => format!("signal = {signal}"),
        Exit::Hang => format!("hangs = {{ quiet = \"300ms\", reached = [\"{last}\"] }}"),
    };
    format!("\n[[always]]\nclaim = \"the program {exit}\"\noutcome = {{ {way} }}\n")
}

/// Lines that are taken for one event.
struct Group {
    line: PrintedLine,
    /// The runs that have one, in order.
    runs: Vec<usize>,
}

/// A line, or a panic's report; or what several of them have in common.
#[derive(Clone)]
struct PrintedLine {
    stream: Stream,
    /// Of a panic, the name of its thread, unless several threads panicked so.
    panic: Option<Option<String>>,
    tokens: Vec<Token>,
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    /// White space or punctuation.
    Sign(char),
    Word(String),
    /// What stands between two quotation marks.
    Quoted(String),
    /// Any number: a whole one, or one that may have a fraction.
    Number {
        fraction: bool,
    },
    /// Another word in each line.
    AnyWord,
    /// Another text between quotation marks.
    AnyQuoted,
}

impl Group {
    /// Takes in a line that is alike.
    fn join(&mut self, line: &PrintedLine, words_vary: bool) -> Option<&mut Self> {
        self.line = self.line.joined(line, words_vary)?;
        Some(self)
    }

    /// The event as the file writes it.
    fn event(&self, runs: usize) -> String {
        let pattern = quoted(&self.line.pattern());
        let key = match (&self.line.panic, self.line.stream) {
            (Some(_), _) => "panic",
            (None, stream) => stream.name(),
        };
        let thread = self.line.panic.clone().flatten();
        let thread = thread.map(|name| format!("thread = {}", quoted(&escaped(&name))));
        let mut seen_in = self.runs.clone();
        seen_in.dedup();
        let absent = (seen_in.len() < runs).then(|| {
            let seen = seen_in.len();
            format!("may_be_absent = \"only {seen} of {runs} runs printed it: say why\"")
        });
        match (key, thread.is_some() || absent.is_some()) {
            ("stdout", false) => pattern,
            _ => {
                let keys = [Some(format!("{key} = {pattern}")), thread, absent];
                let keys: Vec<_> = keys.into_iter().flatten().collect();
                format!("{{ {} }}", keys.join(", "))
            }
        }
    }
}

impl PrintedLine {
    /// What the two have in common, if they are alike.
    fn joined(&self, other: &Self, words_vary: bool) -> Option<Self> {
        let kinds = |printed: &Self| (printed.stream, printed.panic.is_some());
        if kinds(self) != kinds(other) || self.tokens.len() != other.tokens.len() {
            return None;
        }
        let pairs = self.tokens.iter().zip(&other.tokens);
        let tokens: Vec<_> = pairs.map(|(a, b)| a.joined(b)).collect::<Option<_>>()?;
        let any = |token: &Token| *token == Token::AnyWord;
        let varying = tokens.iter().filter(|token| any(token)).count();
        if varying > 0 {
            // Who acts and what they do is what an event is about.
            let after_verb = self.verb().map_or(tokens.len(), |verb| verb + 1);
            let (fixed, free) = tokens.split_at(after_verb);
            let words = free.iter().filter(|token| any(token) || token.is_word());
            let too_many = varying > words.count().div_ceil(2);
            if !words_vary || self.panic.is_some() || fixed.iter().any(any) || too_many {
                return None;
            }
        }
        let panic = match (&self.panic, &other.panic) {
            (Some(a), Some(b)) if a != b => Some(None),
            (panic, _) => panic.clone(),
        };
        Some(Self {
            stream: self.stream,
            panic,
            tokens,
        })
    }

    /// The place of the colon behind the actor; a panic's message names none.
    fn colon(&self) -> Option<usize> {
        let colon = |token: &Token| *token == Token::Sign(':');
        let place = self.tokens.iter().position(colon);
        place.filter(|_| self.panic.is_none())
    }

    /// The place of the word that says what is done: the first behind the actor.
    fn verb(&self) -> Option<usize> {
        let start = self.colon().unwrap_or(0);
        let words = self.tokens.iter().enumerate().skip(start);
        words
            .filter(|(_, token)| token.is_word())
            .map(|(at, _)| at)
            .next()
    }

    /// What the event may be called, the best first.
    fn names(&self) -> Vec<String> {
        if self.panic.is_some() {
            return vec!["panicked".to_string()];
        }
        let (actor, action) = self.tokens.split_at(self.colon().unwrap_or(0));
        let named = |tokens: &[Token]| tokens.iter().filter_map(Token::name).collect::<Vec<_>>();
        let (actor, action) = (named(actor), named(action));
        let (short, long) = (action.iter().take(1), action.iter().take(2));
        let whose = actor.iter().take(1).chain(short.clone());
        let names = [
            short.cloned().collect(),
            long.cloned().collect(),
            whose.cloned().collect(),
        ];
        let names = names
            .iter()
            .filter(|words: &&Vec<String>| !words.is_empty());
        let names: Vec<_> = names.map(|words| words.join("_")).collect();
        match names.is_empty() {
            true => vec!["line".to_string()],
            false => names,
        }
    }

    /// The pattern that it matches.
    fn pattern(&self) -> String {
        let mut names: Vec<String> = Vec::new();
        let mut text = String::new();
        for (at, token) in self.tokens.iter().enumerate() {
            let (open, kind) = match token {
                Token::Sign(sign) => {
                    text += &escaped(&sign.to_string());
                    continue;
                }
                Token::Word(word) => {
                    text += word;
                    continue;
                }
                Token::Quoted(inside) => {
                    text += &format!("\"{}\"", escaped(inside));
                    continue;
                }
                Token::Number { fraction: false } => ("", ":int"),
                Token::Number { fraction: true } => ("", ":number"),
                Token::AnyWord => ("", ":word"),
                Token::AnyQuoted => ("\"", ""),
            };
            let name = first_free(self.capture_names(at), &names);
            text += &format!("{open}{{{name}{kind}}}{open}");
            names.push(name);
        }
        text
    }

    /// What the capture in this place may be called, the best first.
    fn capture_names(&self, at: usize) -> Vec<String> {
        let is_number = matches!(self.tokens[at], Token::Number { .. });
        let word = |place: Option<usize>| self.tokens.get(place?)?.name();
        let space = |place: usize| self.tokens.get(place) == Some(&Token::Sign(' '));
        // As in `job 3`, `job: 3` and `job=3`, but not across the actor's colon.
        let parts = |place: &usize| match &self.tokens[*place] {
            Token::Sign(' ' | '=') => true,
            Token::Sign(':') => self.colon() != Some(*place),
            _ => false,
        };
        let parted = (0..at).rev().take_while(parts).count();
        let before = (at - parted).checked_sub(1).filter(|_| parted > 0);
        let before_is_verb = before.is_some() && before == self.verb();
        let before = word(before);
        // In `took 3 left 5` the word between belongs to the number that it stands before.
        let number = |place: usize| matches!(self.tokens.get(place), Some(Token::Number { .. }));
        let stands_alone = space(at + 1) && !(space(at + 3) && number(at + 4));
        let after = word(Some(at + 2).filter(|_| stands_alone));
        let fallback = if is_number { "n" } else { "what" }.to_string();
        let names = match (is_number, before_is_verb) {
            (true, true) => [after, before],
            (true, false) => [before, after],
            (false, true) => [None, None],
            (false, false) => [before, None],
        };
        let names = names.into_iter().flatten();
        // Every event has a capture of this name already.
        let names = names.filter(|name| name != "actor");
        names.chain([fallback]).collect()
    }
}

impl Token {
    fn is_word(&self) -> bool {
        matches!(self, Token::Word(_))
    }

    /// The word as a name, if it is one that tells something.
    fn name(&self) -> Option<String> {
        let Token::Word(word) = self else { return None };
        let name = word.to_lowercase();
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        (is_name && !FILLERS.contains(&name.as_str())).then_some(name)
    }

    /// What the two have in common, if they are alike.
    fn joined(&self, other: &Self) -> Option<Self> {
        Some(match (self, other) {
            (a, b) if a == b => a.clone(),
            (Token::Word(_) | Token::AnyWord, Token::Word(_)) => Token::AnyWord,
            (Token::Quoted(_) | Token::AnyQuoted, Token::Quoted(_)) => Token::AnyQuoted,
            (Token::Number { .. }, Token::Number { .. }) => Token::Number { fraction: true },
            _ => return None,
        })
    }
}

/// The first of these names that is not taken; with a number if all are.
fn first_free(names: Vec<String>, taken: &[String]) -> String {
    let numbered = (2..).map(|number| format!("{}{number}", names[0]));
    let mut names = names.iter().cloned().chain(numbered);
    let free = names.find(|name| !taken.contains(name));
    free.expect("there is no end of numbers")
}

/// What a run printed, each panic's report as one.
fn printed(transcript: &Transcript) -> Vec<PrintedLine> {
    let of = |stream| {
        let lines = transcript.lines.iter();
        let lines = lines.filter(move |line| line.stream == stream);
        lines.map(|line| line.text.as_str()).collect::<Vec<_>>()
    };
    let line = |stream, text| PrintedLine {
        stream,
        panic: None,
        tokens: tokens(text),
    };
    let stdout = of(Stream::Stdout).into_iter();
    let mut printed: Vec<_> = stdout.map(|text| line(Stream::Stdout, text)).collect();
    let stderr = of(Stream::Stderr);
    let mut rest = &stderr[..];
    while let Some((text, after)) = rest.split_first() {
        // Newer standard libraries print a blank line before a panic's report.
        let header = match after.first() {
            Some(next) if text.is_empty() && panicking_thread(next).is_some() => next,
            _ => text,
        };
        let Some(thread) = panicking_thread(header) else {
            printed.push(line(Stream::Stderr, text));
            rest = after;
            continue;
        };
        rest = if header == text { after } else { &after[1..] };
        let is_note = |text: &str| text.starts_with("note: run with `RUST_BACKTRACE=");
        let ends =
            |text: &&str| text.is_empty() || is_note(text) || panicking_thread(text).is_some();
        let height = rest.iter().position(ends).unwrap_or(rest.len());
        let (message, after) = rest.split_at(height);
        rest = match after.first() {
            Some(text) if is_note(text) => &after[1..],
            _ => after,
        };
        printed.push(PrintedLine {
            stream: Stream::Stderr,
            panic: Some(Some(header[thread].to_string())),
            tokens: tokens(&message.join("\n")),
        });
    }
    printed
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        // In `x86` and `2-3` the digits belong to what stands before them.
        let number = match before.is_alphanumeric() {
            true => 0,
            false => number_length(rest),
        };
        let in_word = |c: char| c.is_alphanumeric() || c == '_' || c == '\'';
        let word = rest.find(|c| !in_word(c)).unwrap_or(rest.len());
        let inside = rest
            .strip_prefix('"')
            .and_then(|inside| inside.split_once('"'));
        let (token, length) = match inside {
            Some((inside, _)) if !inside.is_empty() => {
                (Token::Quoted(inside.to_string()), inside.len() + 2)
            }
            _ if number > 0 => {
                let fraction = number > integer_length(rest);
                (Token::Number { fraction }, number)
            }
            _ if word > 0 => (Token::Word(rest[..word].to_string()), word),
            _ => (Token::Sign(first), first.len_utf8()),
        };
        tokens.push(token);
        before = rest[..length].chars().next_back().unwrap_or(' ');
        rest = &rest[length..];
    }
    tokens
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    let needs_escape = text.contains(['"', '\\']);
    if needs_escape && !text.contains('\'') && !text.contains(char::is_control) {
        return format!("'{text}'");
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted += "\\n",
            '\t' => quoted += "\\t",
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted + "\""
}
