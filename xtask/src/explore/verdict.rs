//! What a program is worth that was explored.

use std::path::Path;

use super::build::Harness;
use super::explored::{Explored, Real};
use super::source::Subject;
use super::table::short;
use super::token::Token;
use super::unseen::Spot;
use crate::program::Role;
use crate::text::{counted, listed, quoted, shown_path, thousands};
use protocol::{Execution, Phase, Place, RuleVerdict, Schedule, Summary, TimeModel, WeakOrder};

/// What a program is worth that does what the explorer cannot, as JSON and people have it.
pub const NOT_EXPLORED_FURTHER: &str = "not explored further";

/// What a program is worth that was explored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It held on every schedule.
    Proved,
    /// It held on those that were tried.
    Held,
    /// A pitfall that goes wrong just as its file says, on some schedule.
    Found,
    /// A pitfall that does not, on any that was tried.
    NotFound,
    /// It is wrong on some schedule, or what must happen on some happens on none.
    Broken,
    /// Nothing is wrong that is known, and on some schedule it does what the explorer cannot.
    NotExploredFurther,
}

impl Status {
    /// The status as JSON has it.
    pub fn name(self) -> &'static str {
        match self {
            Status::Proved => "proved",
            Status::Held => "held",
            Status::Found => "found",
            Status::NotFound => "not found",
            Status::Broken => "broken",
            Status::NotExploredFurther => NOT_EXPLORED_FURTHER,
        }
    }

    /// Whether all is well; `None` where nobody knows.
    pub fn holds(self) -> Option<bool> {
        match self {
            Status::Proved | Status::Held | Status::Found => Some(true),
            Status::NotFound | Status::Broken => Some(false),
            Status::NotExploredFurther => None,
        }
    }
}

/// A program that was explored, and what came of it.
pub struct ProgramVerdict<'e> {
    /// The program.
    pub subject: &'e Subject,
    /// What it was built into.
    pub harness: &'e Harness,
    /// What came of exploring it.
    pub explored: &'e Explored,
    /// What it is worth.
    pub status: Status,
    /// The schedules that are wrong.
    pub broken: Vec<&'e Execution>,
    /// Those on which the explorer cannot go on.
    pub refused: Vec<&'e Execution>,
    /// Those that are wrong only because a sleep may end at any time.
    pub untimely: Vec<&'e Execution>,
    /// The number of the first schedule on which a pitfall goes wrong as it should.
    pub found: Option<u64>,
    /// What must happen on some schedule and happens on none, by the rules' places.
    pub unseen: Vec<usize>,
    /// What no search sees of the program, each as in "for orders weaker than SeqCst".
    pub reservations: Vec<String>,
}

impl<'e> ProgramVerdict<'e> {
    /// Judges what was explored. Where a sleep is taken to be long enough, what is wrong only
    /// if one ends early is reported, and breaks nothing. A thread that fails after a wait of its own
    /// has timed out is wrong in any case: it asked for that, and has to go on well from there.
    pub fn new(
        subject: &'e Subject,
        harness: &'e Harness,
        explored: &'e Explored,
        sleeps_are_long_enough: bool,
    ) -> Self {
        let faulty = explored
            .executions
            .iter()
            .filter(|execution| execution.fault.is_some());
        let (refused, faulty): (Vec<_>, Vec<_>) =
            faulty.partition(|execution| execution.is_refused());
        let (untimely, broken): (Vec<_>, Vec<_>) = faulty
            .into_iter()
            .partition(|execution| sleeps_are_long_enough && is_untimely(execution));
        let summary = explored.summary.as_ref();
        let rules = summary.iter().flat_map(|summary| &summary.rules);
        // What was not explored may show it.
        let unseen =
            rules.filter(|rule| rule.verdict == RuleVerdict::NotWitnessed && refused.is_empty());
        let unseen: Vec<_> = unseen.map(|rule| rule.rule).collect();
        let found = summary.and_then(|summary| summary.found);
        let is_exhaustive = summary.is_some_and(|summary| summary.proved);
        let reservations = reservations(subject, harness, explored);
        let is_proved = is_exhaustive && untimely.is_empty() && reservations.is_empty();
        let real = explored.real.as_ref();
        let status = match subject.role {
            Role::Pitfall if found.is_some() => Status::Found,
            Role::Pitfall if broken.is_empty() && refused.is_empty() => Status::NotFound,
            _ if !broken.is_empty() || !unseen.is_empty() => Status::Broken,
            _ if !refused.is_empty() => Status::NotExploredFurther,
            // A search that has seen nothing says nothing. One schedule that was asked for has
            // no summary.
            _ if explored.schedules == 0 && explored.executions.is_empty() => {
                Status::NotExploredFurther
            }
            // There is a schedule after all that the explorer does not know.
            _ if is_proved && real.is_some_and(|real| !real.unexplored.is_empty()) => {
                Status::Broken
            }
            _ if is_proved => Status::Proved,
            _ => Status::Held,
        };
        Self {
            subject,
            harness,
            explored,
            status,
            broken,
            refused,
            untimely,
            found,
            unseen,
            reservations,
        }
    }

    /// Whether the real runs that were made have printed nothing else than explored schedules.
    pub fn agrees(&self) -> bool {
        self.explored.real.as_ref().is_none_or(Real::agrees)
    }

    /// Whether something is wrong that the report shows in full.
    pub fn is_wrong(&self) -> bool {
        let is_refused = !self.refused.is_empty() && self.status != Status::Found;
        let is_broken = !self.broken.is_empty() || !self.unseen.is_empty();
        is_broken || is_refused || self.status == Status::NotFound
    }

