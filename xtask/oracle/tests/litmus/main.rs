//! Litmus tests: what the explorer finds under weak memory is allowed by the axioms of RC11, and of
//! the well-known tests it finds all that is, but for what it is known to leave out.
//!
//! The tests have their names from Sarkar, Sewell, Alglave, Maranget and Williams, "Understanding
//! POWER multiprocessors", 2011, and from Lahav, Vafeiadis, Kang, Hur and Dreyer, "Repairing
//! sequential consistency in C/C++11", 2017.
//!
//! `SEEDS=1000..50000 cargo test --release -p oracle --test litmus` tries these random programs in
//! place of the few that the suite has time for.

// The explorer is built on Linux only.
#![cfg(target_os = "linux")]

mod axioms;
mod explored;
mod program;
mod random;
#[path = "../seeds/mod.rs"]
mod seeds;

use std::collections::BTreeSet;
use std::ops::Range;

use engine::{Strategy, TimeModel};
use program::Program;

/// A litmus test: its name, the program, and how many of the allowed outcomes the explorer does not
/// find, because it has the stores of an atomic in the order of the schedule alone.
type Litmus = (&'static str, &'static str, usize);

const LITMUS: &[Litmus] = &[
    ("coherence of reads", "x=1 rlx | x rlx; x rlx", 0),
    (
        "coherence of two writes",
        "x=1 rlx; x=2 rlx | x rlx; x rlx",
        0,
    ),
    (
        "coherence of two writers",
        "x=1 rlx | x=2 rlx | x rlx; x rlx | x rlx; x rlx",
        0,
    ),
    (
        "coherence of a read before a write",
        "x rlx; x=1 rlx | x=2 rlx",
        0,
    ),
    (
        "coherence of a write before a read",
        "x=1 rlx; x rlx | x=2 rlx; x rlx",
        0,
    ),
    (
        "message passing, relaxed",
        "x=1 rlx; y=1 rlx | y rlx; x rlx",
        0,
    ),
    ("message passing", "x=1 rlx; y=1 rel | y acq; x rlx", 0),
    (
        "message passing, no release",
        "x=1 rlx; y=1 rlx | y acq; x rlx",
        0,
    ),
    (
        "message passing, no acquire",
        "x=1 rlx; y=1 rel | y rlx; x rlx",
        0,
    ),
    (
        "message passing, fences",
        "x=1 rlx; fence rel; y=1 rlx | y rlx; fence acq; x rlx",
        0,
    ),
    (
        "message passing, release fence",
        "x=1 rlx; fence rel; y=1 rlx | y acq; x rlx",
        0,
    ),
    (
        "message passing, acquire fence",
        "x=1 rlx; y=1 rel | y rlx; fence acq; x rlx",
        0,
    ),
    (
        "message passing, a fence is missing",
        "x=1 rlx; fence rel; y=1 rlx | y rlx; x rlx",
        0,
    ),
    ("message passing, seqcst", "x=1 sc; y=1 sc | y sc; x sc", 0),
    (
        "store buffering, relaxed",
        "x=1 rlx; y rlx | y=1 rlx; x rlx",
        0,
    ),
    (
        "store buffering, release and acquire",
        "x=1 rel; y acq | y=1 rel; x acq",
        0,
    ),
    ("store buffering", "x=1 sc; y sc | y=1 sc; x sc", 0),
    (
        "store buffering, fences",
        "x=1 rlx; fence sc; y rlx | y=1 rlx; fence sc; x rlx",
        0,
    ),
    (
        "store buffering, weaker fences",
        "x=1 rlx; fence acq_rel; y rlx | y=1 rlx; fence acq_rel; x rlx",
        0,
    ),
    (
        "store buffering, one fence",
        "x=1 rlx; fence sc; y rlx | y=1 rlx; x rlx",
        0,
    ),
    (
        "store buffering, exchanges",
        "x<>1 acq_rel; y acq | y<>1 acq_rel; x acq",
        0,
    ),
    ("load buffering", "x rlx; y=1 rlx | y rlx; x=1 rlx", 0),
    (
        "load buffering, acquire and release",
        "x acq; y=1 rel | y acq; x=1 rel",
        0,
    ),
    ("2+2W, relaxed", "x=1 rlx; y=2 rlx | y=1 rlx; x=2 rlx", 1),
    ("2+2W, release", "x=1 rel; y=2 rel | y=1 rel; x=2 rel", 1),
    ("2+2W, seqcst", "x=1 sc; y=2 sc | y=1 sc; x=2 sc", 0),
    ("R", "x=1 rlx; y=1 rlx | y=2 rlx; x rlx", 0),
    ("R, seqcst", "x=1 sc; y=1 sc | y=2 sc; x sc", 0),
    ("S", "x=2 rlx; y=1 rlx | y rlx; x=1 rlx", 1),
    (
        "S, release and acquire",
        "x=2 rlx; y=1 rel | y acq; x=1 rlx",
        0,
    ),
    (
        "IRIW, relaxed",
        "x=1 rlx | y=1 rlx | x rlx; y rlx | y rlx; x rlx",
        0,
    ),
    (
        "IRIW, acquire",
        "x=1 rel | y=1 rel | x acq; y acq | y acq; x acq",
        0,
    ),
    ("IRIW", "x=1 sc | y=1 sc | x sc; y sc | y sc; x sc", 0),
    (
        "IRIW, fences",
        "x=1 rlx | y=1 rlx | x rlx; fence sc; y rlx | y rlx; fence sc; x rlx",
        0,
    ),
    ("WRC, relaxed", "x=1 rlx | x rlx; y=1 rlx | y rlx; x rlx", 0),
    ("WRC", "x=1 rel | x acq; y=1 rel | y acq; x acq", 0),
    (
        "WRC, one link is missing",
        "x=1 rel | x rlx; y=1 rel | y acq; x acq",
        0,
    ),
    ("RWC, acquire", "x=1 rel | x acq; y acq | y=1 rel; x acq", 0),
    (
        "RWC, fences",
        "x=1 rlx | x rlx; fence sc; y rlx | y=1 rlx; fence sc; x rlx",
        0,
    ),
    ("RWC, seqcst", "x=1 sc | x sc; y sc | y=1 sc; x sc", 0),
    (
        "ISA2",
        "x=1 rlx; y=1 rel | y acq; z=1 rel | z acq; x rlx",
        0,
    ),
    (
        "ISA2, relaxed in the middle",
        "x=1 rlx; y=1 rel | y rlx; z=1 rlx | z acq; x rlx",
        0,
    ),
    (
        "W+RWC, fences",
        "x=1 rlx; fence rel; y=1 rlx | y rlx; fence sc; z rlx | z=1 rlx; fence sc; x rlx",
        0,
    ),
    ("Z6.U", "x=1 sc; y=1 rel | y<>2 sc; z rlx | z=1 sc; x sc", 0),
    (
        "release sequence, exchange",
        "x=1 rlx; y=1 rel | y<>2 rlx | y acq; x rlx",
        0,
    ),
    (
        "release sequence, broken by a store",
        "x=1 rlx; y=1 rel | y=2 rlx | y acq; x rlx",
        0,
    ),
    (
        "release sequence, own store",
        "x=1 rlx; y=1 rel; y=2 rlx | y acq; x rlx",
        0,
    ),
    ("exchanges are atomic", "x<>1 rlx | x<>2 rlx | x<>3 rlx", 0),
    ("an exchange and a store", "x<>1 rlx; x rlx | x=2 rlx", 0),
    (
        "a lock taken twice",
        "x<>1 acq; y=1 rlx; x=0 rel | x<>1 acq; y rlx; x=0 rel",
        0,
    ),
];

