//! What happens to a small program on some schedule does not depend on who looks for it:
//! the explorer with its reduction, the explorer without, shuttle, loom, or real threads.
//!
//! `cargo test -p oracle table -- --nocapture 2>/dev/null` prints the table of the programs.

// The explorer is built on Linux only.
#![cfg(target_os = "linux")]
#![allow(
    clippy::duplicate_mod,
    clippy::missing_const_for_thread_local,
    reason = "each program is compiled once for each library, and as each of them has it"
)]

#[macro_use]
mod oracle;

use std::collections::BTreeSet;
use std::iter;
use std::sync::OnceLock;

use engine::{Settings, Strategy};
use oracle::{Agreement, Found, Program, Row};

/// All programs under all checkers, which takes a while and is done once.
fn rows() -> &'static [Row] {
    static ROWS: OnceLock<Vec<Row>> = OnceLock::new();
    ROWS.get_or_init(oracle::rows)
}

/// Fails with all complaints at once.
#[track_caller]
fn nothing(complaints: impl Iterator<Item = String>) {
    let complaints: Vec<String> = complaints.collect();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

fn set(outcomes: &[&str]) -> BTreeSet<String> {
    outcomes.iter().map(|&outcome| outcome.to_owned()).collect()
}

#[test]
fn reduction_loses_nothing() {
    nothing(rows().iter().flat_map(|row| {
        let virtually = [&row.reduced, &row.plain];
        let others = [&row.untimed, &row.spurious].into_iter().flatten();
        let pairs = iter::once(virtually).chain(others.map(<[Found; 2]>::each_ref));
        let differs = |[reduced, plain]: &[&Found; 2]| {
            reduced.stopped || plain.stopped || reduced.outcomes != plain.outcomes
        };
        pairs.filter(differs).map(|[reduced, plain]| {
            format!(
                "{}:\n  reduced {reduced:?}\n  plain   {plain:?}",
                row.program.name
            )
        })
    }));
}

#[test]
fn shuttle_finds_the_same() {
    nothing(rows().iter().filter_map(|row| {
        let found = &row.shuttle.as_ref()?.outcomes;
        let expected = row.program.shuttle.apply(&row.reduced.outcomes);
        (*found != expected).then(|| {
            format!(
                "{}:\n  shuttle  {found:?}\n  expected {expected:?}",
                row.program.name
            )
        })
    }));
}

/// Loom ends at the first schedule that fails, so that others are missing there.
#[test]
fn loom_finds_the_same() {
    nothing(rows().iter().filter_map(|row| {
        let found = row.loom.as_ref()?;
        let expected = row.program.loom.apply(&row.reduced.outcomes);
        let fails = |outcome: &String| outcome == "deadlock" || outcome.starts_with("panic");
        let same = match found.stopped {
            true => found.outcomes.is_subset(&expected),
            false => found.outcomes == expected && !expected.iter().any(fails),
        };
        (!same).then(|| {
            format!(
                "{}:\n  loom     {found:?}\n  expected {expected:?}",
                row.program.name
            )
        })
    }));
}

#[test]
fn what_is_documented_is_found() {
    nothing(rows().iter().filter_map(|row| {
        let program = row.program;
        let expected = |outcomes| program.explorer.apply(&set(outcomes));
        let documented = [expected(program.outcomes), expected(program.untimed)];
        let found = [&row.reduced.outcomes, row.possible()];
        (!program.outcomes.is_empty() && documented.each_ref() != found).then(|| {
            format!(
                "{}:\n  found      {found:?}\n  documented {documented:?}",
                program.name
            )
        })
    }));
}

#[test]
fn what_really_happens_is_found() {
    nothing(rows().iter().filter_map(|row| {
        let real = &row.real.as_ref()?.outcomes;
        let found = row.possible();
        (!real.is_subset(found))
            .then(|| format!("{}:\n  real  {real:?}\n  found {found:?}", row.program.name))
    }));
}

/// Where loom finds the same, that is: a search that misses something needs no schedule
/// for it.
#[test]
fn reduction_needs_no_more_schedules() {
    nothing(rows().iter().flat_map(|row| {
        let reduced = row.reduced.schedules;
        let misses = matches!(row.program.loom, Agreement::Misses(..));
        let loom = row.loom.as_ref().filter(|loom| !loom.stopped && !misses);
        let others = [Some(("plain", &row.plain)), loom.map(|loom| ("loom", loom))];
        let fewer = others
            .into_iter()
            .flatten()
            .filter(move |other| other.1.schedules < reduced);
        fewer.map(move |(other, found)| {
            format!(
                "{}: {reduced}, {other} {}",
                row.program.name, found.schedules
            )
        })
    }));
}

/// An estimate is within a factor of two, where there is one; and there is one of most programs.
#[test]
fn estimates_are_near() {
    let mut settings = Settings::new(Strategy::Exhaustive);
    settings.schedules = 4_000;
    let estimates = rows().iter().filter_map(|row| {
        let estimate = oracle::estimate(row.program, &settings)?;
        Some((row, estimate / row.reduced.coverage.schedules as f64))
    });
    let estimates: Vec<_> = estimates.collect();
    let is_off = |(_, ratio): &&(&Row, f64)| !(0.5..=2.0).contains(ratio);
    let off = estimates.iter().filter(is_off);
    nothing(off.map(|(row, ratio)| format!("{}: {ratio:.2} times as many", row.program.name)));
    let (known, all) = (estimates.len(), rows().len());
    assert!(known * 4 >= all * 3, "{known} of {all}");
}

/// Three threads that each lock one mutex once have six orders.
#[test]
fn six_orders_need_at_most_twelve_schedules() {
    let row = rows()
        .iter()
        .find(|row| row.program.name == "one_lock_each")
        .unwrap();
    assert_eq!(row.reduced.outcomes.len(), 6);
    assert!(row.reduced.schedules <= 12, "{}", row.reduced.schedules);
}

#[test]
fn table() {
    print!("{}", oracle::markdown(rows()));
    let full = |agreement: fn(&Program) -> Agreement| {
        rows()
            .iter()
            .filter(|row| agreement(row.program) == Agreement::Full)
            .count()
    };
    // More would be welcome; fewer would mean that something is not compared any more.
    assert!(rows().len() >= 80);
    assert!(full(|program| program.shuttle) >= 50);
    assert!(full(|program| program.loom) >= 35);
}
