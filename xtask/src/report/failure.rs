//! A broken rule as a person reads it: the claim, where it stands, what contradicts
//! it, why it should hold, and the command that runs just that again.

use std::fmt::Write;

use super::again;
use crate::program::{NotReady, Program, Ready};
use crate::runs::RunResults;
use crate::text::diagnostic::diagnostic;
use crate::text::screen::Screen;
use crate::text::style::{BOLD, DIM, RED};
use crate::text::{line_and_column, shown_path};
use invariants::spec::Rule;
use invariants::{Diagnostic, Exit, RuleReport, Stream, Transcript, Verdict, count};

/// More lines than this are not shown of one contradiction.
const SHOWN_LINES: usize = 12;
/// Where the width is not known, and where it is more, a table is not wider than this.
const SHOWN_WIDTH: usize = 100;
/// The columns of a line's number and time.
const PLACE_WIDTH: usize = 21;

/// Why a program cannot be run.
pub fn refusal(program: &Program, reason: &NotReady) -> String {
    let (name, what, details) = (&program.name, &reason.what, &reason.details);
    format!("{RED}FAIL{RED:#} {BOLD}{name}: {what}{BOLD:#}\n{details}\n")
}

/// Everything that is broken about a program that was run.
pub fn failures(program: &Program, results: &RunResults) -> String {
    let mut text = String::new();
    if let Some(error) = &results.error {
        let _ = writeln!(text, "{RED}FAIL{RED:#} {}: {error}\n", program.name);
    }
    let Ok(ready) = &program.ready else {
        return text;
    };
    let mut rules: Vec<_> = ready.spec.rules.iter().zip(&results.rules).collect();
    rules.sort_by_key(|(rule, (report, _))| rank(rule, report));
    let ended_wrong =
        |(rule, (report, _)): &(&Rule, &(RuleReport, u32))| rule.kind == "outcome" && !report.holds;
    let cut_off = rules.iter().any(ended_wrong);
    let mut silent = Vec::new();
    for (rule, (report, run)) in rules {
        if !results.breaks(rule, report) {
            continue;
        }
        if cut_off && report.verdict == Verdict::Vacuous {
            silent.push(report.evidence.story.as_str());
        } else {
            text += &failure(program, ready, rule, report, *run, results);
            text.push('\n');
        }
    }
    if !silent.is_empty() {
        let _ = writeln!(text, "  and so these say nothing: {}\n", silent.join("; "));
    }
    if !text.is_empty() {
        text += &again(program, results);
    }
    text
}

/// What made others fail comes before them: a line that no event matches may be missed by a
/// rule, and so may all that a program did not come to.
fn rank(rule: &Rule, report: &RuleReport) -> usize {
    match (rule.kind, report.verdict) {
        ("closed", _) => 0,
        ("outcome", _) => 1,
        (_, Verdict::Vacuous) => 3,
        _ => 2,
    }
}

fn failure(
    program: &Program,
    ready: &Ready,
    rule: &Rule,
    report: &RuleReport,
    run: u32,
    results: &RunResults,
) -> String {
    let story = match report.verdict {
        Verdict::NotWitnessed => format!(
            "none of {} has shown it",
            count(results.runs as usize, "run")
        ),
        _ => report.evidence.story.clone(),
    };
    let nth = match (report.verdict, results.runs) {
        (Verdict::NotWitnessed, _) | (_, 1) => String::new(),
        (_, runs) => format!(" (run {} of {runs})", run + 1),
    };
    let file = shown_path(&program.topic.invariants_file());
    let transcript = results.transcripts.get(&run);
    let story = format!("{story}{nth}");
    Contradiction {
        file: &file,
        ready,
        rule,
        report,
        story: &story,
        transcript,
    }
    .of(&program.name)
}

/// A rule of a program's file that is broken, and what a run has to do with that.
pub struct Contradiction<'c> {
    /// The file, as a person can open it.
    pub file: &'c str,
    /// What it says.
    pub ready: &'c Ready,
    /// The rule.
    pub rule: &'c Rule,
    /// What it found.
    pub report: &'c RuleReport,
    /// That, told.
    pub story: &'c str,
    /// The run, if it is one that shows it.
    pub transcript: Option<&'c Transcript>,
}

