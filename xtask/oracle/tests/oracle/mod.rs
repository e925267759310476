//! The programs, and what each checker finds out about them.

// The test and the benchmark each use a part of it.
#![allow(dead_code)]

use std::any::Any;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::iter;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use engine::{Coverage, Settings, Strategy, TimeModel};

/// A small program as one checker runs it. It returns everything that it observed.
#[derive(Debug, Clone, Copy)]
pub struct Program {
    pub name: &'static str,
    pub run: fn() -> String,
    pub shuttle: Agreement,
    pub loom: Agreement,
    /// Whether the explorer finds what is documented.
    pub explorer: Agreement,
    /// Where neither of the two can run it: the outcomes that the standard library's documentation
    /// admits.
    pub outcomes: &'static [&'static str],
    /// The same if to sleep long enough is no promise.
    pub untimed: &'static [&'static str],
}

/// Whether a checker finds the outcomes that it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// The same.
    Full,
    /// All but these, and why.
    Misses(&'static [&'static str], &'static str),
    /// These too, which do not happen under sequential consistency or in the standard
    /// library, and why.
    Adds(&'static [&'static str], &'static str),
    /// It cannot run the program, or never gets to the end, and why.
    Without(&'static str),
}

impl Program {
    const fn new(name: &'static str, run: fn() -> String) -> Self {
        Self {
            name,
            run,
            shuttle: Agreement::Full,
            loom: Agreement::Full,
            explorer: Agreement::Full,
            outcomes: &[],
            untimed: &[],
        }
    }

    const fn shuttle(self, shuttle: Agreement) -> Self {
        Self { shuttle, ..self }
    }

    const fn loom(self, loom: Agreement) -> Self {
        Self { loom, ..self }
    }

    const fn explorer(self, explorer: Agreement) -> Self {
        Self { explorer, ..self }
    }

    /// Neither shuttle nor loom can run it.
    const fn alone(self, why: &'static str, outcomes: &'static [&'static str]) -> Self {
        Self {
            shuttle: Agreement::Without(why),
            loom: Agreement::Without(why),
            outcomes,
            untimed: outcomes,
            ..self
        }
    }

    const fn untimed(self, untimed: &'static [&'static str]) -> Self {
        Self { untimed, ..self }
    }
}

/// The programs of one file: `name.loom(Without("why")), …`
macro_rules! programs {
    ($($name:ident $(.$method:ident($($argument:expr),*))*),* $(,)?) => {
        /// The programs of this file.
        pub const PROGRAMS: &[crate::oracle::Program] = {
            #[allow(unused_imports, reason = "some files have no exception")]
            use crate::oracle::Agreement::{Adds, Misses, Without};
            &[$(
                crate::oracle::Program::new(stringify!($name), $name)
                    $(.$method($($argument),*))*
            ),*]
        };
    };
}

mod explorer;
pub mod loom;
pub mod real;
pub mod shuttle;

/// What a checker found.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Found {
    /// What the program returned; or `deadlock`; or `panic: …`.
    pub outcomes: BTreeSet<String>,
    /// How many schedules that took, those included that were given up.
    pub schedules: u64,
    /// Whether the search ended early, and other outcomes may be left.
    pub stopped: bool,
    /// What the explorer searched; of another checker nothing.
    pub coverage: Coverage,
}

/// One program under all checkers.
#[derive(Debug)]
pub struct Row {
    pub program: &'static Program,
    pub reduced: Found,
    pub plain: Found,
    /// The same two where a sleeper may wake at any moment, if the program has to do with
    /// time.
    pub untimed: Option<[Found; 2]>,
    /// The same two where a thread may be woken for no reason, if the program has to do with that.
    pub spurious: Option<[Found; 2]>,
    pub shuttle: Option<Found>,
    pub loom: Option<Found>,
    /// Some real runs, unless the program could hang.
    pub real: Option<Found>,
}

/// How long real runs of a program may take, and how many there are at most.
const REAL: (Duration, u64) = (Duration::from_millis(50), 200);

/// All programs under all checkers.
pub fn rows() -> Vec<Row> {
    install_hook();
    let mut rows = on_all_cores(&explorer::programs().collect::<Vec<_>>());
    // Apart from the searches, which real threads that nobody joined would disturb.
    for (row, program) in rows.iter_mut().zip(real::programs()) {
        assert_eq!(row.program.name, program.name);
        let hangs = row.reduced.outcomes.contains("deadlock");
        row.real = (!hangs).then(|| real::search(program, REAL.0, REAL.1));
    }
    rows
}

/// The rows of these programs, without real runs. A search stays on the thread that began it.
fn on_all_cores(programs: &[&'static Program]) -> Vec<Row> {
    let next = AtomicUsize::new(0);
    let work = || {
        let index = || next.fetch_add(1, Ordering::Relaxed);
        let mine = iter::repeat_with(index).map_while(|at| Some((at, row(programs.get(at)?))));
        mine.collect::<Vec<_>>()
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let mut rows: Vec<(usize, Row)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        let rows = workers.into_iter().map(|worker| worker.join());
        rows.flat_map(|rows| rows.expect("a search that fails is an outcome"))
            .collect()
    });
    rows.sort_by_key(|(at, _)| *at);
    rows.into_iter().map(|(_, row)| row).collect()
}

