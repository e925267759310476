//! Programs that are wrong on some schedules, with which tools like this one are compared, and after
//! how many schedules each strategy finds out.
//!
//! They are those of SCTBench (Thomson, Donaldson and Betts, "Concurrency testing using controlled
//! schedulers: an empirical study", 2016) that Fray's authors use, and two more, written anew in Rust.
//! What races there as plain memory does so here as atomics.

#![allow(
    dead_code,
    reason = "the test and the benchmark are two crates, and each uses a part of this"
)]

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use engine::{Ending, Settings, Strategy, explore};
use explorer_harness::first_failure;
use model_std::__harness;
use protocol::{Request, TimeModel};

/// As many schedules the explorer as it is may take.
pub const BY_DEFAULT: u64 = 10_000;

/// As many one strategy alone may take.
pub const ALONE: u64 = 1_000;

/// The seeds with which each is tried.
pub const SEEDS: std::ops::RangeInclusive<u64> = 1..=20;

/// How many steps a schedule may have. None of a program that is right has more than a tenth.
const STEPS: u32 = 20_000;

/// A program that is wrong.
pub struct Program {
    pub name: &'static str,
    run: fn(),
    /// How many schedules the best of other tools needs, as published, and which that is; if that is
    /// known here.
    pub published: Option<(u64, &'static str)>,
}

/// Who searches.
#[derive(Clone, Copy)]
pub enum Searcher {
    /// The explorer as it is.
    Default,
    /// One strategy alone.
    Alone(fn() -> Strategy),
}

/// Who searches, each with the name that it has in the table.
pub const SEARCHERS: [(&str, Searcher); 7] = [
    ("default", Searcher::Default),
    ("reads-from", Searcher::Alone(|| Strategy::ReadsFrom)),
    ("pos", Searcher::Alone(|| Strategy::Pos)),
    ("surw", Searcher::Alone(|| Strategy::Surw)),
    ("pct", Searcher::Alone(|| Strategy::Pct { depth: 3 })),
    ("random", Searcher::Alone(|| Strategy::Random)),
    ("exhaustive", Searcher::Alone(|| Strategy::Exhaustive)),
];

macro_rules! programs {
    ($($name:ident),*) => {
        $(mod $name {
            #[allow(unused_imports, reason = "one that names no library at all may come")]
            use model_std as std;
            include!(concat!("programs/", stringify!($name), ".rs"));
        })*
    };
}

programs!(
    account,
    arithmetic_prog,
    bluetooth_driver,
    carter01,
    circular_buffer,
    deadlock01,
    fsbench,
    lazy01,
    phase01,
    queue,
    reorder,
    safestack,
    stack,
    string_buffer,
    sync01,
    sync02,
    token_ring,
    twostage,
    work_steal_queue,
    wronglock
);

const fn program(name: &'static str, run: fn()) -> Program {
    Program {
        name,
        run,
        published: None,
    }
}

impl Program {
    const fn published(mut self, schedules: u64, tool: &'static str) -> Self {
        self.published = Some((schedules, tool));
        self
    }

