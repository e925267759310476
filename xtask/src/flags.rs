//! The command line: what each command takes, and what `--help` says of it.

use std::ffi::OsString;
use std::num::{NonZeroU32, NonZeroU64};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use lexopt::Arg::{Long, Short, Value};
use lexopt::ValueExt;

use crate::batch::Options;
use crate::error::{Error, Result};
use crate::explore::protocol::{Strategy, TimeModel};
use invariants::{parse_duration, suggest};

/// A parsed command line.
pub enum Command {
    /// `list`
    List {
        /// What to look for; all topics if empty.
        words: Vec<String>,
        /// What each assumes, and what comes next; the words are topics then.
        path: bool,
        /// One JSON array instead of lines.
        json: bool,
    },
    /// `run`
    Run(RunFlags),
    /// `run-all`
    RunAll(RunFlags),
    /// `check`
    Check {
        /// Whose rules.
        topic: String,
        /// Which of its programs; the example if `None`.
        bin: Option<String>,
        /// The saved run.
        transcript: PathBuf,
        /// One JSON object instead of a report for people.
        json: bool,
    },
    /// `copy`
    Copy {
        /// Which topic; `None` for all of them.
        topic: Option<String>,
        /// Where to.
        dest: PathBuf,
    },
    /// `new`
    New {
        /// The topic's name.
        name: String,
        /// The section of the reading order.
        section: String,
    },
    /// `new --draft`
    Draft {
        /// Whose events.
        topic: String,
    },
    /// `explore`
    Explore(ExploreFlags),
    /// `audit`
    Audit(AuditFlags),
    /// `prove`
    Prove {
        /// Whose proofs; all if empty.
        topics: Vec<String>,
    },
    /// `explain`
    Explain {
        /// Which topic.
        topic: String,
    },
    /// `practice`
    Practice(PracticeFlags),
    /// `ci`
    Ci,
    /// A request for help: its text.
    Help(String),
}

/// What `run` and `run-all` take.
#[derive(Default)]
pub struct RunFlags {
    /// Topics' names, parts of names, or crates' folders.
    pub topics: Vec<String>,
    /// Only this program of them.
    pub bin: Option<String>,
    /// How they are run.
    pub options: Options,
    /// Whether the reasons of the claims are wanted, and the lines that show them.
    pub why: bool,
    /// NDJSON on standard output.
    pub json: bool,
    /// Where to write a JUnit file.
    pub junit: Option<PathBuf>,
}

/// What `audit` takes.
#[derive(Default)]
pub struct AuditFlags {
    /// Whose rules; all if empty.
    pub topics: Vec<String>,
    /// Which changes are tried, where there are too many for all.
    pub seed: u64,
    /// Where real runs are, if none are to be made.
    pub transcripts: Option<PathBuf>,
    /// Whether to show every change that no rule caught, and each rule's share.
    pub missed: bool,
    /// NDJSON on standard output.
    pub json: bool,
}

/// What `practice` takes.
pub struct PracticeFlags {
    /// What is asked for.
    pub action: Practice,
    /// NDJSON on standard output.
    pub json: bool,
}

/// What a learner asks for.
pub enum Practice {
    /// The exercises.
    List,
    /// An exercise, to begin with.
    Begin(String),
    /// One more hint on an exercise.
    Hint(String),
    /// Whether answers are right.
    Check {
        /// Which; all that were begun, if empty.
        names: Vec<String>,
        /// Whether to check again at each save.
        watch: bool,
        /// How long each is explored.
        time: Duration,
    },
}

/// What `explore` takes.
pub struct ExploreFlags {
    /// Topics' names, parts of names, crates' folders, or source files; all topics if empty.
    pub words: Vec<String>,
    /// Only this program of them.
    pub bin: Option<String>,
    /// The edition that source files are written in.
    pub edition: Option<String>,
    /// Only this schedule.
    pub replay: Option<String>,
    /// How many schedules of each program, where there are more, and of each time model.
    pub schedules: u64,
    /// How long each program is explored, if the number of schedules is not what ends it.
    pub time: Option<Duration>,
    /// What time means; both, one after the other, if `None`.
    pub time_model: Option<TimeModel>,
    /// The one way in which schedules are chosen; one after the other if `None`.
    pub strategy: Option<Strategy>,
    /// Which schedules are tried, where they are chosen at random.
    pub seed: u64,
    /// After how long without a step a program is taken to be stuck outside of the explorer.
    pub stall: Duration,
    /// Whether what holds only because a sleep is long enough is a failure too.
    pub strict: bool,
    /// NDJSON on standard output.
    pub json: bool,
    /// Where to write the tree of choices.
    pub tree: Option<PathBuf>,
    /// Whether to list the distinct outputs.
    pub outputs: bool,
    /// How many real runs to compare with the explored ones, if that was said: without it a few
    /// are made before a program is called proved.
    pub real_runs: Option<u32>,
}