/// Programs of which some operations are not atomic, and whether they have a data race.
const RACES: &[(&str, bool)] = &[
    ("x=1 na | x=2 na", true),
    ("x=1 na | x na", true),
    ("x na | x na", false),
    ("x=1 rlx | x na", true),
    ("x rlx | x na", false),
    ("x=1 na; y=1 rel | y acq; x na", true),
    ("x=1 na | y=1 rel", false),
    ("x<>1 acq; y=1 na; x=0 rel | z rlx; z=1 rlx", false),
];

/// The random programs that the suite has time for.
const SEEDS: Range<u64> = 0..60;

fn shown(outcomes: &BTreeSet<Vec<u32>>) -> String {
    let outcomes = outcomes.iter().map(|outcome| format!("{outcome:?}"));
    outcomes.collect::<Vec<_>>().join(" ")
}

/// What the explorer finds that is not allowed, and what it does not find that is.
fn differences(program: &Program, schedules: u64) -> [BTreeSet<Vec<u32>>; 2] {
    let allowed = axioms::allowed(program);
    let found = explored::outcomes(program, schedules);
    [&found - &allowed, &allowed - &found]
}

#[test]
fn well_known_litmus_tests() {
    let mut wrong = String::new();
    for (name, text, unfound) in LITMUS {
        let program = Program::read(text);
        assert_eq!(
            program.to_string(),
            *text,
            "{name} is read as another program"
        );
        let [forbidden, missing] = differences(&program, 20_000);
        if !forbidden.is_empty() || missing.len() != *unfound {
            wrong += &format!(
                "{name}: {text}\n  found, and forbidden: {}\n  allowed, and not found: {}\n",
                shown(&forbidden),
                shown(&missing)
            );
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn nothing_forbidden_is_found_of_random_programs() {
    let seeds = seeds::asked().unwrap_or(SEEDS);
    let mut weak = 0;
    for seed in seeds.clone() {
        let program = random::program(seed);
        let allowed = axioms::allowed(&program);
        let found = explored::outcomes(&program, 500);
        let forbidden = &found - &allowed;
        assert!(
            forbidden.is_empty(),
            "seed {seed}: {program}\n  found, and forbidden: {}",
            shown(&forbidden)
        );
        let interleavings = axioms::allowed(&random::strongest(&program));
        weak += usize::from(!found.is_subset(&interleavings));
    }
    let tried = seeds.end - seeds.start;
    println!("{tried} random programs, {weak} of them with what only weak memory allows");
    assert!(weak > 0, "no program has shown anything of weak memory");
}

#[test]
fn races_are_those_of_the_axioms() {
    for &(text, races) in RACES {
        let program = Program::read(text);
        assert_eq!(axioms::has_race(&program), races, "{text}, by the axioms");
        assert_eq!(explored::has_race(&program, 1_000), races, "{text}");
    }
}

#[test]
fn races_of_random_programs_are_those_of_the_axioms() {
    let seeds = seeds::asked().unwrap_or(SEEDS);
    let (mut racing, mut missed) = (0, 0);
    for seed in seeds.clone() {
        let program = random::partly_plain(seed);
        let allowed = axioms::has_race(&program);
        let found = explored::has_race(&program, 1_000);
        assert!(allowed || !found, "seed {seed}: {program}\n  is no race");
        racing += usize::from(allowed);
        missed += usize::from(allowed && !found);
        if allowed && !found {
            println!("seed {seed}: {program}: a race that is not found");
        }
    }
    let tried = seeds.end - seeds.start;
    println!("{tried} random programs, {racing} of them with a race, {missed} not found");
    assert!(
        0 < racing && racing < tried as usize,
        "some have a race, and some have none"
    );
    assert_eq!(missed, 0, "each race is found");
}

/// The random programs for which the suite has time where no axioms are asked.
const REDUCED: Range<u64> = 0..300;

/// A plain search of a random program with more schedules takes too long: for the suite, and for who
/// asks for other programs than the suite has.
const MOST: [u64; 2] = [1_000, 20_000];

#[test]
fn the_reduction_finds_what_a_plain_search_finds() {
    compare_with_plain(TimeModel::Virtual);
}

#[test]
fn the_reduction_finds_what_a_plain_search_finds_under_weak_memory() {
    compare_with_plain(TimeModel::Weak);
}

fn compare_with_plain(time: TimeModel) {
    let (seeds, most) = match seeds::asked() {
        None => (REDUCED, MOST[0]),
        Some(asked) => (asked, MOST[1]),
    };
    let (mut compared, mut racing, mut plainly, mut reduced) = (0, 0, 0, 0);
    for seed in seeds.clone() {
        // A schedule that has a race is over there, and most programs with plain accesses have one.
        let program = match seed % 3 {
            0 => random::partly_plain(seed),
            _ => random::program(seed),
        };
        let Some(plain) = explored::systematic(&program, Strategy::Plain, time, most) else {
            continue;
        };
        let found = explored::systematic(&program, Strategy::Exhaustive, time, u64::MAX);
        let found = found.expect("it has fewer schedules than the plain search");
        assert_eq!(
            found.has_race, plain.has_race,
            "seed {seed}: {program}\n  has a race"
        );
        assert!(
            found.outcomes.is_subset(&plain.outcomes),
            "seed {seed}: {program}\n  invented: {}",
            shown(&(&found.outcomes - &plain.outcomes))
        );
        // A schedule ends at a race, and with it what the reduction would have learnt from the rest.
        if !plain.has_race {
            assert_eq!(found.outcomes, plain.outcomes, "seed {seed}: {program}");
        }
        compared += 1;
        racing += usize::from(plain.has_race);
        plainly += plain.schedules;
        reduced += found.schedules;
    }
    println!(
        "{compared} random programs, {racing} of them with a race: {plainly} schedules, of which the \
         reduction runs {reduced}"
    );
    assert!(
        0 < racing && racing < compared,
        "some have a race, and some have none"
    );
    assert!(reduced < plainly, "the reduction leaves some out");
}
