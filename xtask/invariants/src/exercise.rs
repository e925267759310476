//! What a pitfall's exercise asks: the claims that an answer has to keep, as a file of its own.
//!
//! A pitfall prints some of the lines of its topic's example, so only the claims about these
//! lines are about an answer. Those that the pitfall breaks must hold, and must say something.
//! The others may say nothing, because an answer is as small as the pitfall.

use std::collections::BTreeSet;
use std::ops::Range;

use transcript::Stream;

use super::pattern::Pattern;
use super::rules::{self, Scope};
use super::spec::{Event, GoesWrong, Invariants, Matcher, Mode, Rule};

/// A line that a program's source prints: its stream, and the parts of its format string, where
/// `None` is an argument.
#[derive(Debug, Clone, PartialEq)]
pub struct Format {
    /// Where it goes.
    pub stream: Stream,
    /// What it is made of.
    pub pieces: Vec<Option<String>>,
}

/// What an answer has to keep and to print.
#[derive(Debug, Clone, PartialEq)]
pub struct Exercise {
    /// The answer's `invariants.toml`.
    pub text: String,
    /// The claims that it makes, in the order of the topic's file.
    pub claims: Vec<String>,
    /// The claims that the pitfall breaks, each with its reason.
    pub broken: Vec<(String, Option<String>)>,
    /// The lines that an answer has to print, as patterns.
    pub lines: Vec<String>,
    /// The calls and types that an answer must use, if the topic's file names them.
    pub keeps: Option<Vec<String>>,
}

const MAY_BE_ABSENT: &str = "an answer need not print it";
const MAY_BE_VACUOUS: &str = "the exercise is smaller than the example";

impl Exercise {
    /// The exercise that the pitfall of this name makes, whose source prints these lines; `None`
    /// if the topic's file has errors, or names no such pitfall.
    pub fn of(source: &str, pitfall: &str, prints: &[Format]) -> Option<Self> {
        let Invariants {
            example, pitfalls, ..
        } = Invariants::parse(source).ok()?;
        let mut pitfalls = pitfalls.into_iter();
        let (companion, spec) = pitfalls.find(|(companion, _)| companion.name == pitfall)?;
        let practice = companion.practice;
        let events = &spec.events;
        let Printed { known, unnamed } = Printed::new(events, prints);
        let ends = |rule: &&Rule| rule.goes_wrong == Some(GoesWrong::Ends);
        let reached = spec.rules.iter().filter(ends).flat_map(|rule| &rule.names);
        let is_line = |place: &usize| matches!(events[*place].matcher, Matcher::Line { .. });
        let mut printed: BTreeSet<usize> = reached.copied().filter(is_line).collect();
        printed.extend(known);
        printed.retain(|&place| !practice.may_omit.contains(&events[place].name));

        let is_strict = |rule: &Rule| {
            let claims = [&companion.breaks, &practice.claimed];
            claims.iter().any(|claims| claims.contains(&rule.claim))
        };
        let strict = example.rules.iter().filter(|rule| is_strict(rule));
        let mut told: BTreeSet<usize> = strict.flat_map(|rule| &rule.names).copied().collect();
        told.extend(&printed);
        let is_asked = |rule: &&Rule| {
            let is_kept = rule.mode == Mode::Always && rule.names.is_subset(&told);
            is_strict(rule) || is_kept && !practice.not_claimed.contains(&rule.claim)
        };
        let mut asked: Vec<&Rule> = example.rules.iter().filter(is_asked).collect();
        // Why the example exits with 0 may be another reason.
        let outcome = rules::defaults(&Scope::new(source)).swap_remove(0);
        for rule in &mut asked {
            if rule.kind == outcome.kind && !is_strict(rule) && exits_with_0(source, rule) {
                *rule = &outcome;
            }
        }

        let mut text = run(&example.run, companion.not_explored.as_deref());
        text += "[events]\n";
        for (place, event) in events.iter().enumerate() {
            text += &line(event, printed.contains(&place));
        }
        // What stands behind the place where it hangs or dies is printed when it is mended.
        let must_follow = companion.ends.is_some();
        for event in &unnamed {
            text += &line(event, must_follow);
        }
        let stated = asked
            .iter()
            .filter_map(|rule| Some((rule, rule.span.clone()?)));
        for (rule, span) in stated {
            text += &claim(source, &span, rule, is_strict(rule));
        }
        let reason = |claim: &String| {
            let rule = example.rules.iter().find(|rule| rule.claim == *claim);
            (claim.clone(), rule.and_then(|rule| rule.why.clone()))
        };
        Some(Self {
            text,
            claims: asked
                .iter()
                .filter(|rule| rule.span.is_some() || rule.kind == "outcome")
                .map(|rule| rule.claim.clone())
                .collect(),
            broken: companion.breaks.iter().map(reason).collect(),
            lines: printed
                .iter()
                .map(|&place| &events[place])
                .chain(unnamed.iter().filter(|_| must_follow))
                .map(Event::pattern)
                .collect(),
            keeps: practice.keeps,
        })
    }
}

/// What a program's source prints.
struct Printed {
    /// The events, by their places, that are the only ones which some format string fits.
    known: BTreeSet<usize>,
    /// Events for the format strings that fit none.
    unnamed: Vec<Event>,
}