thread_local! {
    /// Whether this thread runs a schedule that may well fail.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Has panics reported as usual, but for those of a schedule that fails.
///
/// Shuttle's hook, which reports each of them at length, is done away with; the explorer
/// puts its own on top later.
fn install_hook() {
    let usual = panic::take_hook();
    shuttle::install_hook();
    panic::set_hook(Box::new(move |info| {
        if !QUIET.get() {
            usual(info);
        }
    }));
}

/// Runs what may panic.
fn quietly<R>(f: impl FnOnce() -> R) -> std::thread::Result<R> {
    QUIET.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(f));
    QUIET.set(false);
    result
}

/// How many schedules an exhaustive search of the program has, as far as the explorer can tell without
/// one.
pub fn estimate(program: &Program, settings: &Settings) -> Option<f64> {
    quietly(|| explorer::estimate(program, settings)).expect("the explorer does not panic")
}

fn row(program: &'static Program) -> Row {
    let both = |time| {
        [Strategy::Exhaustive, Strategy::Plain].map(|strategy| {
            let mut settings = Settings::new(strategy);
            settings.time = time;
            explorer::search(program, &settings)
        })
    };
    let [reduced, plain] = both(TimeModel::Virtual);
    let [untimed, spurious] = [TimeModel::Adversarial, TimeModel::Spurious]
        .map(|time| plain.coverage.depends_on(time).then(|| both(time)));
    let same = |other: &&Program| other.name == program.name;
    Row {
        program,
        reduced,
        plain,
        untimed,
        spurious,
        shuttle: shuttle::programs().find(same).map(shuttle::search),
        loom: loom::programs().find(same).map(loom::search),
        real: None,
    }
}

impl Row {
    /// What can happen if to sleep long enough is no promise.
    pub fn possible(&self) -> &BTreeSet<String> {
        let reduced = self.untimed.as_ref().map(|[reduced, _]| reduced);
        &reduced.unwrap_or(&self.reduced).outcomes
    }
}

impl Agreement {
    /// What a checker finds where these are the outcomes.
    pub fn apply(self, outcomes: &BTreeSet<String>) -> BTreeSet<String> {
        let mut outcomes = outcomes.clone();
        match self {
            Self::Full | Self::Without(_) => {}
            Self::Misses(missed, _) => outcomes.retain(|o| !missed.contains(&o.as_str())),
            Self::Adds(added, _) => outcomes.extend(added.iter().map(|&o| o.to_owned())),
        }
        outcomes
    }

    /// The difference in a few words, if there is one.
    fn describe(self, checker: &str) -> Option<String> {
        match self {
            Self::Full => None,
            Self::Without(why) => Some(format!("{checker}: {why}")),
            Self::Misses(missed, why) => {
                Some(format!("{checker} misses {}: {why}", missed.join(", ")))
            }
            Self::Adds(added, why) => Some(format!("{checker} adds {}: {why}", added.join(", "))),
        }
    }
}

/// The schedules that each search needs, and where another checker differs, as a table.
pub fn markdown(rows: &[Row]) -> String {
    let mut table = String::from(
        "| program | outcomes | reduced | plain | shuttle | loom | differs |\n\
         |---|--:|--:|--:|--:|--:|---|\n",
    );
    for row in rows {
        let schedules = |found: &Option<Found>| match found {
            Some(found) if found.stopped => "stops".to_owned(),
            Some(found) => found.schedules.to_string(),
            None => "–".to_owned(),
        };
        let program = row.program;
        let differs = match (program.shuttle, program.loom) {
            (Agreement::Without(why), Agreement::Without(_)) => vec![format!("both: {why}")],
            (shuttle, loom) => {
                let differs = [shuttle.describe("shuttle"), loom.describe("loom")];
                differs.into_iter().flatten().collect()
            }
        };
        let differs = differs
            .into_iter()
            .chain(program.explorer.describe("the explorer"));
        writeln!(
            table,
            "| {} | {} | {} | {} | {} | {} | {} |",
            program.name,
            row.reduced.outcomes.len(),
            row.reduced.schedules,
            row.plain.schedules,
            schedules(&row.shuttle),
            schedules(&row.loom),
            differs.collect::<Vec<_>>().join("; ")
        )
        .expect("a string takes everything");
    }
    table
}

/// The outcome of a schedule on which the program or the checker panicked.
fn failure(payload: &(dyn Any + Send)) -> String {
    let message = match payload.downcast_ref::<String>() {
        Some(message) => message.as_str(),
        None => payload
            .downcast_ref::<&str>()
            .copied()
            .unwrap_or("no message"),
    };
    match message.starts_with("deadlock") {
        true => "deadlock".to_owned(),
        false => format!("panic: {message}"),
    }
}
