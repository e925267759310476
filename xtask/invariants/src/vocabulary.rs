//! The vocabulary: every key of an `invariants.toml`, and every kind of rule.

use super::kind::Kind;
use super::kinds::{arithmetic, counting, intervals, ordering, outcome};
use super::shape::{Field, Shape, Table, optional, required, table};

const KINDS: [&Kind; 17] = [
    &outcome::OUTCOME,
    &outcome::CLOSED,
    &counting::COUNT,
    &counting::EXACTLY,
    &counting::UNIQUE,
    &ordering::FIRST,
    &ordering::LAST,
    &ordering::NEVER,
    &ordering::ORDER,
    &ordering::INCREASING,
    &ordering::FIFO,
    &intervals::EXCLUSIVE,
    &intervals::OVERLAP,
    &ordering::FOLLOWS,
    &arithmetic::RELATION,
    &arithmetic::TIME,
    &counting::ONE_OF,
];

/// Every kind of rule, in the order of `RULES.md`.
pub fn kinds() -> impl Iterator<Item = &'static Kind> {
    KINDS.into_iter()
}

/// The whole file.
pub(super) const FILE: Shape = table(&[
    optional("topic", &TOPIC, "How a learner finds the topic."),
    optional("run", &RUN, "How the program wants to be run."),
    required(
        "events",
        &Shape::Map(&EVENT),
        "The lines that the program prints, each with a name: write a table `[events]`",
    ),
    optional(
        "always",
        &Shape::List(&ALWAYS),
        "What is true of every run: each rule is headed `[[always]]`.",
    ),
    optional(
        "sometimes",
        &Shape::List(&SOMETIMES),
        "What is true of some runs: each rule is headed `[[sometimes]]`.",
    ),
    optional(
        "variants",
        &Shape::Map(&VARIANT),
        "Programs of src/bin that do the same by other means, and obey the same rules.",
    ),
    optional(
        "pitfalls",
        &Shape::Map(&PITFALL),
        "Programs of src/bin that do the same wrong, and how each goes wrong.",
    ),
    optional(
        "audit",
        &AUDIT,
        "What `cargo xtask audit` must know that the rules cannot say.",
    ),
]);

const TOPIC: Shape = table(&[
    required(
        "how_do_i",
        &Shape::List(&Shape::Text),
        "The questions that the topic answers: each continues \"How do I …?\".",
    ),
    optional(
        "words",
        &Shape::List(&Shape::Text),
        "More words by which `cargo xtask list WORD` finds the topic.",
    ),
    optional(
        "assumes",
        &Shape::List(&Shape::Text),
        "The topics that a learner knows before this one; each stands before it.",
    ),
    optional(
        "start_here",
        &Shape::Flag,
        "Whether it is one of the few topics to begin with.",
    ),
]);

const AUDIT: Shape = table(&[
    optional(
        "share",
        &Shape::Count,
        "How many of a hundred unlawful changes the rules must catch; 95 if left out.",
    ),
    optional(
        "free",
        &Shape::Map(&Shape::Text),
        "Captures that may have another value in a run that is as good, each with the reason.",
    ),
    optional(
        "unordered",
        &Shape::List(&Shape::Pair(&Shape::Text)),
        "Pairs of lines that nothing orders: side by side, they may come the other way round.",
    ),
]);

const SHOWS: Field = required("shows", &Shape::Text, "What it shows, in one sentence.");

const NOT_EXPLORED: Field = optional(
    "not_explored",
    &Shape::Text,
    "The reason why `cargo xtask explore` cannot run the program.",
);

const VARIANT: Shape = table(&[SHOWS, NOT_EXPLORED]);

const PITFALL: Shape = Shape::Table(Table {
    fields: &[
        SHOWS,
        optional(
            "breaks",
            &Shape::List(&Shape::Text),
            "The claims of this file that it breaks, and no others.",
        ),
        optional(
            "ends",
            outcome::OUTCOME.shape,
            "How it ends, where that is what goes wrong.",
        ),
        optional(
            "within",
            &Shape::Count,
            "In how many runs it goes wrong at least once; on every run if left out.",
        ),
        optional(
            "events",
            &Shape::Map(&EVENT),
            "The lines that only this program prints.",
        ),
        optional(
            "practice",
            &PRACTICE,
            "What `cargo xtask practice` cannot find out by itself about answers to this exercise.",
        ),
        NOT_EXPLORED,
    ],
    one_of: &["breaks", "ends"],
});