impl Printed {
    fn new(events: &[Event], formats: &[Format]) -> Self {
        let mut printed = Self {
            known: BTreeSet::new(),
            unnamed: Vec::new(),
        };
        for format in formats {
            let pattern = |event: &Event| match &event.matcher {
                Matcher::Line { stream, pattern } if *stream == format.stream => {
                    Some(pattern.clone())
                }
                _ => None,
            };
            let fitting = |fits: fn(&Pattern, &[Option<String>]) -> bool| -> Vec<usize> {
                let places = 0..events.len();
                let is_fit = |event| pattern(event).is_some_and(|own| fits(&own, &format.pieces));
                places.filter(|&place| is_fit(&events[place])).collect()
            };
            // An argument can be anything, also what looks like another line.
            let (exactly, perhaps) = (fitting(Pattern::is), fitting(Pattern::meets));
            match (&exactly[..], &perhaps[..]) {
                ([only], _) | (_, [only]) => {
                    printed.known.insert(*only);
                }
                (_, []) => printed.name(format),
                _ => {}
            }
        }
        printed
    }

    /// Makes an event of a format string that fits none.
    fn name(&mut self, format: &Format) {
        let pattern = Pattern::of(&format.pieces);
        let is_like = |event: &Event| match &event.matcher {
            Matcher::Line { pattern, .. } => pattern.meets(&format.pieces),
            Matcher::Panic { .. } => false,
        };
        // Of a line with no fixed text nothing is known.
        let says_something = format.pieces.iter().any(Option::is_some);
        if says_something && !self.unnamed.iter().any(is_like) {
            self.unnamed.push(Event {
                name: format!("line_{}", self.unnamed.len() + 1),
                span: 0..0,
                matcher: Matcher::Line {
                    stream: format.stream,
                    pattern,
                },
                may_be_absent: None,
            });
        }
    }
}

/// The table `[run]`, if it says anything.
fn run(run: &super::spec::Run, not_explored: Option<&str>) -> String {
    let mut text = String::new();
    if let Some(why) = &run.alone {
        text += &format!("alone = {}\n", quoted(why));
    }
    if let Some(time) = run.time_limit {
        text += &format!("time_limit = \"{}ms\"\n", time.as_millis());
    }
    if let Some(why) = not_explored {
        text += &format!("not_explored = {}\n", quoted(why));
    }
    match text.is_empty() {
        true => text,
        false => format!("[run]\n{text}\n"),
    }
}

/// An event as the file states it.
fn line(event: &Event, must_happen: bool) -> String {
    let pattern = quoted(&event.pattern());
    let mut keys = match &event.matcher {
        Matcher::Panic { thread, .. } => {
            let thread = thread.as_ref().map(|thread| quoted(&thread.to_string()));
            let thread = thread.map(|thread| format!(", thread = {thread}"));
            format!("panic = {pattern}{}", thread.unwrap_or_default())
        }
        Matcher::Line { .. } if must_happen && event.stream() == Stream::Stdout => {
            return format!("{} = {pattern}\n", event.name);
        }
        Matcher::Line { stream, .. } => match stream {
            Stream::Stdout => format!("stdout = {pattern}"),
            Stream::Stderr => format!("stderr = {pattern}"),
        },
    };
    if !must_happen {
        keys += &format!(", may_be_absent = \"{MAY_BE_ABSENT}\"");
    }
    format!("{} = {{ {keys} }}\n", event.name)
}

/// A rule as the topic's file has it, found by the place of its claim.
fn claim(source: &str, span: &Range<usize>, rule: &Rule, is_strict: bool) -> String {
    let mut lines = block(source, span);
    if is_strict {
        lines.retain(|line| !line.starts_with("may_be_vacuous"));
    }
    let excuse = format!("may_be_vacuous = \"{MAY_BE_VACUOUS}\"");
    let is_about_lines = !["outcome", "closed"].contains(&rule.kind);
    if !is_strict && rule.may_be_vacuous.is_none() && is_about_lines {
        // Before the tables that are part of it.
        let tables = lines.iter().skip(1).position(|line| line.starts_with('['));
        lines.insert(tables.map_or(lines.len(), |at| at + 1), &excuse);
    }
    format!("\n{}\n", lines.join("\n"))
}

/// The lines of the rule whose claim stands there.
fn block<'s>(source: &'s str, span: &Range<usize>) -> Vec<&'s str> {
    let start = source[..span.start]
        .rfind("\n[[")
        .map_or(span.start, |at| at + 1);
    // It may have tables of its own, such as `[always.exactly]`.
    let is_own = |line: &str| {
        ["[always.", "[sometimes."]
            .iter()
            .any(|own| line.starts_with(own))
    };
    let lines = source[start..].lines().enumerate();
    let lines = lines.take_while(|(nth, line)| *nth == 0 || !line.starts_with('[') || is_own(line));
    let mut lines: Vec<&str> = lines.map(|(_, line)| line).collect();
    // The comments above the next table are the next table's.
    while lines
        .last()
        .is_some_and(|line| line.is_empty() || line.starts_with('#'))
    {
        lines.pop();
    }
    lines
}

/// Whether a rule about the end of the program states what holds without it.
fn exits_with_0(source: &str, rule: &Rule) -> bool {
    let text = rule.span.clone().map(|span| block(source, &span));
    text.is_none_or(|lines| lines.contains(&"outcome = { exits = 0 }"))
}

/// A text as TOML has it.
fn quoted(text: &str) -> String {
    if text.contains(['"', '\\']) && !text.contains(['\'', '\n']) {
        return format!("'{text}'");
    }
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", text.replace('\n', "\\n"))
}
