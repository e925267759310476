//! What was explored.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Place, Schedule, Strategy, TimeModel};

/// What was explored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Summary {
    /// What was tried, in this order.
    pub phases: Vec<Phase>,
    /// With how many seeds the order of each `HashMap`, and the random numbers that the program asked
    /// the system for, were tried; 0 if it is not known to depend on any.
    pub hash_seeds: u32,
    /// Whether it is known which executions have made one.
    pub knows_hash_order: bool,
    /// Whether it asked the system for random numbers.
    pub asked_random: bool,
    /// After how many steps of one schedule a systematic search was given up, if one was.
    pub given_up_after: Option<u32>,
    /// After how many steps a schedule was given up whose strategy is not fair, beside others that came to
    /// their end; `None` if there was none.
    pub unfair_after: Option<u32>,
    /// Beyond how many threads of one schedule an exhaustive search was given up, if one was.
    pub given_up_beyond_threads: Option<usize>,
    /// Whether the time that was given has ended the search of a phase, or the making of a schedule
    /// simpler.
    pub out_of_time: bool,
    /// How many outputs there are, if they were counted.
    pub distinct: Option<Distinct>,
    /// What became of each rule.
    pub rules: Vec<RuleSummary>,
    /// The orders of memory that the program asked for, weaker than the one that all have in
    /// the explorer.
    pub weak_orders: Vec<WeakOrder>,
    /// The time models that were not asked for, and under which the program might go on at other moments;
    /// but for weak memory, which its orders tell.
    pub untried: Vec<TimeModel>,
    /// Whether on some schedule a time was waited for, or something might have failed for no reason.
    pub has_whims: bool,
    /// The number of the first schedule on which a pitfall goes wrong as its file says.
    pub found: Option<u64>,
    /// That schedule.
    pub found_schedule: Option<Schedule>,
    /// The outputs that were expected and have not come up, by their places.
    pub unexplored: Vec<usize>,
    /// Whether every schedule of sequentially consistent memory was explored, up to the order of what
    /// commutes.
    pub proved: bool,
}

/// Schedules that were tried in one way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Phase {
    /// What time meant.
    pub time_model: TimeModel,
    /// In which way.
    pub strategy: Strategy,
    /// What decided the order of each `HashMap`, if there were any, and one seed was tried.
    pub hash_seed: Option<u32>,
    /// How many were judged.
    pub schedules: u64,
    /// How many others were ended early, since what would follow had been seen.
    pub cut_short: u64,
    /// Whether a thread was taken to wait in a loop until something changes.
    pub loops: bool,
    /// Whether in some of them what was read from a connection might have come in more parts than it
    /// did: that is tried once for each thread.
    pub in_parts: bool,
    /// Whether in some of them the program read the clock, on which computing takes no time here.
    pub reads_clock: bool,
    /// Whether in some of them the program read several names of a folder, which came in the order of the
    /// alphabet.
    pub lists_names: bool,
    /// Whether in some of them the program wrote more than a page at once to a file beside other threads.
    pub writes_pages: bool,
    /// How many cores the machine had, if the program asked for that in some of them.
    pub cores: Option<usize>,
    /// Whether in some of them the program changed files, or bound an address of its own choice.
    pub reaches_out: bool,
    /// Whether these were all that there are of this sort.
    pub complete: bool,
    /// How many there are in all, as far as that was looked into: an exhaustive search that is not
    /// complete does so.
    #[serde(default)]
    pub estimate: Option<Estimate>,
    /// How long it took.
    pub seconds: f64,
}

/// How many schedules there are, as far as chance tells.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Estimate {
    /// About so many: within a factor of two, as a rule.
    About(f64),
    /// It does not tell.
    Unknown,
}

/// How many outputs there are.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Distinct {
    /// So many distinct ones.
    pub outputs: u64,
    /// So many groups of those that end in the same way, after the same last line.
    pub groups: u64,
    /// Whether there are more outputs, which were not counted.
    pub more: bool,
}

/// What became of a rule.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RuleSummary {
    /// Which, by its place among the program's rules.
    pub rule: usize,
    /// The verdict over all schedules.
    pub verdict: RuleVerdict,
    /// A schedule that shows what must happen on some schedule.
    pub witness: Option<Schedule>,
    /// Whether it is broken only where a sleep may end at any time.
    pub only_because_of_time: bool,
}

/// The verdict on a rule, over all schedules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RuleVerdict {
    /// The explorer cannot decide it.
    #[serde(rename = "not explored")]
    NotExplored,
    /// A schedule breaks it.
    #[serde(rename = "fail")]
    Fail,
    /// It must be seen on some schedule, and was on none.
    #[serde(rename = "not witnessed")]
    NotWitnessed,
    /// It holds.
    #[serde(rename = "pass")]
    Pass,
}

/// An order of memory that the program asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WeakOrder {
    /// Its name, as in `Relaxed`.
    pub order: String,
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// Whether it is the weakest of all for what is loaded or stored there: on a real machine such a load
    /// may read a store that is yet to come, which is never explored.
    pub is_relaxed: bool,
}

impl fmt::Display for RuleVerdict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            RuleVerdict::NotExplored => "not explored",
            RuleVerdict::Fail => "fail",
            RuleVerdict::NotWitnessed => "not witnessed",
            RuleVerdict::Pass => "pass",
        })
    }
}
