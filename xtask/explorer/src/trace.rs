//! What a run was, as far as another run on the same schedule has to be like it.

use engine::Execution;
use transcript::{Line, Stream};

use crate::place::is_inner;
use crate::transcribe::transcript;

/// Of a longer line that was printed only so much is quoted.
const QUOTED: usize = 100;

/// What is compared of two runs.
pub struct Trace {
    output: u128,
    lines: Vec<Line>,
    ending: String,
    /// What each step was, and where; empty unless the execution was recorded.
    steps: Vec<String>,
    length: u32,
}

impl Trace {
    /// The trace of an execution that has ended.
    pub fn of(execution: &Execution) -> Self {
        let transcript = transcript(execution);
        let lines = transcript.lines.into_iter().map(|line| Line {
            at_us: line.at_us,
            stream: line.stream,
            text: line.text.into_owned(),
        });
        let steps = execution.details.iter().map(|detail| {
            let (verb, place) = (detail.verb, detail.place);
            match is_inner(place) {
                true => format!("`{verb}`"),
                false => {
                    let file = model_std::__harness::shown_file(place.file());
                    format!("`{verb}` at {file}:{}", place.line())
                }
            }
        });
        Self {
            output: execution.output.hash(),
            lines: lines.collect(),
            ending: transcript.end.exit.to_string(),
            steps: steps.collect(),
            length: execution.length,
        }
    }

    /// What was one thing here and another thing in a run after it, if something was: the
    /// first line, or else how it ended, or else the first step.
    pub fn difference(&self, later: &Self) -> Option<String> {
        let is_same = self.output == later.output && self.length == later.length;
        if is_same && self.ending == later.ending {
            return None;
        }
        let line = first_difference(&self.lines, &later.lines).map(|(number, one, other)| {
            let number = number + 1;
            match (one, other) {
                (Some(one), Some(other)) if quoted(one) == quoted(other) => format!(
                    "line {number} came after {} µs and then after {} µs",
                    one.at_us, other.at_us
                ),
                _ => {
                    let [one, other] = [one, other].map(|line| line.map(quoted));
                    was_and_then(&format!("line {number}"), one, other)
                }
            }
        });
        let ending = || {
            let is_other = self.ending != later.ending;
            is_other.then(|| format!("the program {} and then {}", self.ending, later.ending))
        };
        let step = || {
            let (number, one, other) = first_difference(&self.steps, &later.steps)?;
            let [one, other] = [one, other].map(Option::<&String>::cloned);
            Some(was_and_then(&format!("step {number}"), one, other))
        };
        let lengths = || format!("it took {} steps and then {}", self.length, later.length);
        let what = line.or_else(ending).or_else(step).unwrap_or_else(lengths);
        Some(format!("on the same schedule {what}"))
    }
}

/// The first place where two lists differ, and what each has there.
fn first_difference<'t, T: PartialEq>(
    one: &'t [T],
    other: &'t [T],
) -> Option<(usize, Option<&'t T>, Option<&'t T>)> {
    let longest = one.len().max(other.len());
    let at = (0..longest).find(|&at| one.get(at) != other.get(at))?;
    Some((at, one.get(at), other.get(at)))
}

fn was_and_then(what: &str, one: Option<String>, other: Option<String>) -> String {
    match (one, other) {
        (Some(one), Some(other)) => format!("{what} was {one} and then {other}"),
        (Some(one), None) => format!("{what} was {one} and then was missing"),
        (None, other) => format!(
            "{what} was missing and then was {}",
            other.unwrap_or_default()
        ),
    }
}

/// A line in quotation marks; of a long one only the beginning.
fn quoted(line: &Line) -> String {
    let mut text = line.text.clone();
    if let Some((end, _)) = text.char_indices().nth(QUOTED) {
        text.truncate(end);
        text.push('…');
    }
    match line.stream {
        Stream::Stdout => format!("{text:?}"),
        Stream::Stderr => format!("{text:?} on standard error"),
    }
}
