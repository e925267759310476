//! Small random programs, on which the explorer has to find the same with its reduction as on
//! every schedule, and with all its other searches nothing else.
//!
//! `SEEDS=1000..5000 cargo test --release -p oracle --test random -- --nocapture` tries these
//! seeds instead of the few that the suite has time for, and says what it tries.

// The explorer is built on Linux only.
#![cfg(target_os = "linux")]

mod compare;
mod found;
mod generate;
mod interpret;
mod program;
#[path = "../seeds/mod.rs"]
mod seeds;

use std::ops::Range;

/// What the suite has time for.
const SEEDS: Range<u64> = 0..400;

/// Programs with more schedules are left to those who have more time.
const SCHEDULES: u64 = 300;
const SCHEDULES_OF_MANY_SEEDS: u64 = 10_000;
/// Of the programs on which something was lost, each is searched whole.
const SCHEDULES_OF_FOUND: u64 = 200_000;

#[test]
fn searches_agree_on_random_programs() {
    let asked = seeds::asked();
    let seeds = asked.clone().unwrap_or(SEEDS);
    let most = match asked {
        Some(_) => SCHEDULES_OF_MANY_SEEDS,
        None => SCHEDULES,
    };
    let mut total = compare::Report::default();
    let [mut skipped, mut compared] = [0_u64; 2];
    for seed in seeds {
        let program = generate::program(seed);
        let report = compare::check(&program, most);
        if let Some(mismatch) = report.mismatches.first() {
            let kind = mismatch.kind;
            let small = compare::shrink(&program, kind, most);
            let same = compare::check(&small, most);
            let details = same.mismatches.iter().find(|other| other.kind == kind);
            let details = details.map_or("", |same| &same.details);
            panic!("seed {seed}: {kind}, {:?}\n{small}{details}", mismatch.time);
        }
        match report.skipped {
            true => skipped += 1,
            false => compared += 1,
        }
        total.plain += report.plain;
        total.reduced += report.reduced;
        total.cut_short += report.cut_short;
    }
    println!("{compared} programs compared, {skipped} skipped; {total}");
    assert!(
        skipped <= compared,
        "{skipped} programs have too many schedules, and only {compared} were compared"
    );
}

#[test]
fn searches_agree_on_what_was_found() {
    for (what, program) in found::programs() {
        let report = compare::check(&program, SCHEDULES_OF_FOUND);
        assert!(!report.skipped, "{what}: too many schedules");
        if let Some(mismatch) = report.mismatches.first() {
            let compare::Mismatch {
                time,
                kind,
                details,
            } = mismatch;
            panic!("{what}: {kind}, {time:?}\n{program}{details}");
        }
    }
}
