//! What loom finds of the litmus tests: a second opinion, and where it is known to be another.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use loom::sync::atomic::AtomicU32;

use crate::axioms::{self, Model};
use crate::program::Program;
use crate::{LITMUS, shown};

/// The program, of loom's library.
mod threads {
    use loom as std;
    include!("threads.rs");
}

/// Loom's README says so, of its version 0.7.
const WEAK_SEQCST: &str = "to loom, SeqCst loads and stores are acquire and release ones";
const TORN: &str = "to loom, a store may come between what an exchange reads and what it writes";
const LATEST: &str = "in loom, an exchange reads the newest store, also where it fails";
const TORN_LATEST: &str = "both of these";

/// Where loom's outcomes are not those of the axioms: the test, those that it has too many, those that it
/// misses, and why.
type Gap = (&'static str, &'static str, &'static str, &'static str);

const GAPS: &[Gap] = &[
    ("store buffering", "[0, 0, 1, 1, 0]", "", WEAK_SEQCST),
    ("2+2W, seqcst", "[1, 1, 0]", "", WEAK_SEQCST),
    ("R, seqcst", "[0, 1, 2, 0]", "", WEAK_SEQCST),
    ("RWC, seqcst", "[1, 0, 0, 1, 1, 0]", "", WEAK_SEQCST),
    (
        "2+2W, exchanges",
        "[0, 0, 1, 1, 0] [0, 0, 1, 2, 0] [0, 0, 2, 1, 0]",
        "",
        TORN,
    ),
    (
        "S, exchange",
        "[0, 0, 1, 1, 0]",
        "[1, 0, 2, 1, 0]",
        TORN_LATEST,
    ),
    (
        "Z6.U",
        "[0, 0, 0, 1, 2, 1] [0, 0, 1, 1, 2, 1] [0, 1, 0, 1, 2, 1] [0, 1, 1, 1, 2, 1]",
        "",
        TORN,
    ),
    (
        "Z6.U, three of one atomic",
        "[0, 0, 1, 2, 0] [0, 1, 1, 2, 0]",
        "",
        TORN,
    ),
    (
        "release sequence, exchange",
        "[0, 0, 0, 1, 2, 0] [0, 0, 1, 1, 2, 0] [0, 1, 1, 1, 2, 0] [0, 2, 0, 1, 2, 0] \
         [0, 2, 1, 1, 2, 0]",
        "",
        TORN,
    ),
    (
        "an exchange fails for an older value",
        "",
        "[1, 0, 1, 1, 0]",
        LATEST,
    ),
    ("an exchange and a store", "[0, 1, 1, 0, 0]", "", TORN),
];

/// With more threads than these, loom takes too long: of the first such test it had not come to the end
/// after a minute.
const THREADS: usize = 3;

#[test]
fn loom_finds_the_same() {
    let mut wrong = String::new();
    let mut compared = 0;
    for (name, text) in LITMUS {
        let program = Program::read(text);
        if program.0.len() > THREADS {
            continue;
        }
        compared += 1;
        let allowed = axioms::allowed(&program, Model::Rc11);
        let found = outcomes(&program);
        let gap = GAPS.iter().find(|(known, ..)| known == name);
        let &(_, many, missed, why) = gap.unwrap_or(&("", "", "", "no gap is known here"));
        let found = [shown(&(&found - &allowed)), shown(&(&allowed - &found))];
        if found != [many, missed] {
            let [many, missed] = found;
            wrong += &format!("{name}: {text}\n  too many: {many}\n  missed: {missed}\n  {why}\n");
        }
    }
    let known = |name: &str| LITMUS.iter().any(|(known, _)| *known == name);
    let stray = GAPS.iter().find(|(name, ..)| !known(name));
    assert_eq!(stray, None, "there is no such test");
    println!("{compared} of {} litmus tests by loom", LITMUS.len());
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// What loom reads, to the end of its search: as [`allowed`](axioms::allowed) has it.
fn outcomes(program: &Program) -> BTreeSet<Vec<u32>> {
    let found = Arc::new(Mutex::new(BTreeSet::new()));
    let run = {
        let (program, found) = (program.clone(), Arc::clone(&found));
        move || {
            let outcome = threads::run(&program);
            found.lock().unwrap().insert(outcome);
        }
    };
    let mut search = loom::model::Builder::new();
    search.preemption_bound = None;
    search.check(run);
    let found = found.lock().unwrap();
    found.clone()
}

/// Never called: only programs without plain accesses are given to loom, whose atomics have none.
fn plain_read(_: &AtomicU32) -> u32 {
    unreachable!("loom is given no program with plain accesses")
}

/// As [`plain_read`].
fn plain_write(_: &AtomicU32, _: u32) {
    unreachable!("loom is given no program with plain accesses")
}
