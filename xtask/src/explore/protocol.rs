//! What the exploring process writes: an object a line.

use serde_json::{Value, json};

use invariants::Transcript;

/// When a thread that waits goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeModel {
    /// A sleep lasts until its time has come and nobody else can go on.
    Virtual,
    /// A sleep may end at any time, as on a machine that is busy with something else.
    Adversarial,
    /// As virtual time; but once, a thread may wake up for no reason, or a weak exchange of its
    /// fail, where the standard library says so.
    Spurious,
    /// As virtual time; but a writer that waits for a lock keeps new readers out, as the standard
    /// library on Linux has it.
    Writers,
}

impl TimeModel {
    /// All, in the order in which they are explored.
    pub const ALL: [Self; 4] = [
        TimeModel::Virtual,
        TimeModel::Adversarial,
        TimeModel::Spurious,
        TimeModel::Writers,
    ];

    /// Its name, as a person types it.
    pub fn name(self) -> &'static str {
        match self {
            TimeModel::Virtual => "virtual",
            TimeModel::Adversarial => "adversarial",
            TimeModel::Spurious => "spurious",
            TimeModel::Writers => "writers",
        }
    }

    /// The model of this name, if there is one.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|model| model.name() == name)
    }
}

/// In which way schedules are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    /// One of each kind that can be told apart.
    Exhaustive,
    /// All of them, also those that differ in nothing but the order of what commutes.
    Plain,
    /// All that preempt a thread so often at most.
    Bounded(u32),
    /// Random priorities, which change at random steps.
    Pct,
    /// At each step a random thread.
    Random,
}

impl Strategy {
    /// What stands before the number where preemptions are bounded.
    const BOUND: &str = "preemption bound ";

    /// The names of those that take no number, and of one that does.
    pub const NAMES: [&str; 5] = ["exhaustive", "plain", "preemption-bound-N", "pct", "random"];

    /// Its name, as the exploring process has it.
    pub fn name(&self) -> String {
        match self {
            Strategy::Exhaustive => "exhaustive".to_string(),
            Strategy::Plain => "plain".to_string(),
            Strategy::Bounded(preemptions) => format!("{}{preemptions}", Self::BOUND),
            Strategy::Pct => "pct".to_string(),
            Strategy::Random => "random".to_string(),
        }
    }

    /// The strategy of this name, if there is one; a person types no space in it.
    pub fn of_name(name: &str) -> Option<Self> {
        let name = name.replace('-', " ");
        Some(match name.as_str() {
            "exhaustive" => Strategy::Exhaustive,
            "plain" => Strategy::Plain,
            "pct" => Strategy::Pct,
            "random" => Strategy::Random,
            bounded => Strategy::Bounded(bounded.strip_prefix(Self::BOUND)?.parse().ok()?),
        })
    }

    /// Whether it leaves nothing out, unless it is ended early.
    pub fn is_exhaustive(self) -> bool {
        matches!(self, Strategy::Exhaustive | Strategy::Plain)
    }
}

/// A schedule, by where it departs from the one that never preempts a thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// What time means.
    pub time_model: TimeModel,
    /// What decides the order of each `HashMap`.
    pub hash_seed: u32,
    /// At each of these steps, by number, this thread goes on.
    pub deviations: Vec<(u32, u32)>,
}

/// What the exploring process has to say.
pub enum Message {
    /// It explores, so far so many schedules.
    Progress {
        /// How many.
        schedules: u64,
        /// What it does: which schedules it tries, or that it makes one simpler.
        doing: String,
    },
    /// A schedule under which something is wrong, or that cannot be explored further, one for
    /// each distinct cause; or the schedule that was asked for.
    Run(Box<Run>),
    /// An output that some schedule has.
    Output(Output),
    /// One output of those that end alike; its count is that of all of them.
    Outputs(Output),
    /// The latest step of a schedule that may not come to its end.
    Step(Box<LastStep>),
    /// All is explored that will be.
    Summary(Summary),
    /// Nothing is explored, and why: the facade does not stand between the program and the
    /// standard library.
    NotInPlace(String),
    /// What was asked for cannot be done, and why.
    Problem(String),
}

/// A step, and the schedule up to it.
pub struct LastStep {
    /// The step, word for word.
    pub object: Value,
    /// All threads so far, word for word.
    pub threads: Value,
    /// The schedule's deviations since the step that was said before, word for word.
    pub deviations: Vec<Value>,
}

