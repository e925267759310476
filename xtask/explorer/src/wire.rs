//! What goes between the runner and a harness.
//!
//! The request, one JSON object:
//!
//! | key | value |
//! |---|---|
//! | `program` | the topic's name |
//! | `invariants` | the text of its `invariants.toml`, or null |
//! | `pitfall` | the pitfall that it is, or null for the example and its variants |
//! | `source` | what is shown in place of `src/main.rs` |
//! | `schedules` | how many for each time model, at most |
//! | `time_ms` | how long the search may take, or null |
//! | `time_models` | some of `"virtual"`, `"adversarial"`, `"spurious"` and `"writers"`, in the order of search |
//! | `strategy` | the one strategy to use, or null for the usual sequence |
//! | `seed` | what the random strategies begin with |
//! | `steps` | how many steps a schedule may have |
//! | `recorder` | the file that tells where the search is, or null |
//! | `tree` | the file to write the explored tree to, or null |
//! | `expected` | transcripts whose outputs to look for: the search is over once all have come up; or null |
//! | `outputs` | whether to count the distinct outputs, and to tell one of each way to end |
//! | `all_outputs` | whether to tell each of them as well |
//! | `shown_lines` | null, or `[first,last]`: of an output with more lines only so many are told |
//! | `parent` | the runner's process, which the harness's does not outlive, or null |
//! | `hashes` | whether something in it names what is made of a `RandomState` |
//! | `replay` | null, or `{"time_model":…,"hash_seed":…,"deviations":[[step,thread],…]}`, or with `"choices":[thread,…]` instead, which also says the steps as they are taken |
//!
//! The answers, each an object with a `type`: `canary` or `error` with a `problem`;
//! `progress`; `step`; `failure`; `refusal`, which is one but for its being the explorer's;
//! `outputs`, which is one output and how many end like it; `output`; `summary`.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use engine::{Schedule, Settings, Strategy, TimeModel};
use transcript::Transcript;
use transcript::json;
use transcript::json::Value;

/// What is to be explored.
pub struct Request {
    /// The text of an `invariants.toml`, and the pitfall that the program is, if it is one.
    pub invariants: Option<(String, Option<String>)>,
    /// What is shown in place of `src/main.rs`.
    pub source: String,
    /// How many schedules for each time model, at most.
    pub schedules: u64,
    /// How long it may take.
    pub time_limit: Option<Duration>,
    /// The time models, in the order of search; at least one.
    pub times: Vec<TimeModel>,
    /// The one strategy to use.
    pub strategy: Option<Strategy>,
    /// What the random strategies begin with.
    pub seed: u64,
    /// How many steps a schedule may have.
    pub steps: u32,
    /// Where it is told how far the search is.
    pub recorder: Option<PathBuf>,
    /// Where the tree goes.
    pub tree: Option<PathBuf>,
    /// Transcripts whose outputs to look for.
    pub expected: Option<Vec<Transcript>>,
    /// Whether the distinct outputs are counted, and one of each way to end is wanted.
    pub outputs: bool,
    /// Whether each of them is wanted as well.
    pub all_outputs: bool,
    /// Whether something in it names what is made of a `RandomState`.
    pub hashes: bool,
    /// How many of the first and of the last lines of an output are told, unless all are.
    pub shown_lines: Option<(usize, usize)>,
    /// The process that asks. This one does not outlive it.
    pub parent: Option<u32>,
    /// The one schedule to run.
    pub again: Option<Again>,
}

/// One schedule, to be run again.
pub enum Again {
    /// As a token has it.
    Schedule(Schedule),
    /// As a recorder has it: the thread of each step.
    Choices {
        /// The time model.
        time: TimeModel,
        /// The hash seed.
        hash_seed: u32,
        /// The threads.
        threads: Vec<u32>,
    },
}