const PRACTICE: Shape = table(&[
    optional(
        "keeps",
        &Shape::List(&Shape::Text),
        "The calls and types that an answer must use, in place of those that the runner finds.",
    ),
    optional(
        "claimed",
        &Shape::List(&Shape::Text),
        "Further claims of this file that an answer must keep, and not vacuously.",
    ),
    optional(
        "not_claimed",
        &Shape::List(&Shape::Text),
        "Claims of this file that an answer need not keep.",
    ),
    optional(
        "may_omit",
        &Shape::List(&Shape::Text),
        "Events that the program prints, and an answer need not print.",
    ),
]);

const RUN: Shape = table(&[
    optional(
        "alone",
        &Shape::Text,
        "Why the program needs the machine to itself.",
    ),
    optional(
        "time_limit",
        &Shape::Text,
        "When the program is stopped, as in \"10s\"; it then counts as hanging.",
    ),
    optional(
        "schedules",
        &Shape::Positive,
        "How many schedules of each time model the site explores, where each takes long.",
    ),
    NOT_EXPLORED,
]);

const EVENT: Shape = Shape::Either(&Shape::Text, &EVENT_TABLE);

const EVENT_TABLE: Shape = Shape::Table(Table {
    fields: &[
        optional("stdout", &Shape::Text, "A line of standard output."),
        optional("stderr", &Shape::Text, "A line of standard error."),
        optional(
            "panic",
            &Shape::Text,
            "A panic's report on standard error, by its message.",
        ),
        optional(
            "thread",
            &Shape::Text,
            "The panicking thread's name; only beside `panic`.",
        ),
        optional(
            "may_be_absent",
            &Shape::Text,
            "The reason why the event need not happen in every run.",
        ),
    ],
    one_of: &["stdout", "stderr", "panic"],
});

const ALWAYS: Shape = Shape::Table(Table {
    fields: &rule_fields::<{ COMMON.len() + KINDS.len() }>(&[]),
    one_of: &KIND_NAMES,
});

const SOMETIMES: Shape = Shape::Table(Table {
    fields: &rule_fields::<{ COMMON.len() + 1 + KINDS.len() }>(&[WITHIN]),
    one_of: &KIND_NAMES,
});

const COMMON: [Field; 5] = [
    required(
        "claim",
        &Shape::Text,
        "What is claimed, in one sentence: add `claim = \"…\"`",
    ),
    optional("why", &Shape::Text, "Why it is true on every interleaving."),
    optional(
        "cores",
        &Shape::Positive,
        "How many cores it takes to decide; with fewer the verdict is unsupported.",
    ),
    optional(
        "may_be_vacuous",
        &Shape::Text,
        "The reason why what the rule speaks of need not happen.",
    ),
    optional(
        "not_explored",
        &Shape::Text,
        "The reason why `cargo xtask explore` cannot decide it.",
    ),
];

const WITHIN: Field = optional(
    "within",
    &Shape::Positive,
    "How many runs are allowed until one shows it; 50 if left out.",
);

const KIND_NAMES: [&str; KINDS.len()] = {
    let mut names = [""; KINDS.len()];
    let mut at = 0;
    while at < KINDS.len() {
        names[at] = KINDS[at].name;
        at += 1;
    }
    names
};

/// The keys of a rule: the common ones, then `more`, then one for each kind.
const fn rule_fields<const N: usize>(more: &[Field]) -> [Field; N] {
    let mut fields = [COMMON[0]; N];
    let mut at = 0;
    while at < N {
        fields[at] = if at < COMMON.len() {
            COMMON[at]
        } else if at < COMMON.len() + more.len() {
            more[at - COMMON.len()]
        } else {
            let kind = KINDS[at - COMMON.len() - more.len()];
            optional(kind.name, kind.shape, kind.doc)
        };
        at += 1;
    }
    fields
}
