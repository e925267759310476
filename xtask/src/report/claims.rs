//! Each claim of a program that was run, with its verdict; on request with its reason, and the
//! lines that show it.

use std::fmt::Write;

use anstyle::Style;

use super::failure::swimlanes;
use super::pitfall;
use crate::program::{Program, Ready, Role};
use crate::runs::RunResults;
use crate::text::style::{DIM, GREEN, RED, YELLOW};
use invariants::spec::{GoesWrong, Mode, Rule};
use invariants::{RuleReport, Transcript, Verdict, count, shown_by};

/// Where the claims stand.
const INDENT: usize = 6;
/// How far their lines are moved, which have an indentation of their own.
const MOVED: usize = 4;

/// The claims of a program. Of a pitfall only those that it broke, and only with the reason:
/// without it, one line says which.
pub fn claims(program: &Program, results: &RunResults, why: bool) -> String {
    let Ok(ready) = &program.ready else {
        return String::new();
    };
    match program.role {
        Role::Pitfall if why => broken(program, results),
        Role::Pitfall => String::new(),
        Role::Example | Role::Variant => checked(ready, results, why),
    }
}

fn checked(ready: &Ready, results: &RunResults, why: bool) -> String {
    let verdicts = results
        .rules
        .iter()
        .map(|(report, _)| report.verdict.name());
    let width = verdicts.map(str::len).max().unwrap_or(0);
    let mut text = String::new();
    for (index, (rule, (report, run))) in ready.spec.rules.iter().zip(&results.rules).enumerate() {
        let (verdict, style) = (report.verdict.name(), style(report));
        let remark = remark(rule, report, *run, results.runs);
        let _ = writeln!(
            text,
            "{:INDENT$}{style}{verdict:<width$}{style:#}  {}{DIM}{remark}{DIM:#}",
            "", rule.claim
        );
        if !why {
            continue;
        }
        let below = INDENT + width + 2;
        reason(&mut text, below, rule);
        // What contradicts a claim is told in full at the end.
        if let (Verdict::Pass, Some(transcript)) = (report.verdict, results.transcripts.get(run)) {
            let evidence = shown_by(&ready.spec, transcript, index);
            lines(&mut text, transcript, &evidence.lines);
        }
    }
    text
}

fn broken(program: &Program, results: &RunResults) -> String {
    let mut text = String::new();
    for wrong in pitfall::of(program, results) {
        let (word, what) = match wrong.what {
            GoesWrong::Breaks(claim) => ("broke", claim),
            GoesWrong::Ends => ("ended", &wrong.evidence.story),
        };
        let _ = writeln!(text, "{:INDENT$}{GREEN}{word}{GREEN:#}  {what}", "");
        let below = INDENT + word.len() + 2;
        if *wrong.what != GoesWrong::Ends {
            let _ = writeln!(text, "{:below$}{}", "", wrong.evidence.story);
        }
        reason(&mut text, below, wrong.rule);
        lines(&mut text, wrong.transcript, &wrong.evidence.lines);
    }
    text
}

fn style(report: &RuleReport) -> Style {
    match report.verdict {
        Verdict::Unsupported => YELLOW,
        _ if report.holds => GREEN,
        Verdict::NotWitnessed => YELLOW,
        _ => RED,
    }
}

/// What the verdict alone does not say.
fn remark(rule: &Rule, report: &RuleReport, run: u32, runs: u32) -> String {
    let excuse = rule.may_be_vacuous.as_ref();
    match (report.verdict, rule.mode) {
        (Verdict::Pass, Mode::Sometimes { .. }) if runs == 1 => {
            " (sometimes: this run shows it)".to_string()
        }
        (Verdict::Pass, Mode::Sometimes { .. }) => {
            format!(" (sometimes: run {} of {runs} shows it)", run + 1)
        }
        (Verdict::NotWitnessed, Mode::Sometimes { within }) => {
            let runs = count(runs as usize, "run");
            format!(" (sometimes: not seen in {runs}, {within} are allowed)")
        }
        (Verdict::Vacuous, _) if report.holds => {
            format!(" (it may be: {})", excuse.map_or("", String::as_str))
        }
        (Verdict::Unsupported, _) => format!(" ({})", report.evidence.story),
        _ => String::new(),
    }
}

fn reason(text: &mut String, indent: usize, rule: &Rule) {
    if let Some(why) = &rule.why {
        let _ = writeln!(text, "{:indent$}{DIM}why:{DIM:#}  {why}", "");
    }
}

fn lines(text: &mut String, transcript: &Transcript, lines: &[usize]) {
    if lines.is_empty() {
        return;
    }
    for line in swimlanes(transcript, lines, MOVED).lines() {
        let _ = writeln!(text, "{:MOVED$}{line}", "");
    }
}
