//! What a pitfall's exercise asks: the claims that an answer has to keep, as a file of its own.
//!
//! A pitfall prints some of the lines of its topic's example, so only the claims about these
//! lines are about an answer. Those that the pitfall breaks must hold, and must say something.
//! The others may say nothing, because an answer is as small as the pitfall.

use std::collections::BTreeSet;
use std::ops::Range;

use transcript::Stream;

use super::event::{Event, Matcher};
use super::kinds::outcome;
use super::pattern::Pattern;
use super::spec::{Companion, GoesWrong, Invariants, Mode, Rule, RunSettings, Spec};

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
pub struct Requirements {
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

impl Requirements {
    /// What the exercise of the pitfall of this name requires, where its source prints these
    /// lines; `None` if the topic's file names no such pitfall.
    pub fn of(invariants: &Invariants, pitfall: &str, prints: &[Format]) -> Option<Self> {
        let Invariants {
            source,
            example,
            pitfalls,
            ..
        } = invariants;
        let mut pitfalls = pitfalls.iter();
        let (companion, spec) = pitfalls.find(|(companion, _)| companion.name == pitfall)?;
        let events = &spec.events;
        let PrintedEvents { known, unnamed } = PrintedEvents::new(events, prints);
        let mut printed = reached(spec);
        printed.extend(known);
        printed.retain(|&place| !companion.practice.may_omit.contains(&events[place].name));
        let asked = asked(source, example, companion, &printed);

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
        for rule in &asked {
            if let Some(span) = &rule.span {
                text += &claim(source, span, rule, is_strict(companion, rule));
            }
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
            keeps: companion.practice.keeps.clone(),
        })
    }
}

/// The lines that a pitfall prints before it ends as it should not, as places of events.
fn reached(pitfall: &Spec) -> BTreeSet<usize> {
    let ends = |rule: &&Rule| rule.goes_wrong == Some(GoesWrong::Ends);
    let reached = pitfall
        .rules
        .iter()
        .filter(ends)
        .flat_map(|rule| &rule.names);
    let is_line = |place: &usize| matches!(pitfall.events[*place].matcher, Matcher::Line { .. });
    reached.copied().filter(is_line).collect()
}

/// Whether a claim must hold for an answer and must say something about it.
fn is_strict(pitfall: &Companion, rule: &Rule) -> bool {
    let claims = [&pitfall.breaks, &pitfall.practice.claimed];
    claims.iter().any(|claims| claims.contains(&rule.claim))
}

/// The rules of the example that an answer has to keep, if it prints these events.
fn asked(
    source: &str,
    example: &Spec,
    pitfall: &Companion,
    printed: &BTreeSet<usize>,
) -> Vec<Rule> {
    let strict = example.rules.iter().filter(|rule| is_strict(pitfall, rule));
    let mut named: BTreeSet<usize> = strict.flat_map(|rule| &rule.names).copied().collect();
    named.extend(printed);
    let is_asked = |rule: &&Rule| {
        let is_kept = rule.mode == Mode::Always && rule.names.is_subset(&named);
        let is_excepted = pitfall.practice.not_claimed.contains(&rule.claim);
        is_strict(pitfall, rule) || is_kept && !is_excepted
    };
    let mut asked: Vec<Rule> = example.rules.iter().filter(is_asked).cloned().collect();
    // Why the example exits with 0 may be another reason.
    let [outcome, ..] = outcome::defaults(&BTreeSet::new());
    for rule in &mut asked {
        let is_default = rule.kind == outcome.kind && exits_with_0(source, rule);
        if is_default && !is_strict(pitfall, rule) {
            *rule = outcome.clone();
        }
    }
    asked
}

/// The events that a program's source prints.
struct PrintedEvents {
    /// The events, by their places, that are the only ones which some format string fits.
    known: BTreeSet<usize>,
    /// Events for the format strings that fit none.
    unnamed: Vec<Event>,
}

impl PrintedEvents {
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
fn run(run: &RunSettings, not_explored: Option<&str>) -> String {
    let mut text = String::new();
    if let Some(why) = &run.alone {
        text += &format!("alone = {}\n", quoted(why));
    }
    if let Some(time) = run.time_limit {
        text += &format!("time_limit = \"{}ms\"\n", time.as_millis());
    }
    if let Some(schedules) = run.schedules {
        text += &format!("schedules = {schedules}\n");
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