/// One schedule, step by step.
pub struct Run {
    /// What is wrong with it; `None` where it was asked for, and is as it should be.
    pub fault: Option<Fault>,
    /// Whether it is a pitfall's, which goes wrong on it as its file says.
    pub goes_wrong: bool,
    /// The number of the first schedule that is wrong in this way, from 1 on, unless it was
    /// asked for.
    pub found_after: Option<u64>,
    /// How many are.
    pub failing: Option<u64>,
    /// How often a thread that could go on had to wait for another.
    pub preemptions: u64,
    /// The schedule.
    pub schedule: Schedule,
    /// The threads' names.
    pub threads: Vec<Option<String>>,
    /// What they did; of a long schedule not all that they did.
    pub steps: Vec<Step>,
    /// How many steps more there are.
    pub more_steps: usize,
    /// Who waits for what at the end, and for ever.
    pub waits: Vec<Wait>,
    /// What was printed, and how it ended.
    pub transcript: Transcript,
}

/// What is wrong with a schedule.
pub struct Fault {
    /// What sort of fault: `"always"` for a broken rule, else as in `"deadlock"`; `"refused"`
    /// is the explorer's own.
    pub kind: String,
    /// The rule that is broken, by its place among the program's rules.
    pub rule: Option<usize>,
    /// What happened; of a panic without whose it is.
    pub story: String,
    /// Whose panic it is, if it is one.
    pub thread: Option<usize>,
}

impl Fault {
    /// Whether it ended the exploring process, so that nothing was explored after it.
    pub fn ends_the_search(&self) -> bool {
        ["crashed", "stalled"].contains(&self.kind.as_str())
    }
}

/// One visible operation.
pub struct Step {
    /// Its number in the schedule, from 0 on.
    pub number: usize,
    /// Whose, by its number.
    pub thread: usize,
    /// What it does: `"lock"`, `"send"`.
    pub verb: String,
    /// To what.
    pub object: Option<Object>,
    /// What it read or wrote, as in `➜ 0`.
    pub value: Option<String>,
    /// Where in the source.
    pub place: Place,
    /// When, on the program's clock.
    pub at_us: u64,
    /// Whether it waited for something else than a time, and the time came first.
    pub timed_out: bool,
    /// Why the thread before it does not go on, if this is another.
    pub switch: Option<String>,
    /// The lines of the transcript that it completed.
    pub lines: Vec<usize>,
}

/// A thread that waits for ever.
pub struct Wait {
    /// Which.
    pub thread: usize,
    /// What it would do: `"lock"`.
    pub verb: String,
    /// To what.
    pub object: Option<Object>,
    /// The threads that hold it.
    pub holders: Vec<usize>,
    /// The ends of a channel at whose other end it waits, that are still there.
    pub ends: Vec<ChannelEnd>,
    /// What it looks at again and again instead, in a loop without end.
    pub looks: Vec<Look>,
    /// Where in the source.
    pub place: Place,
}

/// An end of a channel.
pub struct ChannelEnd {
    /// The thread that has used it last, or else has made it.
    pub thread: usize,
    /// Whether it was used.
    pub used: bool,
    /// Where it was made.
    pub made: Place,
}

/// What a thread looks at again and again.
pub struct Look {
    /// At what.
    pub object: Object,
    /// Who wrote it last, if anybody has.
    pub written: Option<Step>,
}

/// Something that threads share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its number, in the order of first use.
    pub id: u64,
    /// What it is: `"mutex"`.
    pub kind: String,
    /// Where in the source it was made.
    pub made: Place,
    /// The thread whose end or whose park token it is.
    pub thread: Option<usize>,
}

/// A place in a source file; the default is none, where nobody wrote the call.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, as the compiler names it.
    pub file: String,
    /// The line, from 1 on; 0 if there is none.
    pub line: usize,
    /// The column, from 1 on.
    pub column: usize,
}

/// An output, and how to see it again.
pub struct Output {
    /// How many schedules have it.
    pub count: u64,
    /// How many distinct outputs it stands for.
    pub outputs: u64,
    /// The output.
    pub transcript: Transcript,
    /// How many lines are left out of it, after the first ones.
    pub left_out: usize,
    /// One that has it.
    pub schedule: Schedule,
}

