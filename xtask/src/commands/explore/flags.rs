//! What `explore` takes.

use std::num::NonZeroU64;
use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::explore::settings::Settings;
use crate::explore::source::{Among, Kind, Wanted};
use crate::explore::tests::WantedTests;
use crate::flags::{BIN, Flag, JSON, JUNIT, Words};
use protocol::{Strategy, TimeModel};

/// The flags that say what is explored, of topics and crates by their folders.
pub const CRATES: &[Flag] = &[
    Flag::alone(
        "--all",
        "every topic, with its variants and pitfalls, on all cores",
    ),
    BIN,
    EXAMPLE,
    Flag::alone(
        "--tests",
        "the tests of a crate, each as a program of its own, as they\n\
         stand: the first word is a topic or the folder of a crate, and\n\
         the others are names of tests or parts of them",
    ),
];

/// The flags that say what is explored, of the packages of a project.
pub const PACKAGES: &[Flag] = &[
    Flag::with(
        "--package",
        "NAME",
        "this package of the workspace, not the one in this folder",
    ),
    Flag::with("--bin", "NAME", "only the program of this name"),
    EXAMPLE,
    Flag::alone(
        "--tests",
        "the tests of the package, each as a program of its own, as\n\
         they stand: the words are names of tests or parts of them",
    ),
];

const EXAMPLE: Flag = Flag::with("--example", "NAME", "the example of this name");

/// The other flags.
pub const FLAGS: &[Flag] = &[
    Flag::alone("--list", "with --tests: only list them"),
    Flag::alone(
        "--include-ignored",
        "with --tests: those with #[ignore] as well",
    ),
    Flag::with(
        "--features",
        "LIST",
        "features of the crate, beside the default ones",
    ),
    Flag::with(
        "--cfg",
        "NAME",
        "with --tests: set this cfg in the crate and its workspace; with\n\
         miri, the tests of many crates make fewer rounds",
    ),
    Flag::with(
        "--edition",
        "YEAR",
        "the edition that a source file is written in: 2015, 2018,\n\
         2021 or 2024 (2024)",
    ),
    Flag::with(
        "--schedules",
        "N",
        "how many schedules at most, where there are too many for all\n\
         (as many as the time is enough for)",
    ),
    Flag::with(
        "--time",
        "TIME",
        "how long each program is explored at most (10s; with\n\
         --schedules, as long as those take)",
    ),
    Flag::with(
        "--time-model",
        "M",
        "virtual: a sleep lasts until nobody else can go on; writers,\n\
         and the others too: a writer that waits keeps new readers out;\n\
         adversarial: any sleep may end at any time; spurious: once in\n\
         each thread, a wait ends for no reason or a weak exchange\n\
         fails; combined: both; weak: a load may read an older value,\n\
         if the orders allow (one after the other, where they differ)",
    ),
    Flag::with(
        "--strategy",
        "S",
        "how schedules are chosen, so as to see after how many each\n\
         way finds a failure. exhaustive: one of each kind that can\n\
         be told apart; plain: all of them; preemption-bound-N: all\n\
         that preempt N times at most; pct: random priorities of\n\
         threads; pos: of operations, new ones for those in conflict;\n\
         surw: each order of the operations on one object about as\n\
         likely as any other; reads-from: as pos, led to reads from\n\
         writes from which they have not read yet;\n\
         random: a random thread at each step (a few random schedules,\n\
         then exhaustive, and where those are too many, the others in\n\
         turn with it)",
    ),
    Flag::alone(
        "--all-failures",
        "go on until the time is over, though a failure is known:\n\
         otherwise each kind of search has one more turn then, for a\n\
         simpler schedule and other failures",
    ),
    Flag::with(
        "--seed",
        "N",
        "choose other schedules, where they are chosen at random (1)",
    ),
    Flag::with(
        "--replay",
        "TOKEN",
        "one schedule again, exactly; a report names its token, or\n\
         the file that has it",
    ),
    Flag::with(
        "--stop-at",
        "STEP",
        "with --replay: wait before this step for a debugger, as for\n\
         `gdb -p`, on the stack of the thread that is about to take\n\
         it, until the debugger lets the process go on",
    ),
    Flag::alone(
        "--outputs",
        "list all distinct outputs, how often each was seen, and a\n\
         schedule",
    ),
    Flag::with(
        "--real-runs",
        "N",
        "run the program N times as well, outside of the explorer,\n\
         and say whether its outputs (the lines of each stream, and\n\
         how it ended) are among the explored ones; otherwise some 20\n\
         runs of at most 2 s in all are made before a program is\n\
         called proved, and with 0 none",
    ),
    Flag::alone(
        "--strict",
        "count as a failure what holds only because a sleep is long\n\
         enough",
    ),
    Flag::with(
        "--stall",
        "TIME",
        "end a program that makes no step for so long (10s)",
    ),
    Flag::with(
        "--tree",
        "FILE",
        "write the states of one program, as JSON: what each thread does\n\
         next, what each object holds, and what each step leads to",
    ),
    Flag::with(
        "--html",
        "FILE",
        "write one program as a page, in which the reader chooses who\n\
         goes on: with the schedule that is wrong, or the one that is\n\
         replayed",
    ),
    JSON,
    JUNIT,
];