    /// The command that takes a schedule again. A token that is too long for a command line goes
    /// to a file, which the command names.
    pub fn replay(&self, schedule: &Schedule) -> String {
        let token = self.token(schedule);
        let token = match token.in_file(&self.subject.name) {
            Some(file) => quoted(&shown_path(&file)),
            None => token.to_string(),
        };
        format!("{} --replay {token}", self.subject.command)
    }

    /// The token of a schedule.
    pub fn token(&self, schedule: &Schedule) -> Token {
        Token {
            schedule: schedule.clone(),
            program: self.harness.program,
            explorer: self.harness.explorer,
        }
    }

    /// A place in a source file as a person can open it, if there is one.
    pub fn place(&self, place: &Place) -> Option<String> {
        place_of(self.subject, place)
    }
}

/// Whether an execution is wrong only because a sleep may end at any time.
fn is_untimely(execution: &Execution) -> bool {
    // A process that died has not explored the rest.
    execution.schedule.time_model.is_adversarial()
        && !execution.ended_the_search()
        && execution.timed_out().is_none()
}

/// What no search sees of this program.
fn reservations(subject: &Subject, harness: &Harness, explored: &Explored) -> Vec<String> {
    let Some(summary) = &explored.summary else {
        return Vec::new();
    };
    let unseen = &harness.unseen;
    let mut reservations = Vec::new();
    if let Some(spot) = &unseen.unsafe_code {
        let place = shown_spot(subject, spot);
        let what = match harness.accesses {
            true => "accesses of `unsafe` code that are not announced",
            false => "data races in `unsafe` code",
        };
        reservations.push(format!("for {what} ({place})"));
    }
    reservations.extend(weak_memory(subject, summary));
    // A program may name a map and never make one.
    let is_made = summary.hash_seeds > 0 || !summary.knows_hash_order;
    if let Some(spot) = unseen.hash_order.as_ref().filter(|_| is_made) {
        let place = shown_spot(subject, spot);
        reservations.push(match summary.hash_seeds {
            0 => format!("for the order of a `HashMap`, which is another in each run ({place})"),
            seeds => {
                let (n, s) = counted(seeds.into(), "seed");
                format!("for other orders of a `HashMap` than {n} {s} give ({place})")
            }
        });
    }
    if !summary.untried.is_empty() {
        let untried = summary.untried.iter().map(|model| model.name().to_string());
        let untried = listed(&untried.collect::<Vec<_>>());
        reservations.push(format!("for other time models that matter ({untried})"));
    }
    if summary.asked_random {
        let (n, s) = counted(summary.hash_seeds.into(), "seed");
        reservations.push(format!("for other random numbers than {n} {s} give"));
    }
    if summary.phases.iter().any(|phase| phase.loops) {
        reservations.push("for loops that give up before something changes".to_string());
    }
    if summary.phases.iter().any(|phase| phase.reads_clock) {
        reservations.push("for the time that computing takes (it reads the clock)".to_string());
    }
    if summary.phases.iter().any(|phase| phase.lists_names) {
        reservations.push("for other orders of the names in a folder".to_string());
    }
    if summary.phases.iter().any(|phase| phase.writes_pages) {
        reservations.push("for reads that see a part of a write of more than a page".to_string());
    }
    if let Some(steps) = summary.unfair_after {
        let steps = thousands(steps.into());
        reservations.push(format!("for schedules of more than {steps} steps"));
    }
    if let Some(cores) = summary.phases.iter().find_map(|phase| phase.cores) {
        reservations.push(format!("for other numbers of cores than {cores}"));
    }
    if summary.phases.iter().any(|phase| phase.in_parts) {
        reservations.push("for what comes through a connection in more parts".to_string());
    }
    reservations
}

/// What no search sees of a program that asks for orders of memory weaker than the strongest. Where weak
/// memory was searched to the end, and no other way to take time makes a difference, which would be one
/// under weak memory as well, that is only what a load may read of what is yet to come.
fn weak_memory(subject: &Subject, summary: &Summary) -> Option<String> {
    let is_weak = |phase: &&Phase| phase.time_model == TimeModel::Weak;
    let weak = summary.phases.iter().filter(is_weak);
    let mut exhaustive = weak
        .filter(|phase| phase.strategy.is_exhaustive())
        .peekable();
    let is_searched = exhaustive.peek().is_some() && exhaustive.all(|phase| phase.complete);
    let is_whole = is_searched && !summary.has_whims;
    let mut orders = summary.weak_orders.iter();
    let (order, what) = match is_whole {
        true => (
            orders.find(|order| order.is_relaxed)?,
            "loads that read what is stored later",
        ),
        false => (orders.next()?, "orders weaker than SeqCst"),
    };
    let WeakOrder { order, place, .. } = order;
    let place = match place_of(subject, place) {
        Some(place) => format!("{order} at {place}"),
        None => order.clone(),
    };
    Some(format!("for {what} ({place})"))
}

/// A line of a source file that was compiled, as a person can open it.
fn shown_spot(subject: &Subject, Spot { file, line }: &Spot) -> String {
    let own = file.strip_prefix(subject.package.workspace());
    let own = own.map(|own| subject.package.root.join(own));
    match own.as_ref().ok().filter(|own| own.exists()) {
        Some(own) => format!("{}:{line}", shown_path(own)),
        None => format!("{}:{line}", short(&file.to_string_lossy())),
    }
}

/// A place in a source file as a person can open it, if there is one.
pub fn place_of(subject: &Subject, Place { file, line, .. }: &Place) -> Option<String> {
    let path = subject.package.root.join(file);
    match path.exists() && !Path::new(file).is_absolute() {
        _ if *line == 0 => None,
        true => Some(format!("{}:{line}", shown_path(&path))),
        false => Some(format!("{}:{line}", short(file))),
    }
}