/// What was explored.
pub struct Summary {
    /// What was tried, in this order.
    pub phases: Vec<Phase>,
    /// With how many seeds the order of each `HashMap` was tried; 0 if the program is not known to
    /// have made one whose order is random.
    pub hash_seeds: u64,
    /// After how many steps of one schedule a systematic search was given up, if one was.
    pub given_up_after: Option<u64>,
    /// Beyond how many threads of one schedule an exhaustive search was given up, if one was.
    pub given_up_beyond_threads: Option<u64>,
    /// How many outputs there are, if they were counted.
    pub distinct: Option<Distinct>,
    /// What became of each rule.
    pub rules: Vec<RuleSummary>,
    /// The orders of memory that the program asked for, weaker than the one that all have in
    /// the explorer.
    pub weak_orders: Vec<(String, Place)>,
    /// Whether every schedule was explored, up to the order of what commutes.
    pub proved: bool,
    /// The number of the first schedule on which a pitfall goes wrong as its file says.
    pub found: Option<u64>,
    /// That schedule.
    pub found_schedule: Option<Schedule>,
    /// The outputs that were expected and have not come up, by their places.
    pub unexplored: Vec<usize>,
}

/// How many outputs there are.
#[derive(Debug, Clone, Copy)]
pub struct Distinct {
    /// So many distinct ones.
    pub outputs: u64,
    /// So many groups of those that end in the same way, after the same last line.
    pub groups: u64,
    /// Whether there are more outputs, which were not counted.
    pub more: bool,
}

/// Schedules that were tried in one way.
pub struct Phase {
    /// What time meant.
    pub time_model: TimeModel,
    /// In which way.
    pub strategy: Strategy,
    /// How many there were.
    pub schedules: u64,
    /// What decided the order of each `HashMap`, if there were any, and one seed was tried.
    pub hash_seed: Option<u32>,
    /// How many of them were ended early, because they went on for too long.
    pub cut_short: u64,
    /// Whether a thread was taken to wait in a loop until something changes.
    pub loops: bool,
    /// Whether these were all that there are of this sort.
    pub complete: bool,
    /// How long it took.
    pub seconds: f64,
}

/// What became of a rule.
pub struct RuleSummary {
    /// Which, by its place among the program's rules.
    pub rule: usize,
    /// The verdict over all schedules.
    pub verdict: String,
    /// Whether it is broken only where a sleep may end at any time.
    pub only_because_of_time: bool,
}

type Parsed<T> = Result<T, String>;

impl Message {
    /// Reads one.
    ///
    /// # Errors
    ///
    /// What is amiss with it.
    pub fn parse(object: &Value) -> Parsed<Self> {
        Ok(match object["type"].as_str() {
            Some("progress") => Message::Progress {
                schedules: number(object, "schedules")?,
                doing: text(object, "doing")?,
            },
            Some("failure" | "refusal") => Message::Run(Box::new(Run::parse(object)?)),
            Some("step") => Message::Step(Box::new(LastStep {
                object: object.clone(),
                threads: object["threads"].clone(),
                deviations: list(object, "deviations")?.to_vec(),
            })),
            Some("output") => Message::Output(Output::parse(object)?),
            Some("outputs") => Message::Outputs(Output::parse(object)?),
            Some("summary") => Message::Summary(Summary::parse(object)?),
            Some("canary") => Message::NotInPlace(text(object, "problem")?),
            Some("error") => Message::Problem(text(object, "problem")?),
            _ => return Err("it has no known `type`".to_string()),
        })
    }
}

impl Schedule {
    /// Reads one.
    ///
    /// # Errors
    ///
    /// What is amiss with it.
    pub fn parse(object: &Value) -> Parsed<Self> {
        let pair = |pair: &Value| Some((at(pair, 0)?, at(pair, 1)?));
        Ok(Self {
            time_model: time_model(object)?,
            hash_seed: at(object, "hash_seed").unwrap_or(0),
            deviations: list(object, "deviations")?
                .iter()
                .map(|value| pair(value).ok_or_else(|| format!("{value} is no deviation")))
                .collect::<Parsed<_>>()?,
        })
    }

    /// The schedule as the exploring process takes it.
    pub fn to_json(&self) -> Value {
        json!({
            "time_model": self.time_model.name(),
            "hash_seed": self.hash_seed,
            "deviations": self.deviations,
        })
    }
}