/// The editions of Rust.
const EDITIONS: [&str; 4] = ["2015", "2018", "2021", "2024"];

/// The arguments of `explore`.
pub struct ExploreArgs {
    /// What is to be explored.
    pub wanted: Wanted,
    /// The tests of a crate that are to be explored, in place of programs.
    pub tests: Option<WantedTests>,
    /// Whether these are only listed.
    pub list: bool,
    /// Whether all topics are meant.
    pub is_all: bool,
    /// How.
    pub settings: Settings,
    /// Only this schedule.
    pub replay: Option<String>,
    /// Whether what holds only because a sleep is long enough is a failure too.
    pub strict: bool,
    /// Where to write the program's states.
    pub tree: Option<PathBuf>,
    /// Where to write a page of the program.
    pub html: Option<PathBuf>,
    /// NDJSON on standard output.
    pub json: bool,
    /// Where to write a JUnit file.
    pub junit: Option<PathBuf>,
}

/// How programs are to be explored.
fn settings(words: &mut Words, json: bool) -> Result<Settings> {
    let default = Settings::default();
    let schedules = words.number::<NonZeroU64>("--schedules")?;
    let models = TimeModel::ALL.map(TimeModel::name);
    let settings = Settings {
        schedules: schedules.map_or(default.schedules, NonZeroU64::get),
        steps: default.steps,
        time: match words.time("--time")? {
            // Who asks for a count gets it, however busy the machine is.
            None if schedules.is_some() => None,
            time => time.or(default.time),
        },
        time_model: words.named("--time-model", "time model", &models, TimeModel::of_name)?,
        strategy: words.named(
            "--strategy",
            "strategy",
            &Strategy::NAMES,
            Strategy::of_name,
        )?,
        all_failures: words.has("--all-failures"),
        seed: words.seed("--seed")?,
        stall: words.time("--stall")?.unwrap_or(default.stall),
        stop_at: words.step("--stop-at")?,
        fixed_addresses: default.fixed_addresses,
        outputs: words.has("--outputs"),
        whole_outputs: json,
        real_runs: words.number("--real-runs")?,
    };
    let is_bounded = matches!(settings.strategy, Some(Strategy::Bounded(_)));
    if settings.time_model == Some(TimeModel::Weak) && is_bounded {
        return Err(Error::usage(
            "weak memory is not explored by preemptions: `--time-model weak` goes with any other \
             `--strategy`, as with `exhaustive`",
        ));
    }
    Ok(settings)
}

/// What was said of tests.
struct OfTests {
    cfg: Option<String>,
    include_ignored: bool,
    list: bool,
}

impl OfTests {
    /// The tests that are wanted: those of what else was said, with the words in their names.
    fn of(self, wanted: &Wanted, among: &Among<'_>) -> Result<WantedTests> {
        let (of, filters) = match (among, wanted.words.split_first()) {
            (Among::Topics(_), Some((of, filters))) => (Some(of.clone()), filters),
            _ => (wanted.package.clone(), &wanted.words[..]),
        };
        if wanted.program.is_some() || wanted.edition.is_some() {
            return Err(about_programs("`--bin`, `--example` and `--edition`"));
        }
        Ok(WantedTests {
            of,
            filters: filters.to_vec(),
            features: (!wanted.features.is_empty()).then(|| wanted.features.join(",")),
            cfg: self.cfg,
            include_ignored: self.include_ignored,
        })
    }

