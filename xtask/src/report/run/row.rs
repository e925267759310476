//! A program that was run, as people see it: one line.

use crate::program::{Program, Role};
use crate::report::event::TextOptions;
use crate::report::pitfall::{self, Wrong};
use crate::runs::RunResults;
use crate::text::style::{DIM, GREEN, RED, YELLOW};
use invariants::{Verdict, count};

/// A program's name, what came of it, and how long it took.
pub fn row(program: &Program, results: &RunResults, options: &TextOptions<'_>) -> String {
    let (name, width) = (&program.name, options.width);
    let mut text = match results.holds() {
        true => format!("{GREEN}ok{GREEN:#}    {name:<width$}"),
        false => format!("{RED}FAIL{RED:#}  {name:<width$}"),
    };
    let stated = program.ready.iter().flat_map(|ready| &ready.spec.rules);
    let broken = stated
        .zip(&results.rules)
        .filter(|(rule, (report, _))| results.breaks(rule, report));
    let wrongs = pitfall::of(program, results);
    let rules = count(results.rules.len(), "rule");
    let what = match broken.count() {
        0 if wrongs.is_empty() => rules,
        0 => pitfall::in_short(&wrongs),
        broken => format!("{broken} of {rules} broken"),
    };
    // A sentence says it, where there is room for one.
    if !options.live || wrongs.is_empty() || !results.holds() {
        text += &format!("  {what:<14}");
    }
    text += &format!("  {:>6.2} s", results.wall.as_secs_f64());
    let mut remarks = Vec::new();
    if let Some(interleavings) = results.interleavings {
        let (passed, runs) = (results.passed, count(results.runs as usize, "run"));
        let interleavings = count(interleavings, "interleaving");
        remarks.push(format!("passed {passed} of {runs}, {interleavings}"));
    } else if results.runs > 1 {
        let runs = results.runs;
        remarks.push(format!("{DIM}{runs} runs, to see every `sometimes`{DIM:#}"));
    }
    let unsupported = results.rules.iter();
    let unsupported = unsupported.filter(|(one, _)| one.verdict == Verdict::Unsupported);
    let unsupported = unsupported.count();
    if unsupported > 0 {
        remarks.push(format!(
            "{YELLOW}{unsupported} unsupported on this machine{YELLOW:#}"
        ));
    }
    if program.role != Role::Example {
        remarks.push(companion(program, &wrongs, options));
    }
    for remark in remarks {
        text += &format!("  {remark}");
    }
    text
}

/// What a companion is; where there is room for it, also what it shows, and what of that
/// this run has shown.
fn companion(program: &Program, wrongs: &[Wrong<'_>], options: &TextOptions<'_>) -> String {
    let role = program.role.name();
    if !options.live {
        return format!("{DIM}{role}{DIM:#}");
    }
    let topic = &program.topic.name;
    let shows = program.shows.as_deref().unwrap_or_default();
    let mut text = format!("{DIM}{role} of {topic}:{DIM:#} {shows}");
    if !wrongs.is_empty() {
        text += &format!("; {}", pitfall::in_full(wrongs));
    }
    text
}