impl Default for ExploreFlags {
    fn default() -> Self {
        Self {
            words: Vec::new(),
            bin: None,
            edition: None,
            replay: None,
            schedules: 100_000,
            time: Some(Duration::from_secs(10)),
            time_model: None,
            strategy: None,
            seed: 1,
            stall: Duration::from_secs(10),
            strict: false,
            json: false,
            tree: None,
            outputs: false,
            real_runs: None,
        }
    }
}

/// One command: its name, what it takes, and what it is for.
struct Help {
    name: &'static str,
    takes: &'static str,
    about: &'static str,
    /// Its flags, and what else there is to say.
    details: &'static [&'static str],
}

// The first line of each begins with a flag, and `\` at the end of a line would eat the spaces.
const WHY_OPTION: &str = "      --why          each claim's reason, and the lines that show it
";

const JOBS_OPTION: &str = "      --jobs N       how many programs at once (64 for each core)
";

const RUN_OPTIONS: &str =
    "      --bin NAME     only the program of this name: a file of src/bin, or the
                     example
      --repeat N     run each program N times, and say how many of the runs
                     passed and how many different interleavings they showed
      --until-fail   run each program until it fails, N times at most if that is
                     what --repeat says
      --fail-fast    start nothing more once a program has failed
      --no-fail-fast  run everything all the same (the default)
      --record DIR   keep every run's transcript, as DIR/PROGRAM.RUN.ndjson
      --pause TIME   hold up each run but a program's first for so long, at a
                     random moment, as a loaded machine may (not on Windows)
      --json         NDJSON on standard output, what is for people on standard
                     error
      --junit FILE   write a JUnit file as well
";

const BOUND: &str = "
`(bound 1.20 s, by NAME)` in the summary is the least time in which these runs
fit: the longest program, NAME, beside all others, and after it each program that
needs the machine to itself. The rest of the time went into building, checking,
and waiting for a core.
";

const LIST_OPTIONS: &str =
    "      --path         also what each topic assumes and what comes next; with names
                     of topics only those and what to read before them
      --json         one JSON array of name, title, section and path; with words
                     also of what was found, and where

With words, as in `cargo xtask list wait for a condition`, it lists the topics
that have all of them: first those that answer a question with the words, then
those that have them in their name or title, in their header, or in the lines
that they print.
";

const EXPLAIN_DETAILS: &str =
    "First the header of its example; then each claim and its reason; its variants
and pitfalls, each with what it shows; and its proofs: programs that the
compiler refuses, with the compiler's own message and the repair. Nothing is
run.
";

const NEW_OPTIONS: &str = "      --section NAME  the section of the reading order (the last one)
      --draft        draft the events of a topic from three runs of its example,
                     once its src/main.rs is written

The draft goes into the topic's invariants.toml if that is missing or still as
`new` made it, and otherwise to standard output. It guesses which lines are one
event, its name and its captures. You state the rules; the audit names each
event that is in none.
";

const AUDIT_OPTIONS: &str =
    "      --missed       show every change that no rule caught, and what each rule caught
      --seed N       choose other changes, where there are too many to try all (1)
      --transcripts DIR  change the runs that an earlier audit left there
      --json         NDJSON on standard output
";

