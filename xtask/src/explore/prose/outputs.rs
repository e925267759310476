//! What a program prints: on the schedules that were explored, and in real runs.

use std::fmt::Write;

use crate::explore::explored::{SHOWN_LINES, ended};
use crate::explore::table::clipped;
use crate::explore::verdict::{ProgramVerdict, Status};
use crate::text::style::{BOLD, DIM};
use crate::text::{counted, thousands};
use invariants::{Transcript, count};
use protocol::Output;

/// Of more outputs only so many are shown.
const SHOWN_OUTPUTS: usize = 10;

/// The distinct outputs: each, or one of those that end alike, of the most frequent groups.
pub fn outputs(verdict: &ProgramVerdict<'_>, all: bool) -> String {
    let summary = verdict.explored.summary.as_ref();
    let Some(distinct) = summary.and_then(|summary| summary.distinct) else {
        return String::new();
    };
    if distinct.outputs == 0 {
        return String::new();
    }
    let (n, s) = counted(distinct.outputs, "distinct output");
    let at_least = if distinct.more { "more than " } else { "" };
    let mut text = format!("  {at_least}{n} {s}");
    let shown = match all {
        true => &verdict.explored.outputs,
        false => &verdict.explored.groups,
    };
    if !all && distinct.outputs > shown.len() as u64 {
        let (groups, ways) = counted(distinct.groups, "way");
        let _ = write!(text, ", with {groups} {ways} to end; ");
        match distinct.groups > shown.len() as u64 {
            true => {
                let _ = write!(text, "here is one output of each of {}", shown.len());
                text += ", and `--outputs` shows all";
            }
            false => text += "here is one output of each, and `--outputs` shows all",
        }
    }
    text.push('\n');
    for output in shown {
        text += &of_output(verdict, output);
    }
    text
}

/// One of the distinct outputs.
fn of_output(verdict: &ProgramVerdict<'_>, output: &Output) -> String {
    let (n, s) = counted(output.count, "schedule");
    let mut text = format!("\n  {BOLD}{n} {s}{BOLD:#}");
    if let Some(outputs) = output.outputs.filter(|&outputs| outputs > 1) {
        let _ = write!(text, ", {} outputs that end alike", thousands(outputs));
    }
    let exit = ended(&output.transcript.end.exit);
    let _ = writeln!(text, ": the program {exit}");
    text += &printed(&output.transcript, output.left_out);
    let _ = writeln!(text, "    {DIM}{}{DIM:#}", verdict.replay(&output.schedule));
    text
}

/// What real runs have printed, and whether it is explored.
pub fn real_runs(verdict: &ProgramVerdict<'_>) -> String {
    let Some(real) = &verdict.explored.real else {
        return String::new();
    };
    if real.explored.is_none() && real.agrees() {
        return String::new();
    }
    let (runs, s) = counted(real.runs.into(), "real run");
    let (distinct, outputs) = counted(real.distinct as u64, "distinct output");
    let missing = match (real.distinct, real.unexplored.len()) {
        (1, 0) => "which is".to_string(),
        (1, _) => "which is not".to_string(),
        (_, 0) => "which are all".to_string(),
        (_, 1) => "of which 1 is not".to_string(),
        (_, count) => format!("of which {count} are not"),
    };
    let explored = match real.explored {
        Some(count) => format!("the {} explored", thousands(count as u64)),
        None => "those explored".to_string(),
    };
    let mut text =
        format!("        {runs} {s} printed {distinct} {outputs}, {missing} among {explored}");
    // The search for a pitfall is over before it has seen everything.
    if verdict.status == Status::Found && !real.unexplored.is_empty() {
        text += " until it went wrong";
    }
    text.push('\n');
    text += &why_other_outputs(verdict);
    for (count, transcript) in real.unexplored.iter().take(SHOWN_OUTPUTS) {
        let (n, s) = counted((*count).into(), "real run");
        let exit = ended(&transcript.end.exit);
        let _ = writeln!(text, "\n  {BOLD}{n} {s}{BOLD:#}: the program {exit}");
        text += &printed(transcript, 0);
    }
    text
}

/// What it may mean that real runs have printed something else than all schedules there are.
fn why_other_outputs(verdict: &ProgramVerdict<'_>) -> String {
    let is_held = verdict.broken.is_empty() && verdict.unseen.is_empty();
    if verdict.status != Status::Broken || !is_held {
        return String::new();
    }
    let mut text =
        "        either the explorer has missed a schedule, or the output shows what is another \
                    outside of it, such as a time, the name or the number of the process, or the \
                    size of a lock\n"
            .to_string();
    if verdict.subject.package.is_cargos() {
        text +=
            "        the real runs are of the dev profile, and the explored program has another\n";
    }
    text
}

/// What was printed; of many lines, some of which may be left out already, the first and the last.
fn printed(transcript: &Transcript, left_out: usize) -> String {
    let (first, last) = SHOWN_LINES;
    let lines = &transcript.lines;
    let hidden = lines.len().saturating_sub(first + last);
    let mut text = String::new();
    for (at, line) in lines.iter().enumerate() {
        if at == first && hidden + left_out > 0 {
            let _ = writeln!(text, "    │ … {} …", count(hidden + left_out, "more line"));
        }
        if !(first..first + hidden).contains(&at) {
            let _ = writeln!(text, "    │ {}", clipped(&line.text));
        }
    }
    text
}