impl Run {
    /// The latest step of a thread that fails, on which it waited for something else than a time,
    /// and the time came first: the thread whose panic it is, or one that waits forever.
    pub fn timed_out(&self) -> Option<&Step> {
        let thread = self.fault.as_ref().and_then(|fault| fault.thread);
        let fails =
            |id: usize| thread == Some(id) || self.waits.iter().any(|wait| wait.thread == id);
        let mut steps = self.steps.iter().rev();
        steps.find(|step| step.timed_out && fails(step.thread))
    }

    /// How many steps the schedule has.
    pub fn length(&self) -> usize {
        self.steps.len() + self.more_steps
    }

    /// Whether the explorer could not go on with it, so that nothing is wrong that is known.
    pub fn is_refused(&self) -> bool {
        self.fault
            .as_ref()
            .is_some_and(|fault| fault.kind == "refused")
    }

    /// Reads one.
    ///
    /// # Errors
    ///
    /// What is amiss with it.
    pub fn parse(object: &Value) -> Parsed<Self> {
        let fault = match text(object, "kind")? {
            kind if kind == "none" => None,
            kind => Some(Fault {
                kind,
                rule: index(&object["rule"]),
                story: text(object, "story")?,
                thread: index(&object["thread"]),
            }),
        };
        let threads = list(object, "threads")?.iter();
        Ok(Self {
            fault,
            goes_wrong: object["found"].is_u64(),
            found_after: object["found_after"].as_u64(),
            failing: object["failing"].as_u64(),
            preemptions: number(object, "preemptions")?,
            schedule: Schedule::parse(&object["schedule"])?,
            threads: threads.map(|thread| optional(thread, "name")).collect(),
            steps: parsed(object, "steps", Step::parse)?,
            more_steps: index(&object["more_steps"]).unwrap_or(0),
            waits: parsed(object, "waits", Wait::parse)?,
            transcript: transcript(object)?,
        })
    }
}

impl Distinct {
    fn parse(object: &Value) -> Parsed<Option<Self>> {
        if object.is_null() {
            return Ok(None);
        }
        Ok(Some(Self {
            outputs: number(object, "outputs")?,
            groups: number(object, "groups")?,
            more: flag(object, "more"),
        }))
    }
}

impl Output {
    fn parse(object: &Value) -> Parsed<Self> {
        Ok(Self {
            count: number(object, "count")?,
            outputs: object["outputs"].as_u64().unwrap_or(1),
            transcript: transcript(object)?,
            left_out: index(&object["left_out"]).unwrap_or(0),
            schedule: Schedule::parse(&object["schedule"])?,
        })
    }
}

impl Step {
    /// Whether its thread was woken for no reason, or failed to exchange.
    pub fn is_for_no_reason(&self) -> bool {
        let value = self.value.as_deref();
        value.is_some_and(|value| value.ends_with("for no reason"))
    }

    /// Whether the schedule has no step between this one and that.
    pub fn is_next(&self, next: &Self) -> bool {
        self.number + 1 == next.number
    }

    fn parse(object: &Value) -> Parsed<Self> {
        let lines = object["lines"].as_array().into_iter().flatten();
        Ok(Self {
            number: number(object, "step")? as usize,
            thread: number(object, "thread")? as usize,
            verb: text(object, "verb")?,
            object: Object::parse(&object["object"])?,
            value: optional(object, "value"),
            place: Place::parse(object)?,
            at_us: number(object, "at_us")?,
            timed_out: flag(object, "timed_out"),
            switch: optional(object, "switch"),
            lines: lines.filter_map(index).collect(),
        })
    }
}

impl Wait {
    /// Whether it waits for threads to end, and for nothing else.
    pub fn is_for_an_end(&self) -> bool {
        matches!(self.verb.as_str(), "join" | "end the scope")
    }

    fn parse(object: &Value) -> Parsed<Self> {
        Ok(Self {
            thread: number(object, "thread")? as usize,
            verb: text(object, "verb")?,
            object: Object::parse(&object["object"])?,
            holders: list(object, "holders")?.iter().filter_map(index).collect(),
            ends: parsed(object, "ends", ChannelEnd::parse)?,
            looks: parsed(object, "looks_at", Look::parse)?,
            place: Place::parse(object)?,
        })
    }
}

impl ChannelEnd {
    fn parse(object: &Value) -> Parsed<Self> {
        Ok(Self {
            thread: number(object, "thread")? as usize,
            used: flag(object, "used"),
            made: Place::parse(object)?,
        })
    }
}