const EXPLORE_OPTIONS: &str =
    "      --all          every topic, with its variants and pitfalls, on all cores
      --bin NAME     only the program of this name: a file of src/bin, or the
                     example
      --edition YEAR  the edition that a source file is written in: 2015, 2018,
                     2021 or 2024 (2024)
      --schedules N  how many schedules, where there are too many for all
                     (100000)
      --time TIME    how long each program is explored at most (10s)
      --time-model M  virtual: a sleep lasts until nobody else can go on;
                     adversarial: any sleep may end at any time; spurious: once in
                     each thread, a wait ends for no reason or a weak exchange
                     fails; writers: a writer that waits keeps new readers out
                     (one after the other, where they differ)
      --strategy S   how schedules are chosen, so as to see after how many each
                     way finds a failure. exhaustive: one of each kind that can
                     be told apart; plain: all of them; preemption-bound-N: all
                     that preempt N times at most; pct: random priorities;
                     random: a random thread at each step (exhaustive, and where
                     those are too many, one of the others after the other)
      --seed N       choose other schedules, where they are chosen at random (1)
      --replay TOKEN  one schedule again, exactly; a report names its token, or
                     the file that has it
      --outputs      list all distinct outputs, how often each was seen, and a
                     schedule
      --real-runs N  run the program N times as well, outside of the explorer,
                     and say whether its outputs (the lines of each stream, and
                     how it ended) are among the explored ones; otherwise some 20
                     runs of at most 2 s in all are made before a program is
                     called proved, and with 0 none
      --strict       count as a failure what holds only because a sleep is long
                     enough
      --stall TIME   end a program that makes no step for so long (10s)
      --tree FILE    write the explored tree of choices, as JSON
      --json         NDJSON on standard output, what is for people on standard
                     error
";

/// How long an answer is explored, if nothing else is said.
const PRACTICE_TIME: Duration = Duration::from_secs(3);

const PRACTICE_OPTIONS: &str =
    "      --hint         one hint more, each time: what goes wrong, then the schedule on
                     which it does, then what to do instead
      --watch        check again at each save, until Ctrl-C
      --time TIME    how long each answer is explored at most (3s)
      --json         NDJSON on standard output, what is for people on standard
                     error

Every pitfall is an exercise. Alone, the command lists the exercises in reading
order, and says which are solved. With a NAME it copies one into practice/NAME:
the program that goes wrong, and the claims that it has to keep. Mend its
src/main.rs. `practice check` builds the answer, runs it and explores it. It
refuses an answer that keeps the claims by giving up what the topic is about.
Without a NAME it checks all that were begun.
";

const COMMANDS: [Help; 12] = [
    Help {
        name: "list",
        takes: "[WORD... | --path [TOPIC...]] [--json]",
        about: "the topics in reading order, or those that answer a question",
        details: &[LIST_OPTIONS],
    },
    Help {
        name: "run",
        takes: "TOPIC... [OPTIONS]",
        about: "build, run and check some topics, showing their output as it comes",
        details: &[WHY_OPTION, RUN_OPTIONS],
    },
    Help {
        name: "run-all",
        takes: "[FILTER...] [OPTIONS]",
        about: "build, run and check everything, or what the filters name",
        details: &[JOBS_OPTION, RUN_OPTIONS, BOUND],
    },
    Help {
        name: "check",
        takes: "TOPIC [--bin NAME] --transcript FILE [--json]",
        about: "check a saved transcript again, running nothing",
        details: &[
            "      --bin NAME         of this program of src/bin, not of the example\n      \
             --transcript FILE  the saved run, as NDJSON\n      \
             --json             one JSON object with every rule's verdict\n",
        ],
    },
    Help {
        name: "explore",
        takes: "{TOPIC... | FILE.rs... | --all} [OPTIONS]",
        about: "run programs on every schedule, or on many, and check each",
        details: &[EXPLORE_OPTIONS],
    },
    Help {
        name: "audit",
        takes: "[TOPIC...] [OPTIONS]",
        about: "what each rule is worth: changes real runs, and sees which rules notice",
        details: &[AUDIT_OPTIONS],
    },
    Help {
        name: "prove",
        takes: "[TOPIC...]",
        about: "show that the compiler refuses what the topics say that it refuses",
        details: &[],
    },
    Help {
        name: "explain",
        takes: "TOPIC",
        about: "what a topic shows, what it claims and why, and how it goes wrong",
        details: &[EXPLAIN_DETAILS],
    },
    Help {
        name: "practice",
        takes: "[NAME [--hint]]  |  check [NAME...] [--watch]",
        about: "exercises: programs that go wrong, to be mended",
        details: &[PRACTICE_OPTIONS],
    },
    Help {
        name: "copy",
        takes: "TOPIC DEST  |  --all DEST",
        about: "a standalone copy that is proven to build, to run and to keep its invariants",
        details: &[
            "      --all          a copy of every topic, each in a folder of its own in DEST\n",
        ],
    },
    Help {
        name: "new",
        takes: "NAME [--section NAME]  |  TOPIC --draft",
        about: "a new topic's folder, ready to run, and its line in Cargo.toml",
        details: &[NEW_OPTIONS],
    },
    Help {
        name: "ci",
        takes: "",
        about: "exactly what CI does",
        details: &[],
    },
];

