//! Litmus tests: what an exhaustive search finds under weak memory is what the axioms of RC11 allow,
//! nothing more and nothing less. Of random programs with operations that are `SeqCst` beside others on
//! the same atomic, C++20 allows a little less, and so does the explorer. Loom gives a second opinion.
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
mod by_genmc;
mod by_loom;
mod explored;
mod program;
mod random;
#[path = "../seeds/mod.rs"]
mod seeds;

use std::collections::BTreeSet;
use std::ops::Range;

use axioms::Model;
use engine::{Strategy, TimeModel};
use program::Program;

/// A litmus test: its name, and the program.
type Litmus = (&'static str, &'static str);

const LITMUS: &[Litmus] = &[
    ("coherence of reads", "x=1 rlx | x rlx; x rlx"),
    ("coherence of two writes", "x=1 rlx; x=2 rlx | x rlx; x rlx"),
    (
        "coherence of two writers",
        "x=1 rlx | x=2 rlx | x rlx; x rlx | x rlx; x rlx",
    ),
    (
        "coherence of a read before a write",
        "x rlx; x=1 rlx | x=2 rlx",
    ),
    (
        "coherence of a write before a read",
        "x=1 rlx; x rlx | x=2 rlx; x rlx",
    ),
    (
        "message passing, relaxed",
        "x=1 rlx; y=1 rlx | y rlx; x rlx",
    ),
    ("message passing", "x=1 rlx; y=1 rel | y acq; x rlx"),
    (
        "message passing, no release",
        "x=1 rlx; y=1 rlx | y acq; x rlx",
    ),
    (
        "message passing, no acquire",
        "x=1 rlx; y=1 rel | y rlx; x rlx",
    ),
    (
        "message passing, fences",
        "x=1 rlx; fence rel; y=1 rlx | y rlx; fence acq; x rlx",
    ),
    (
        "message passing, release fence",
        "x=1 rlx; fence rel; y=1 rlx | y acq; x rlx",
    ),
    (
        "message passing, acquire fence",
        "x=1 rlx; y=1 rel | y rlx; fence acq; x rlx",
    ),
    (
        "message passing, a fence is missing",
        "x=1 rlx; fence rel; y=1 rlx | y rlx; x rlx",
    ),
    ("message passing, seqcst", "x=1 sc; y=1 sc | y sc; x sc"),
    (
        "store buffering, relaxed",
        "x=1 rlx; y rlx | y=1 rlx; x rlx",
    ),
    (
        "store buffering, release and acquire",
        "x=1 rel; y acq | y=1 rel; x acq",
    ),
    ("store buffering", "x=1 sc; y sc | y=1 sc; x sc"),
    (
        "store buffering, fences",
        "x=1 rlx; fence sc; y rlx | y=1 rlx; fence sc; x rlx",
    ),
    (
        "store buffering, weaker fences",
        "x=1 rlx; fence acq_rel; y rlx | y=1 rlx; fence acq_rel; x rlx",
    ),
    (
        "store buffering, one fence",
        "x=1 rlx; fence sc; y rlx | y=1 rlx; x rlx",
    ),
    (
        "store buffering, exchanges",
        "x<>1 acq_rel; y acq | y<>1 acq_rel; x acq",
    ),
    ("load buffering", "x rlx; y=1 rlx | y rlx; x=1 rlx"),
    (
        "load buffering, acquire and release",
        "x acq; y=1 rel | y acq; x=1 rel",
    ),
    ("2+2W, relaxed", "x=1 rlx; y=2 rlx | y=1 rlx; x=2 rlx"),
    ("2+2W, release", "x=1 rel; y=2 rel | y=1 rel; x=2 rel"),
    ("2+2W, seqcst", "x=1 sc; y=2 sc | y=1 sc; x=2 sc"),
    ("R", "x=1 rlx; y=1 rlx | y=2 rlx; x rlx"),
    ("R, seqcst", "x=1 sc; y=1 sc | y=2 sc; x sc"),
    ("S", "x=2 rlx; y=1 rlx | y rlx; x=1 rlx"),
    (
        "S, release and acquire",
        "x=2 rlx; y=1 rel | y acq; x=1 rlx",
    ),
    (
        "IRIW, relaxed",
        "x=1 rlx | y=1 rlx | x rlx; y rlx | y rlx; x rlx",
    ),
    (
        "IRIW, acquire",
        "x=1 rel | y=1 rel | x acq; y acq | y acq; x acq",
    ),
    ("IRIW", "x=1 sc | y=1 sc | x sc; y sc | y sc; x sc"),
    (
        "IRIW, fences",
        "x=1 rlx | y=1 rlx | x rlx; fence sc; y rlx | y rlx; fence sc; x rlx",
    ),
    ("WRC, relaxed", "x=1 rlx | x rlx; y=1 rlx | y rlx; x rlx"),
    ("WRC", "x=1 rel | x acq; y=1 rel | y acq; x acq"),
    (
        "WRC, one link is missing",
        "x=1 rel | x rlx; y=1 rel | y acq; x acq",
    ),
    ("RWC, acquire", "x=1 rel | x acq; y acq | y=1 rel; x acq"),
    (
        "RWC, fences",
        "x=1 rlx | x rlx; fence sc; y rlx | y=1 rlx; fence sc; x rlx",
    ),
    ("RWC, seqcst", "x=1 sc | x sc; y sc | y=1 sc; x sc"),
    ("ISA2", "x=1 rlx; y=1 rel | y acq; z=1 rel | z acq; x rlx"),
    (
        "ISA2, relaxed in the middle",
        "x=1 rlx; y=1 rel | y rlx; z=1 rlx | z acq; x rlx",
    ),
    (
        "W+RWC, fences",
        "x=1 rlx; fence rel; y=1 rlx | y rlx; fence sc; z rlx | z=1 rlx; fence sc; x rlx",
    ),
    (
        "2+2W, fences",
        "x=1 rlx; fence sc; y=2 rlx | y=1 rlx; fence sc; x=2 rlx",
    ),
    ("2+2W, one is relaxed", "x=1 sc; y=2 sc | y=1 sc; x=2 rlx"),
    (
        "2+2W, exchanges",
        "x<>1 acq_rel; y=2 rel | y<>1 acq_rel; x=2 rel",
    ),
    (
        "R, fences",
        "x=1 rlx; fence sc; y=1 rlx | y=2 rlx; fence sc; x rlx",
    ),
    (
        "R, release and acquire",
        "x=1 rel; y=1 rel | y=2 rel; x acq",
    ),
    ("S, seqcst", "x=2 sc; y=1 sc | y sc; x=1 sc"),
    ("S, relaxed in between", "x=2 sc; y=1 rlx | y rlx; x=1 sc"),
    ("S, no release", "x=2 rlx; y=1 rlx | y acq; x=1 rlx"),
    (
        "S, fences",
        "x=2 rlx; fence rel; y=1 rlx | y rlx; fence acq; x=1 rlx",
    ),
    ("S, exchange", "x=2 rlx; y=1 rlx | y rlx; x<>1 rlx"),
    (
        "2+2W, relaxed, and who looks on",
        "x=1 rlx | x=2 rlx; y=1 rlx | y rlx; x=3 rlx",
    ),
    ("Z6.U", "x=1 sc; y=1 rel | y<>2 sc; z rlx | z=1 sc; x sc"),
    (
        "Z6.U, three of one atomic",
        "x=1 sc; y=1 rel | y<>2 sc | y=3 sc; x sc",
    ),
    (
        "release sequence, exchange",
        "x=1 rlx; y=1 rel | y<>2 rlx | y acq; x rlx",
    ),
    (
        "release sequence, broken by a store",
        "x=1 rlx; y=1 rel | y=2 rlx | y acq; x rlx",
    ),
    (
        "release sequence, own store",
        "x=1 rlx; y=1 rel; y=2 rlx | y acq; x rlx",
    ),
    (
        "an exchange fails for an older value",
        "x=1 rlx; y=1 rlx | y acq; x:1<>2 acq_rel/rlx",
    ),
    (
        "an exchange may not fail",
        "x=1 rlx; y=1 rel | y acq; x:1<>2 acq_rel/rlx",
    ),
    (
        "a failed exchange acquires",
        "x=1 rlx; y=1 rel | y:2<>3 rlx/acq; x rlx",
    ),
    (
        "a failed exchange does not acquire",
        "x=1 rlx; y=1 rel | y:2<>3 acq/rlx; x rlx",
    ),
    (
        "one of two exchanges",
        "x:0<>1 acq_rel/acq | x:0<>2 acq_rel/acq",
    ),
    ("exchanges are atomic", "x<>1 rlx | x<>2 rlx | x<>3 rlx"),
    ("an exchange and a store", "x<>1 rlx; x rlx | x=2 rlx"),
    (
        "a lock taken twice",
        "x<>1 acq; y=1 rlx; x=0 rel | x<>1 acq; y rlx; x=0 rel",
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

/// So many schedules are searched of a program, at most.
const SCHEDULES: u64 = 1_000_000;

/// What an exhaustive search finds of a program, if it comes to its end.
fn found(program: &Program) -> Option<BTreeSet<Vec<u32>>> {
    let weak = TimeModel::Weak;
    let found = explored::systematic(program, Strategy::Exhaustive, weak, SCHEDULES)?;
    Some(found.outcomes)
}

#[test]
fn well_known_litmus_tests() {
    let mut wrong = String::new();
    for (name, text) in LITMUS {
        let program = Program::read(text);
        assert_eq!(
            program.to_string(),
            *text,
            "{name} is read as another program"
        );
        let found = found(&program).expect("it is a small program");
        for model in [Model::Rc11, Model::Cpp20] {
            let allowed = axioms::allowed(&program, model);
            if found != allowed {
                wrong += &format!(
                    "{name}: {text}, by {model:?}\n  found, and forbidden: {}\n  allowed, and not \
                     found: {}\n",
                    shown(&(&found - &allowed)),
                    shown(&(&allowed - &found))
                );
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn all_that_is_allowed_is_found_of_random_programs() {
    let seeds = seeds::asked().unwrap_or(SEEDS);
    let (mut weak, mut compared) = (0, 0);
    for seed in seeds.clone() {
        let program = random::program(seed);
        let allowed = axioms::allowed(&program, Model::Cpp20);
        let Some(found) = found(&program) else {
            continue;
        };
        assert!(
            found == allowed,
            "seed {seed}: {program}\n  found, and forbidden: {}\n  allowed, and not found: {}",
            shown(&(&found - &allowed)),
            shown(&(&allowed - &found))
        );
        let interleavings = axioms::allowed(&random::strongest(&program), Model::Cpp20);
        weak += usize::from(!found.is_subset(&interleavings));
        compared += 1;
    }
    let tried = seeds.end - seeds.start;
    println!(
        "{tried} random programs, {compared} of them searched to the end, {weak} of these with what \
         only weak memory allows"
    );
    assert!(weak > 0, "no program has shown anything of weak memory");
}

#[test]
fn chance_finds_nothing_that_is_forbidden() {
    for seed in SEEDS {
        let program = random::program(seed);
        let allowed = axioms::allowed(&program, Model::Cpp20);
        let found = explored::outcomes(&program, 500);
        assert!(
            found.is_subset(&allowed),
            "seed {seed}: {program}\n  found, and forbidden: {}",
            shown(&(&found - &allowed))
        );
    }
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