    /// After how many schedules the first one fails with this seed, if one of so many does.
    pub fn first_failure(&self, searcher: Searcher, seed: u64, most: u64) -> Option<u64> {
        let run = self.run;
        let main = move || {
            run();
            0
        };
        // SAFETY: a function captures nothing, and the statics are kept.
        #[allow(unsafe_code)]
        let program = unsafe { __harness::program(main) };
        // As the runner's child does, which is a process of its own. This is one of those that are kept.
        static KEPT: AtomicBool = AtomicBool::new(false);
        if !KEPT.swap(true, Relaxed) {
            let kept = program.keep_statics();
            kept.expect("this process has one thread");
        }
        match searcher {
            Searcher::Default => {
                let request = Request {
                    schedules: most,
                    steps: STEPS,
                    time_models: vec![TimeModel::Virtual],
                    seed,
                    ..Request::default()
                };
                first_failure(&request, &program)
            }
            Searcher::Alone(strategy) => {
                let settings = Settings {
                    schedules: most,
                    steps: STEPS,
                    seed,
                    ..Settings::new(strategy())
                };
                let mut found = None;
                let mut count = 0;
                explore(&settings, &program, |execution| {
                    count += 1;
                    match execution.ending {
                        // An exhaustive search is given up with too many threads.
                        Some(Ending::Exited(0) | Ending::TooLong) => ControlFlow::Continue(()),
                        _ => {
                            found = Some(count);
                            ControlFlow::Break(())
                        }
                    }
                });
                found
            }
        }
    }
}

/// The programs. Behind the name of a family stands how many threads there are of each kind.
pub const PROGRAMS: [Program; 30] = [
    program("account", account::main),
    program("arithmetic_prog", arithmetic_prog::main),
    program("bluetooth_driver", bluetooth_driver::main),
    program("carter01", carter01::main),
    program("circular_buffer", circular_buffer::main),
    program("deadlock01", deadlock01::main),
    program("fsbench", fsbench::main),
    program("lazy01", lazy01::main),
    program("phase01", phase01::main),
    program("queue", queue::main),
    program("reorder_3 (2 + 1)", reorder::main::<2, 1>),
    program("reorder_4 (3 + 1)", reorder::main::<3, 1>),
    program("reorder_5 (4 + 1)", reorder::main::<4, 1>),
    program("reorder_10 (9 + 1)", reorder::main::<9, 1>),
    program("reorder_20 (10 + 10)", reorder::main::<10, 10>),
    program("reorder_50 (40 + 10)", reorder::main::<40, 10>),
    program("reorder_100 (99 + 1)", reorder::main::<99, 1>).published(6, "RFF"),
    program("stack", stack::main),
    program("string_buffer_jdk", string_buffer::main),
    program("sync01", sync01::main),
    program("sync02", sync02::main),
    program("token_ring", token_ring::main),
    program("twostage (1 + 1)", twostage::main::<1, 1>),
    program("twostage_20 (10 + 10)", twostage::main::<10, 10>).published(22, "RFF"),
    program("twostage_100 (99 + 1)", twostage::main::<99, 1>).published(56, "RFF"),
    program("work_steal_queue", work_steal_queue::main).published(10, "POS, RFF"),
    program("wronglock (1 + 7)", wronglock::main::<7>).published(1, "POS, RFF"),
    program("wronglock_1 (1 + 1)", wronglock::main::<1>),
    program("wronglock_3 (1 + 3)", wronglock::main::<3>),
    program("safestack", safestack::main),
];

/// What the seeds have in common: how many schedules half of them need at most, and each of them at
/// most; or how many find anything.
pub fn cell(found: &[Option<u64>]) -> String {
    let mut counts: Vec<u64> = found.iter().copied().flatten().collect();
    counts.sort_unstable();
    match counts.len() {
        1 if found.len() == 1 => counts[0].to_string(),
        0 => "–".to_string(),
        all if all == found.len() => {
            let (median, most) = (counts[(all - 1) / 2], counts[all - 1]);
            format!("{median} ({most})")
        }
        some => format!("{some} of {}", found.len()),
    }
}

/// The line of the table that is about this program.
pub fn row(program: &Program, cells: &[String]) -> String {
    let published = match program.published {
        Some((schedules, tool)) => format!("{schedules} ({tool})"),
        None => String::new(),
    };
    format!("| {} | {} | {published} |", program.name, cells.join(" | "))
}

/// After how many schedules a searcher finds this program's first failure, with each seed.
pub fn found(program: &Program, searcher: Searcher) -> Vec<Option<u64>> {
    let most = match searcher {
        Searcher::Default => BY_DEFAULT,
        Searcher::Alone(_) => ALONE,
    };
    // What does not depend on a seed is searched with one.
    let seeds = match searcher {
        Searcher::Alone(strategy) if strategy() == Strategy::Exhaustive => 1..=1,
        _ => SEEDS,
    };
    let found = seeds.map(|seed| program.first_failure(searcher, seed, most));
    found.collect()
}

/// The page that the benchmark writes.
pub const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/SCT.md");

/// The whole page, with these lines as its table.
pub fn page(lines: &[String]) -> String {
    let names = SEARCHERS.map(|(name, _)| name).join(" | ");
    let rule = "|--:".repeat(SEARCHERS.len() + 1);
    let lines = lines.join("\n");
    format!(
        "# Schedules to the first failure\n\n\
         After how many schedules the explorer finds what is wrong with the programs on which tools \
         like it are compared: those of SCTBench (Thomson, Donaldson and Betts, 2016) that Fray's \
         authors use, and two more. `cargo bench -p oracle --bench sct` measures it.\n\n\
         A cell has the median over 20 seeds and, in parentheses, the most that a seed needs. *N of 20* \
         means that so many seeds find it within {ALONE} schedules, and *–* that none does. Only the \
         search as it is by default, a burst of random schedules and then all phases in turn, has up to \
         {BY_DEFAULT}. The exhaustive search depends on no seed.\n\n\
         `reads-from` is after RFF (Wolff and others, 2024), `pos` is partial order sampling (Yuan, Yang \
         and Gu, 2018), `surw` the selectively uniform random walk (Zhao and others, 2025), `pct` \
         probabilistic concurrency testing with depth 3 (Burckhardt and others, 2010), and `random` any \
         thread at each step.\n\n\
         The last column has the best figure that a paper gives for another tool, as far as it is known \
         here. It is no more than a hint: the programs are written anew in Rust, with what races there \
         as plain memory being atomics here, so that steps are counted differently; and each paper has \
         its own limits and its own mean. Behind a name stands how many threads of each kind there are.\n\n\
         `cargo test -p oracle --test sct` holds the column of the default search.\n\n\
         | program | {names} | published |\n\
         |---{rule}|\n\
         {lines}\n"
    )
}