impl Request {
    /// Reads a request.
    ///
    /// # Errors
    ///
    /// It is no JSON, or lacks something: the message says what.
    pub fn parse(text: &str) -> Result<Self, String> {
        let object: Value = Value::parse(text)?;
        let text = |key: &str| object[key].as_str().map(str::to_string);
        let number = |key: &str| object[key].as_u64();
        let wanted = |key: &str| format!("the request lacks `{key}`");
        let times = object["time_models"].as_array().into_iter().flatten();
        let times: Option<Vec<_>> = times.map(time_model).collect();
        let again = match &object["replay"] {
            Value::Null => None,
            replay => Some(Again::parse(replay).ok_or_else(|| wanted("replay"))?),
        };
        let strategy = match &object["strategy"] {
            Value::Null => None,
            name => Some(strategy(name).ok_or_else(|| wanted("strategy"))?),
        };
        let shown = |nth: usize| object["shown_lines"].as_array()?.get(nth)?.as_u64();
        Ok(Self {
            invariants: text("invariants")
                .map(|text| (text, object["pitfall"].as_str().map(str::to_string))),
            source: text("source").ok_or_else(|| wanted("source"))?,
            schedules: number("schedules").ok_or_else(|| wanted("schedules"))?,
            time_limit: number("time_ms").map(Duration::from_millis),
            times: times
                .filter(|times| !times.is_empty())
                .ok_or_else(|| wanted("time_models"))?,
            strategy,
            seed: number("seed").unwrap_or(0),
            steps: number("steps")
                .and_then(|steps| u32::try_from(steps).ok())
                .ok_or_else(|| wanted("steps"))?,
            recorder: text("recorder").map(PathBuf::from),
            tree: text("tree").map(PathBuf::from),
            expected: match &object["expected"] {
                Value::Null => None,
                expected => Some(transcripts(expected).ok_or_else(|| wanted("expected"))?),
            },
            outputs: object["outputs"].as_bool().unwrap_or(false),
            all_outputs: object["all_outputs"].as_bool().unwrap_or(false),
            hashes: object["hashes"].as_bool().unwrap_or(false),
            shown_lines: match (shown(0), shown(1)) {
                (Some(first), Some(last)) => Some((first as usize, last as usize)),
                _ => None,
            },
            parent: number("parent").and_then(|id| u32::try_from(id).ok()),
            again,
        })
    }

    /// The settings of a search with this strategy.
    pub fn settings(&self, strategy: Strategy, time: TimeModel) -> Settings {
        let mut settings = Settings::new(strategy);
        settings.time = time;
        settings.steps = self.steps;
        settings.seed = self.seed;
        settings
    }
}

fn transcripts(expected: &Value) -> Option<Vec<Transcript>> {
    let transcripts = expected.as_array()?.iter();
    transcripts
        .map(|text| Transcript::from_ndjson(text.as_str()?).ok())
        .collect()
}

impl Again {
    fn parse(object: &Value) -> Option<Self> {
        let time = time_model(&object["time_model"])?;
        let number = |value: &Value| value.as_u64().and_then(|n| u32::try_from(n).ok());
        let hash_seed = number(&object["hash_seed"]).unwrap_or(0);
        if let Some(choices) = object["choices"].as_array() {
            let threads = choices.iter().map(number).collect::<Option<_>>()?;
            return Some(Self::Choices {
                time,
                hash_seed,
                threads,
            });
        }
        let pair = |pair: &Value| Some((number(&pair[0])?, number(&pair[1])?));
        let deviations = object["deviations"].as_array()?;
        let deviations = deviations.iter().map(pair).collect::<Option<_>>()?;
        Some(Self::Schedule(Schedule {
            time,
            hash_seed,
            deviations,
        }))
    }
}

const TIMES: [(TimeModel, &str); 4] = [
    (TimeModel::Virtual, "virtual"),
    (TimeModel::Adversarial, "adversarial"),
    (TimeModel::Spurious, "spurious"),
    (TimeModel::Writers, "writers"),
];

fn time_model(name: &Value) -> Option<TimeModel> {
    let name = name.as_str()?;
    let (model, _) = TIMES.iter().find(|(_, known)| *known == name)?;
    Some(*model)
}

/// The time model's name.
pub fn time_name(time: TimeModel) -> &'static str {
    TIMES[time as usize].1
}

fn strategy(name: &Value) -> Option<Strategy> {
    Some(match name.as_str()? {
        "plain" => Strategy::Plain,
        "exhaustive" => Strategy::Exhaustive,
        "pct" => Strategy::Pct { depth: 3 },
        "random" => Strategy::Random,
        other => Strategy::Bounded(other.strip_prefix("preemption bound ")?.parse().ok()?),
    })
}

/// The strategy's name.
pub fn strategy_name(strategy: &Strategy) -> String {
    match strategy {
        Strategy::Plain => "plain".into(),
        Strategy::Exhaustive => "exhaustive".into(),
        Strategy::Bounded(preemptions) => format!("preemption bound {preemptions}"),
        Strategy::Pct { .. } => "pct".into(),
        Strategy::Random => "random".into(),
        Strategy::Replay(_) | Strategy::Follow(_) => "replay".into(),
    }
}

/// The schedule, as a request has it.
pub fn schedule(schedule: &Schedule) -> Value {
    json!({
        "time_model": time_name(schedule.time),
        "hash_seed": schedule.hash_seed,
        "deviations": schedule.deviations.iter().map(deviation).collect::<Value>(),
    })
}

/// A deviation, as a request has it.
pub fn deviation(&(step, thread): &(u32, u32)) -> Value {
    json!([step, thread])
}

/// How many schedules have been tried, and what is being done.
pub fn progress(schedules: u64, doing: &str) -> Value {
    json!({"type": "progress", "schedules": schedules, "doing": doing})
}

/// Says one object.
///
/// A runner that has gone away wants no answer, so the process ends.
pub fn say(object: Value) {
    let mut out = io::stdout().lock();
    if writeln!(out, "{object}")
        .and_then(|()| out.flush())
        .is_err()
    {
        std::process::exit(1);
    }
}