    /// Refuses what means nothing without tests.
    fn refuse(self) -> Result<()> {
        let given = [
            (self.list, "--list"),
            (self.cfg.is_some(), "--cfg"),
            (self.include_ignored, "--include-ignored"),
        ];
        match given.into_iter().find(|(given, _)| *given) {
            Some((_, flag)) => Err(Error::usage(format!("`{flag}` goes with `--tests`"))),
            None => Ok(()),
        }
    }
}

/// The error of saying of tests what can only be said of programs.
fn about_programs(flags: &str) -> Error {
    Error::usage(format!(
        "`--tests` is about the tests of one crate: {flags} are about programs"
    ))
}

/// What was said of what is to be explored.
fn wanted(words: &mut Words, among: &Among<'_>) -> Result<Wanted> {
    let year = |name: &str| EDITIONS.contains(&name).then(|| name.to_string());
    let bin = words.text("--bin")?.map(|name| (Kind::Bin, name));
    let example = words.text("--example")?.map(|name| (Kind::Example, name));
    if bin.is_some() && example.is_some() {
        return Err(Error::usage(
            "`--bin` and `--example` each name the one program that is explored: give one of them",
        ));
    }
    let features = words.text("--features")?.unwrap_or_default();
    let features = features.split([',', ' ']).filter(|name| !name.is_empty());
    Ok(Wanted {
        program: bin.or(example),
        features: features.map(str::to_string).collect(),
        edition: words.named("--edition", "edition", &EDITIONS, year)?,
        package: match among {
            Among::Packages => words.text("--package")?,
            Among::Topics(_) => None,
        },
        words: Vec::new(),
    })
}

impl ExploreArgs {
    /// Reads the command's words.
    ///
    /// # Errors
    ///
    /// A value is wrong, or nothing is named.
    pub fn read(words: &mut Words, among: &Among<'_>) -> Result<Self> {
        let json = words.has("--json");
        let settings = settings(words, json)?;
        let mut wanted = wanted(words, among)?;
        let (replay, strict) = (words.text("--replay")?, words.has("--strict"));
        if settings.stop_at.is_some() && replay.is_none() {
            return Err(Error::usage(
                "`--stop-at` goes with `--replay`: only of one schedule is it known which step that is",
            ));
        }
        let junit = words.path("--junit");
        let (tree, html) = (words.path("--tree"), words.path("--html"));
        let is_all = matches!(among, Among::Topics(_)) && words.has("--all");
        let of_tests = OfTests {
            cfg: words.text("--cfg")?,
            include_ignored: words.has("--include-ignored"),
            list: words.has("--list"),
        };
        let with_tests = words.has("--tests");
        wanted.words = words.free();
        match (among, wanted.words.is_empty(), is_all) {
            (Among::Topics(_), true, false) => return Err(words.expected("the name of a topic")),
            (_, false, true) => return Err(words.expected("either `--all` or a topic, not both")),
            _ => {}
        }
        let list = of_tests.list;
        let tests = match with_tests {
            true if is_all => return Err(about_programs("all topics")),
            true if settings.real_runs.is_some() => {
                return Err(Error::usage(
                    "`--real-runs` is about programs: a test has no output of its own",
                ));
            }
            true => Some(of_tests.of(&wanted, among)?),
            false => {
                of_tests.refuse()?;
                None
            }
        };
        Ok(Self {
            tests,
            list,
            is_all,
            wanted,
            settings,
            replay,
            strict,
            tree,
            html,
            json,
            junit,
        })
    }

    /// The flags that are about one program, of those that were given.
    pub fn of_one(&self) -> Vec<&'static str> {
        let given = [
            (self.replay.is_some(), "`--replay`"),
            (self.tree.is_some(), "`--tree`"),
            (self.html.is_some(), "`--html`"),
        ];
        let given = given.into_iter().filter(|(given, _)| *given);
        given.map(|(_, flag)| flag).collect()
    }

    /// Whether the program's states are wanted.
    pub fn wants_states(&self) -> bool {
        self.tree.is_some() || self.html.is_some()
    }

    /// Whether a sleep is taken to be long enough, as far as a verdict goes.
    pub fn trusts_sleeps(&self) -> bool {
        self.settings.time_model.is_none() && self.replay.is_none() && !self.strict
    }
}