impl Contradiction<'_> {
    /// The program's claim, what contradicts it, and why it should hold.
    pub fn of(&self, program: &str) -> String {
        let mut text = String::new();
        let word = match self.report.verdict {
            Verdict::Fail => "FAIL",
            Verdict::Vacuous => "VACUOUS",
            _ => "NOT WITNESSED",
        };
        let _ = writeln!(
            text,
            "{RED}{word}{RED:#} {BOLD}{program}: {}{BOLD:#}",
            self.rule.claim
        );
        text += &self.text();
        if let Some(why) = &self.rule.why {
            let _ = writeln!(text, "  why:   {why}");
        }
        text
    }

    /// What contradicts it: the rule's place, the story, and the lines of the run.
    pub fn text(&self) -> String {
        let Self {
            file,
            ready,
            rule,
            report,
            story,
            transcript,
        } = self;
        let mut text = String::new();
        let place = match &rule.span {
            Some(span) => {
                let (line, column) = line_and_column(&ready.invariants.source, span.start);
                format!("{file}:{line}:{column}")
            }
            None => format!("{file}, which states no other"),
        };
        let default = if rule.span.is_none() { "default " } else { "" };
        let _ = writeln!(
            text,
            "  {DIM}-->{DIM:#} {place} ({default}rule `{}`)",
            rule.kind
        );
        let _ = writeln!(text, "  {story}");
        for event in &report.evidence.events {
            let event = &ready.spec.events[*event];
            let fault = Diagnostic::new(event.span.clone(), format!("the event `{}`", event.name));
            text += &diagnostic(
                file,
                &ready.invariants.source,
                &fault.help(report.evidence.repair),
            );
        }
        if let Some(transcript) = transcript
            && !report.evidence.lines.is_empty()
        {
            let _ = writeln!(text);
            text += &swimlanes(transcript, &report.evidence.lines, 0);
            let _ = writeln!(text);
        }
        text
    }
}

/// The commands that run a program again, check its broken run again, and say why it hangs.
fn again(program: &Program, results: &RunResults) -> String {
    let mut text = format!("  again: {}\n", again::run(program, &results.flags));
    for saved in results.saved.values() {
        text += &format!("         {}\n", again::check(program, saved));
    }
    if let Some(command) = hang_explored(program, results) {
        text += &format!("  to find out who waits for what: {command}\n");
    }
    text + "\n"
}

/// The command that looks for a schedule on which a program hangs, if it hung and should not.
pub fn hang_explored(program: &Program, results: &RunResults) -> Option<String> {
    let ready = program.ready.as_ref().ok()?;
    let mut rules = ready.spec.rules.iter().zip(&results.rules);
    let hung = rules.any(|(rule, (report, run))| {
        let transcript = results.transcripts.get(run);
        let hung = transcript.is_some_and(|transcript| transcript.end.exit == Exit::Hang);
        rule.kind == "outcome" && !report.holds && hung
    });
    again::explore(program).filter(|_| hung)
}

/// Lines of a transcript, a column for each actor; a list, where that would be too wide beside
/// so many columns.
pub fn swimlanes(transcript: &Transcript, lines: &[usize], beside: usize) -> String {
    let width = Screen::Stdout.width().unwrap_or(SHOWN_WIDTH);
    let width = width.min(SHOWN_WIDTH).saturating_sub(beside + PLACE_WIDTH);
    let (head, tail) = match lines.len() > SHOWN_LINES {
        true => (
            &lines[..SHOWN_LINES / 2],
            &lines[lines.len() - SHOWN_LINES / 2..],
        ),
        false => (lines, &[][..]),
    };
    let left_out = lines.len() - head.len() - tail.len();
    let mut actors: Vec<&str> = Vec::new();
    let mut rows = Vec::new();
    for &index in head.iter().chain(tail) {
        let line = &transcript.lines[index];
        let (actor, text) = match (line.stream, line.text.split_once(": ")) {
            (Stream::Stderr, _) => ("standard error", line.text.as_str()),
            (Stream::Stdout, Some((actor, text))) => (actor, text),
            (Stream::Stdout, None) => ("", line.text.as_str()),
        };
        let lane = actors.iter().position(|known| *known == actor);
        let lane = lane.unwrap_or_else(|| {
            actors.push(actor);
            actors.len() - 1
        });
        rows.push((index, line.at_us, lane, text));
    }
    let width_of = |lane: usize| {
        let texts = rows.iter().filter(|row| row.2 == lane).map(|row| row.3);
        let widths = texts.chain([actors[lane]]).map(|text| text.chars().count());
        widths.max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..actors.len()).map(width_of).collect();
    let narrow = widths.iter().sum::<usize>() + 2 * (widths.len() - 1) <= width;
    let mut text = format!("    {DIM}line         ms{DIM:#}");
    if narrow {
        let mut gap = 2;
        for (actor, width) in actors.iter().zip(&widths) {
            let _ = write!(text, "{:gap$}{BOLD}{actor}{BOLD:#}", "");
            gap = width + 2 - actor.chars().count();
        }
    }
    text.push('\n');
    for (at, (index, at_us, lane, line)) in rows.into_iter().enumerate() {
        if at == head.len() && left_out > 0 {
            let _ = writeln!(text, "    … {} …", count(left_out, "more line"));
        }
        let ms = at_us as f64 / 1000.0;
        let _ = write!(text, "    {:>4} {ms:>10.3}  ", index + 1);
        if narrow {
            let before: usize = widths[..lane].iter().map(|width| width + 2).sum();
            let _ = writeln!(text, "{:before$}{line}", "");
        } else {
            let _ = writeln!(text, "{}: {}", actors[lane], shortened(line));
        }
    }
    text
}

/// A line that is not longer than a screen is wide.
fn shortened(line: &str) -> String {
    match line.char_indices().nth(SHOWN_WIDTH) {
        Some((at, _)) => format!("{}… ({} bytes)", &line[..at], line.len()),
        None => line.to_string(),
    }
}