const TOPICS: &str = "
A TOPIC or FILTER is a topic's name or a part of it, or the path of a crate's
folder, which may be anywhere: a copy of a topic can be run and checked like the
topic itself.
";

const TIMES: &str = "
A TIME is a number of seconds, or has a unit: 3, 3s, 1.5s, 300ms.
";

const STATUS: &str = "
Exit status: 0 all hold; 1 something is broken, or was not shown to hold; 2 the
command or an invariants file is wrong; 130 interrupted; 141 whoever read the
output closed it.
";

/// Parses the command line.
///
/// # Errors
///
/// A word that means nothing here; the message names the nearest one that does.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command> {
    let mut parser = lexopt::Parser::from_args(arguments);
    let mut name = match parser.next().map_err(usage)? {
        None => return Ok(Command::Help(overview())),
        Some(Long("help") | Short('h')) => return Ok(Command::Help(overview())),
        Some(Value(name)) => name.string().map_err(usage)?,
        Some(other) => return Err(usage(other.unexpected())),
    };
    let wants_help = name == "help";
    if wants_help {
        name = match parser.next().map_err(usage)? {
            Some(Value(name)) => name.string().map_err(usage)?,
            _ => return Ok(Command::Help(overview())),
        };
    }
    let Some(help) = COMMANDS.iter().find(|command| command.name == name) else {
        let names = COMMANDS.map(|command| command.name);
        return Err(Error::usage(match suggest(&name, names) {
            Some(near) => format!("there is no command `{name}`; did you mean `{near}`?"),
            None => format!(
                "there is no command `{name}`; there are: {}",
                names.join(", ")
            ),
        }));
    };
    match wants_help {
        true => Ok(Command::Help(help.text())),
        false => Words::read(help, &mut parser),
    }
}

/// The number after a flag; the types used here are those of numbers from 1 on.
fn number<T: FromStr>(
    flag: &str,
    parser: &mut lexopt::Parser,
) -> std::result::Result<T, lexopt::Error> {
    let value = parser.value()?;
    value
        .to_str()
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| {
            let value = value.to_string_lossy();
            format!("`{flag} {value}` is no number from 1 on").into()
        })
}

/// The editions of Rust.
const EDITIONS: [&str; 4] = ["2015", "2018", "2021", "2024"];

/// The time after a flag: a number of seconds, or one with a unit.
fn time(flag: &str, parser: &mut lexopt::Parser) -> std::result::Result<Duration, lexopt::Error> {
    let value = parser.value()?;
    let value = value.to_string_lossy();
    let seconds = value.parse().ok();
    let seconds = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let time = seconds.or_else(|| parse_duration(&value));
    time.filter(|time| !time.is_zero()).ok_or_else(|| {
        format!("`{flag} {value}` is no time; write seconds, as in `3` or `3s`, or `300ms`").into()
    })
}

/// What the name after a flag means, which has one of these names.
fn named<T>(
    noun: &str,
    names: &[&str],
    of_name: fn(&str) -> Option<T>,
    parser: &mut lexopt::Parser,
) -> std::result::Result<T, lexopt::Error> {
    let name = parser.value()?.string()?;
    of_name(&name).ok_or_else(|| {
        let repair = match suggest(&name, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are: {}", names.join(", ")),
        };
        format!("there is no {noun} `{name}`; {repair}").into()
    })
}

fn usage(error: lexopt::Error) -> Error {
    Error::usage(error.to_string())
}

fn overview() -> String {
    let mut text = String::from(
        "Builds and runs the examples, and checks what they print.\n\nUsage: cargo xtask COMMAND\n\n",
    );
    for command in &COMMANDS {
        text += &format!("  {:<8} {}\n", command.name, command.about);
    }
    text + "\n`cargo xtask COMMAND --help` tells more of each.\n" + TOPICS + STATUS
}

impl Help {
    fn text(&self) -> String {
        let Help {
            name,
            takes,
            about,
            details,
        } = self;
        let mut text = format!("cargo xtask {name} {takes}").trim_end().to_string();
        text += &format!("\n\n{}{}.\n", about[..1].to_uppercase(), &about[1..]);
        if !details.is_empty() {
            text += &format!("\n{}", details.concat());
        }
        if details.iter().any(|part| part.contains(" TIME ")) {
            text += TIMES;
        }
        if takes.contains("TOPIC") || takes.contains("FILTER") {
            text += TOPICS;
        }
        text + STATUS
    }