impl Look {
    fn parse(object: &Value) -> Parsed<Self> {
        let written = &object["written"];
        Ok(Self {
            object: Object::parse(&object["object"])?.ok_or("it looks at nothing")?,
            written: match written.is_null() {
                true => None,
                false => Some(Step::parse(written)?),
            },
        })
    }
}

impl Object {
    fn parse(object: &Value) -> Parsed<Option<Self>> {
        if object.is_null() {
            return Ok(None);
        }
        Ok(Some(Self {
            id: number(object, "id")?,
            kind: text(object, "kind")?,
            made: Place::parse(object)?,
            thread: index(&object["thread"]),
        }))
    }
}

impl Place {
    fn parse(object: &Value) -> Parsed<Self> {
        if object["file"].is_null() {
            return Ok(Self::default());
        }
        Ok(Self {
            file: text(object, "file")?,
            line: number(object, "line")? as usize,
            column: number(object, "column")? as usize,
        })
    }
}

impl Summary {
    fn parse(object: &Value) -> Parsed<Self> {
        Ok(Self {
            phases: parsed(object, "phases", Phase::parse)?,
            hash_seeds: object["hash_seeds"].as_u64().unwrap_or(0),
            given_up_after: object["given_up_after"].as_u64(),
            given_up_beyond_threads: object["given_up_beyond_threads"].as_u64(),
            distinct: Distinct::parse(&object["distinct"])?,
            rules: parsed(object, "rules", RuleSummary::parse)?,
            weak_orders: parsed(object, "weak_orders", |weak| {
                Ok((text(weak, "order")?, Place::parse(weak)?))
            })?,
            proved: flag(object, "proved"),
            found: object["found"].as_u64(),
            unexplored: object["unexplored"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(index)
                .collect(),
            found_schedule: match &object["found_schedule"] {
                Value::Null => None,
                schedule => Some(Schedule::parse(schedule)?),
            },
        })
    }
}

impl Phase {
    fn parse(object: &Value) -> Parsed<Self> {
        let strategy = text(object, "strategy")?;
        Ok(Self {
            time_model: time_model(object)?,
            strategy: Strategy::of_name(&strategy)
                .ok_or_else(|| format!("`{strategy}` is no strategy"))?,
            hash_seed: at(object, "hash_seed"),
            schedules: number(object, "schedules")?,
            cut_short: number(object, "cut_short")?,
            loops: flag(object, "loops"),
            complete: flag(object, "complete"),
            seconds: object["seconds"].as_f64().unwrap_or(0.0),
        })
    }
}

impl RuleSummary {
    fn parse(object: &Value) -> Parsed<Self> {
        Ok(Self {
            rule: number(object, "rule")? as usize,
            verdict: text(object, "verdict")?,
            only_because_of_time: flag(object, "only_because_of_time"),
        })
    }
}

fn text(object: &Value, key: &str) -> Parsed<String> {
    let value = object[key].as_str().map(str::to_string);
    value.ok_or_else(|| format!("its `{key}` is no text"))
}

fn optional(object: &Value, key: &str) -> Option<String> {
    object[key].as_str().map(str::to_string)
}

fn number(object: &Value, key: &str) -> Parsed<u64> {
    let value = object[key].as_u64();
    value.ok_or_else(|| format!("its `{key}` is no number"))
}

fn flag(object: &Value, key: &str) -> bool {
    object[key].as_bool().unwrap_or(false)
}

fn index(value: &Value) -> Option<usize> {
    value
        .as_u64()
        .and_then(|number| usize::try_from(number).ok())
}

fn at(value: &Value, place: impl serde_json::value::Index) -> Option<u32> {
    u32::try_from(value[place].as_u64()?).ok()
}

fn list<'v>(object: &'v Value, key: &str) -> Parsed<&'v [Value]> {
    let list = object[key].as_array().map(Vec::as_slice);
    list.ok_or_else(|| format!("its `{key}` is no list"))
}

/// A list of what `parse` reads; none is as good as an empty one.
fn parsed<T>(object: &Value, key: &str, parse: fn(&Value) -> Parsed<T>) -> Parsed<Vec<T>> {
    let items = object[key].as_array().into_iter().flatten();
    items.map(parse).collect()
}

fn time_model(object: &Value) -> Parsed<TimeModel> {
    let name = text(object, "time_model")?;
    TimeModel::of_name(&name).ok_or_else(|| format!("`{name}` is no time model"))
}

fn transcript(object: &Value) -> Parsed<Transcript> {
    Transcript::from_ndjson(&text(object, "transcript")?)
}
