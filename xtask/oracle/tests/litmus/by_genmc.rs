//! How many executions GenMC explores of a litmus test under RC11: as many as there are, each once. So the
//! axioms here have to allow as many, and the explorer should need no more schedules.
//!
//! The figures are those that Miri's tests of GenMC expect or name in their comments (rust-lang/rust,
//! `src/tools/miri/tests/genmc`; `2_2w_scfs` is in an older version, rust-lang/miri at 61377c83). Left out are
//! their programs in which what is done depends on what was read, those with more atomics than there are
//! here, and those whose count we did not find. `Z6_U` is left out, too: GenMC explores 22 executions of it,
//! and the axioms here allow 24. They would allow 22 if each half of an exchange were an operation of its
//! own in the order of all that are `SeqCst`.

use engine::{Strategy, TimeModel};

use crate::axioms::{self, Model};
use crate::explored;
use crate::program::Program;

/// A test's name there, the program, how many executions it has, and how many schedules the explorer
/// needs beyond these.
type Count = (&'static str, &'static str, u64, u64);

const COUNTS: &[Count] = &[
    ("2cowr", "y acq | x acq | x=1 rel | y=1 rel", 4, 0),
    ("2w2w_4sc", "x=1 sc; y=2 sc | y=1 sc; x=2 sc", 3, 0),
    ("2w2w_4rel", "y=1 rel; x=2 rel | x=1 rel; y=2 rel", 4, 1),
    ("2w2w_3sc_1rel", "x=1 sc; y=2 sc | y=1 rel; x=2 sc", 4, 1),
    (
        "2_2w_scfs",
        "x=1 rlx; fence sc; y=2 rlx | y=1 rlx; fence sc; x=2 rlx",
        3,
        0,
    ),
    (
        "IRIW-acq-sc",
        "x=1 sc | x acq; y sc | y acq; x sc | y=1 sc",
        16,
        1,
    ),
    ("LB", "y acq; x=2 rel | x acq; y=1 rel", 3, 0),
    (
        "Z6_acq",
        "x=1 rlx; fence sc; y=1 rlx | y acq; z=1 rlx | z=2 rlx; fence sc; x rlx",
        7,
        0,
    ),
    ("casdep", "x rlx; y:0<>1 rlx/rlx; z=0 rlx | y=2 rlx", 2, 0),
    ("cii", "x:1<>2 rlx/rlx | x+1 rlx | x+1 rlx", 6, 0),
    ("corr1", "x=1 rel | x=2 rel | x acq; x acq | x acq", 36, 0),
    (
        "corr2",
        "x=1 rel | x=2 rel | x acq; x acq | x acq; x acq",
        72,
        0,
    ),
    ("default", "x acq; x acq | x=1 rel | x=2 rel", 12, 0),
    (
        "fr_w_w_w_reads",
        "x=1 rlx | x=2 rlx | x=3 rlx | x rlx; x rlx; x rlx; x rlx",
        210,
        0,
    ),
    (
        "inc_inc_RR_W_RR",
        "x+1 rlx | x+1 rlx | x rlx; x rlx | x=42 rlx | x rlx; x rlx",
        600,
        0,
    ),
    (
        "viktor-relseq",
        "x+1 acq; x+1 rlx | x+1 rlx; x+1 rlx | x+1 rel | x+1 rlx",
        180,
        0,
    ),
];

#[test]
fn genmc_explores_as_many() {
    let mut wrong = String::new();
    for &(name, text, executions, beyond) in COUNTS {
        let program = Program::read(text);
        let allowed = axioms::executions(&program, Model::Rc11);
        assert_eq!(allowed, executions, "{name}: what the axioms allow");
        let weak = TimeModel::Weak;
        let found = explored::systematic(&program, Strategy::Exhaustive, weak, 100_000);
        let schedules = found.expect("it is a small program").schedules;
        if schedules != executions + beyond {
            wrong += &format!("{name}: {schedules} schedules, and {executions} executions\n");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