    /// The flags of its details: the words that begin with two dashes.
    fn flags(&self) -> impl Iterator<Item = &'static str> {
        let lines = self.details.iter().flat_map(|part| part.lines());
        let words = lines.filter_map(|line| line.split_whitespace().next());
        words
            .filter(|word| word.starts_with("--"))
            .chain(["--help"])
    }
}

/// The words after a command's name.
#[derive(Default)]
struct Words {
    free: Vec<String>,
    run: RunFlags,
    all: bool,
    path: bool,
    repeat: Option<u32>,
    transcript: Option<PathBuf>,
    section: Option<String>,
    draft: bool,
    hint: bool,
    watch: bool,
    audit: AuditFlags,
    explore: ExploreFlags,
    /// What `--time` says, if it was given.
    time: Option<Duration>,
}

impl Words {
    /// Reads all words of a command, of which each flag must be in its help.
    fn read(help: &Help, parser: &mut lexopt::Parser) -> Result<Command> {
        let mut words = Words::default();
        while let Some(argument) = parser.next().map_err(usage)? {
            let flag = match argument {
                Value(word) => {
                    words.free.push(word.string().map_err(usage)?);
                    continue;
                }
                Short('h') => "--help".to_string(),
                Short(other) => format!("-{other}"),
                Long(flag) => format!("--{flag}"),
            };
            if !help.flags().any(|known| known == flag) {
                let begins = |known: &&str| known.starts_with(&format!("-{flag}"));
                let near = suggest(&flag, help.flags()).or_else(|| help.flags().find(begins));
                let flags: Vec<_> = help.flags().collect();
                let repair = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("it takes: {}", flags.join(", ")),
                };
                let name = help.name;
                return Err(Error::usage(format!("`{name}` has no `{flag}`; {repair}")));
            }
            if flag == "--help" {
                return Ok(Command::Help(help.text()));
            }
            words.flag(&flag, parser).map_err(usage)?;
        }
        words.finish(help)
    }

    fn flag(
        &mut self,
        flag: &str,
        parser: &mut lexopt::Parser,
    ) -> std::result::Result<(), lexopt::Error> {
        let options = &mut self.run.options;
        match flag {
            "--all" => self.all = true,
            "--bin" => self.run.bin = Some(parser.value()?.string()?),
            "--draft" => self.draft = true,
            "--hint" => self.hint = true,
            "--watch" => self.watch = true,
            "--fail-fast" => options.fail_fast = true,
            "--no-fail-fast" => options.fail_fast = false,
            "--jobs" => options.jobs = number(flag, parser)?,
            "--json" => self.run.json = true,
            "--junit" => self.run.junit = Some(parser.value()?.into()),
            "--path" => self.path = true,
            "--pause" if cfg!(not(unix)) => {
                return Err("`--pause` needs signals, which this system does not have".into());
            }
            "--pause" => options.pause = Some(time(flag, parser)?),
            "--record" => options.record = Some(parser.value()?.into()),
            "--repeat" => self.repeat = Some(number::<NonZeroU32>(flag, parser)?.get()),
            "--why" => self.run.why = true,
            "--missed" => self.audit.missed = true,
            "--outputs" => self.explore.outputs = true,
            "--real-runs" => {
                self.explore.real_runs = Some(number(flag, parser)?);
            }
            "--replay" => self.explore.replay = Some(parser.value()?.string()?),
            "--schedules" => {
                self.explore.schedules = number::<NonZeroU64>(flag, parser)?.get();
            }
            "--edition" => {
                let year = |name: &str| EDITIONS.contains(&name).then(|| name.to_string());
                self.explore.edition = Some(named("edition", &EDITIONS, year, parser)?);
            }
            "--strict" => self.explore.strict = true,
            "--stall" => self.explore.stall = time(flag, parser)?,
            "--time" => {
                self.time = Some(time(flag, parser)?);
                self.explore.time = self.time;
            }
            "--strategy" => {
                let of_name = Strategy::of_name;
                let strategy = named("strategy", &Strategy::NAMES, of_name, parser)?;
                self.explore.strategy = Some(strategy);
            }
            "--time-model" => {
                let names = TimeModel::ALL.map(TimeModel::name);
                let model = named("time model", &names, TimeModel::of_name, parser)?;
                self.explore.time_model = Some(model);
            }
            "--tree" => self.explore.tree = Some(parser.value()?.into()),
            "--seed" => {
                let seed = number::<NonZeroU32>(flag, parser)?.get().into();
                (self.audit.seed, self.explore.seed) = (seed, seed);
            }
            "--transcripts" => self.audit.transcripts = Some(parser.value()?.into()),
            "--section" => self.section = Some(parser.value()?.string()?),
            "--transcript" => self.transcript = Some(parser.value()?.into()),
            "--until-fail" => options.until_fail = true,
            _ => unreachable!("`{flag}` is in the help and must be read here"),
        }
        Ok(())
    }

    fn finish(mut self, help: &Help) -> Result<Command> {
        let want = |wanted: &str| {
            Error::usage(format!(
                "expected {wanted}\n\nUsage: cargo xtask {} {}",
                help.name, help.takes
            ))
        };
        self.run.options.repeat = match (self.repeat, self.run.options.until_fail) {
            (Some(count), _) => count,
            (None, true) => 0,
            (None, false) => 1,
        };
        let extra = self.free.clone();
        let mut free = self.free.into_iter();
        let mut next = |wanted: &str| free.next().ok_or_else(|| want(wanted));
        let none_left = |allowed: usize| match extra.get(allowed) {
            Some(word) => Err(want(&format!("nothing more, found `{word}`"))),
            None => Ok(()),
        };
        Ok(match help.name {
            "list" => Command::List {
                words: free.collect(),
                path: self.path,
                json: self.run.json,
            },
            "run" | "run-all" => {
                self.run.topics = free.collect();
                match (help.name, self.run.topics.is_empty()) {
                    ("run", true) => return Err(want("the name of a topic")),
                    ("run", false) => Command::Run(self.run),
                    _ => Command::RunAll(self.run),
                }
            }
            "check" => {
                none_left(1)?;
                Command::Check {
                    topic: next("the name of a topic")?,
                    bin: self.run.bin,
                    transcript: self.transcript.ok_or_else(|| want("--transcript FILE"))?,
                    json: self.run.json,
                }
            }
            "explore" => {
                let words: Vec<String> = free.collect();
                match (words.is_empty(), self.all) {
                    (true, false) => return Err(want("the name of a topic")),
                    (false, true) => return Err(want("either `--all` or a topic, not both")),
                    _ => {}
                }
                Command::Explore(ExploreFlags {
                    words,
                    bin: self.run.bin,
                    json: self.run.json,
                    ..self.explore
                })
            }
            "audit" => Command::Audit(AuditFlags {
                topics: free.collect(),
                seed: self.audit.seed.max(1),
                json: self.run.json,
                ..self.audit
            }),
            "prove" => Command::Prove {
                topics: free.collect(),
            },
            "explain" => {
                none_left(1)?;
                Command::Explain {
                    topic: next("the name of a topic")?,
                }
            }
            "practice" => {
                let words: Vec<String> = free.collect();
                let is_check = words.first().is_some_and(|word| word == "check");
                if !is_check && (self.watch || self.time.is_some()) {
                    return Err(want("`check`, as in `practice check --watch`"));
                }
                let action = match (&words[..], self.hint) {
                    ([], false) => Practice::List,
                    ([_, names @ ..], false) if is_check => Practice::Check {
                        names: names.to_vec(),
                        watch: self.watch,
                        time: self.time.unwrap_or(PRACTICE_TIME),
                    },
                    ([name], false) => Practice::Begin(name.clone()),
                    ([name], true) if !is_check => Practice::Hint(name.clone()),
                    ([] | [_], _) => return Err(want("the name of an exercise")),
                    ([_, word, ..], _) => {
                        return Err(want(&format!("nothing more, found `{word}`")));
                    }
                };
                Command::Practice(PracticeFlags {
                    action,
                    json: self.run.json,
                })
            }
            "copy" => {
                none_left(if self.all { 1 } else { 2 })?;
                let topic = match self.all {
                    true => None,
                    false => Some(next("the name of a topic")?),
                };
                let dest = next("a folder to make")?.into();
                Command::Copy { topic, dest }
            }
            "new" => {
                none_left(1)?;
                match (self.draft, self.section) {
                    (true, Some(_)) => {
                        return Err(want("either `--section` or `--draft`, not both"));
                    }
                    (true, None) => Command::Draft {
                        topic: next("the name of a topic")?,
                    },
                    (false, section) => Command::New {
                        name: next("a name for the topic")?,
                        section: section.unwrap_or_default(),
                    },
                }
            }
            _ => {
                none_left(0)?;
                Command::Ci
            }
        })
    }
}
