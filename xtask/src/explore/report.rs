//! What came of exploring a program, as a person reads it, and as a program does.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::build::Harness;
use super::explored::{Explored, SHOWN_LINES, ended};
use super::pitfall::Pitfall;
use super::protocol::{Fault, Output, Phase, Place, Run, Schedule, Step, Strategy, TimeModel};
use super::source::Subject;
use super::stuck::Stuck;
use super::table::{Table, clipped, short};
use super::token::Token;
use super::unseen::Spot;
use crate::program::Role;
use crate::report::failure::Contradiction;
use crate::text::style::{BOLD, DIM, GREEN, RED};
use crate::text::{counted, listed, millis, quoted, shown_path, thousands};
use invariants::{Transcript, count};

/// How many columns a table has where it goes to no terminal.
pub const PIPE_WIDTH: usize = 100;

/// Of more outputs only so many are shown.
const SHOWN_OUTPUTS: usize = 10;

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
pub struct Report<'e> {
    subject: &'e Subject,
    harness: &'e Harness,
    explored: &'e Explored,
    /// What it is worth.
    pub status: Status,
    /// The schedules that are wrong.
    broken: Vec<&'e Run>,
    /// Those on which the explorer cannot go on.
    refused: Vec<&'e Run>,
    /// Those that are wrong only because a sleep may end at any time.
    untimely: Vec<&'e Run>,
    /// The number of the first schedule on which a pitfall goes wrong as it should.
    found: Option<u64>,
    /// What must happen on some schedule and happens on none, by the rules' places.
    unseen: Vec<usize>,
    /// What no search sees of the program, each as in "for data races in `unsafe` code".
    reservations: Vec<String>,
    /// The program's own source file, as the compiler names it.
    main: String,
    /// How many columns a table may have.
    width: usize,
}

impl<'e> Report<'e> {
    /// Judges what was explored. Where a sleep is taken to be long enough, what is wrong only
    /// if one ends early is told, and breaks nothing. A thread that fails after a wait of its own
    /// has timed out is wrong in any case: it asked for that, and has to go on well from there.
    pub fn new(
        subject: &'e Subject,
        harness: &'e Harness,
        explored: &'e Explored,
        sleeps_are_long_enough: bool,
        width: usize,
    ) -> Self {
        let faulty = explored.runs.iter().filter(|run| run.fault.is_some());
        let (refused, faulty): (Vec<_>, Vec<_>) = faulty.partition(|run| run.is_refused());
        let (untimely, broken): (Vec<_>, Vec<_>) = faulty.into_iter().partition(|run| {
            let is_untimely = run.schedule.time_model == TimeModel::Adversarial;
            // A process that died has not explored the rest.
            sleeps_are_long_enough && is_untimely && !died(run) && run.timed_out().is_none()
        });
        let summary = explored.summary.as_ref();
        let rules = summary.iter().flat_map(|summary| &summary.rules);
        // What was not explored may show it.
        let unseen = rules.filter(|rule| rule.verdict == "not witnessed" && refused.is_empty());
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
            _ if explored.schedules == 0 && explored.runs.is_empty() => Status::NotExploredFurther,
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
            main: subject.file.to_string_lossy().replace('\\', "/"),
            width,
        }
    }

    /// A line of what came of it, and what else is to be told although all is well.
    pub fn line(&self, width: usize) -> String {
        let name = &self.subject.name;
        let word = match self.status {
            Status::Proved => format!("{GREEN}proved{GREEN:#}"),
            Status::Held => format!("{GREEN}held{GREEN:#}  "),
            Status::Found => format!("{GREEN}found{GREEN:#} "),
            Status::NotFound | Status::Broken => format!("{RED}FAIL{RED:#}  "),
            Status::NotExploredFurther => format!("{BOLD}{NOT_EXPLORED_FURTHER}{BOLD:#}"),
        };
        let what = match (self.status, self.found) {
            (Status::Found, found) => {
                let (n, s) = counted(found.unwrap_or(1), "schedule");
                format!("after {n} {s}")
            }
            (Status::NotFound, _) => {
                format!("does not go wrong as it should {}", self.coverage("on"))
            }
            (Status::Broken, _) => {
                let count = (self.broken.len() + self.unseen.len()) as u64;
                let (n, s) = counted(count, "failure");
                match (count, &self.explored.real) {
                    // All that was explored held; the line on the real runs follows.
                    (0, Some(real)) if self.explored.schedules > 0 => {
                        let (n, s) = counted(real.unexplored.len() as u64, "other output");
                        format!(
                            "held {}, but real runs printed {n} {s}",
                            self.coverage("on")
                        )
                    }
                    _ => format!("{n} {s} {}", self.coverage("among")),
                }
            }
            (Status::Proved, _) => format!("held {}", self.coverage("on")),
            (Status::Held, _) => self.coverage("on"),
            (Status::NotExploredFurther, _) => self.why_not_further(),
        };
        let what = match &self.reservations[..] {
            [] => what,
            but if self.status == Status::Held => format!("{what}, but {}", listed(but)),
            _ => what,
        };
        let seconds = self.explored.wall.as_secs_f64();
        let mut text = format!("{word}  {name:<width$}  {what}  {seconds:.1} s");
        // What was asked for has a line of its own.
        let real = self.explored.real.as_ref();
        if let Some(real) = real.filter(|real| real.explored.is_none() && real.agrees()) {
            let (runs, s) = counted(real.runs.into(), "real run");
            let _ = write!(text, "  {DIM}{runs} {s}: no other output{DIM:#}");
        }
        if self.subject.role != Role::Example {
            let (role, topic) = (self.subject.role.name(), &self.subject.topic);
            let _ = write!(text, "  {DIM}{role} of {topic}{DIM:#}");
        }
        text.push('\n');
        // Where it is all that is known, it has been said.
        let is_said = self.status == Status::NotExploredFurther && self.refused.is_empty();
        if self.status != Status::Found && !is_said {
            for (search, too_much) in self.given_up() {
                let _ = writeln!(
                    text,
                    "        {search} search was given up, at a schedule of more than {too_much}"
                );
            }
        }
        let mut told = Vec::new();
        for run in &self.untimely {
            let what = self.claim(run).unwrap_or_else(|| self.what_is_wrong(run));
            if !told.contains(&what) {
                let replay = self.replay(&run.schedule);
                let _ = writeln!(
                    text,
                    "        holds only because of time: {}\n        {DIM}{replay}{DIM:#}",
                    what.replace('\n', "\n        ")
                );
                told.push(what);
            }
        }
        text
    }

    /// Why it is not explored further, as in "because of more than 1000 threads at once".
    pub fn why_not_further(&self) -> String {
        if self.refused.is_empty() {
            let given_up = self.given_up();
            let whys = given_up.iter().map(|(search, too_much)| {
                format!("because of more than {too_much} on a schedule, at which {search} search is given up")
            });
            return whys.collect::<Vec<_>>().join(", and ");
        }
        let whys = self.refused.iter().map(|run| self.refusal(run));
        whys.collect::<Vec<_>>().join(", and ")
    }

    /// The systematic searches that were given up, each as in "an exhaustive", with what a schedule
    /// had too much of.
    fn given_up(&self) -> Vec<(&'static str, String)> {
        let Some(summary) = &self.explored.summary else {
            return Vec::new();
        };
        let threads = summary.given_up_beyond_threads;
        let threads = threads.map(|most| ("an exhaustive", format!("{most} threads")));
        let steps = summary.given_up_after;
        let steps = steps.map(|most| ("a systematic", format!("{} steps", thousands(most))));
        threads.into_iter().chain(steps).collect()
    }

    /// Why a schedule is not explored further: because of what, and after which line.
    fn refusal(&self, run: &Run) -> String {
        let story = run.fault.as_ref().map_or("", |fault| &fault.story);
        let mut steps = run.steps.iter().rev();
        match steps.find_map(|step| self.place(&step.place)) {
            Some(place) => format!("because of {story}, after {place}"),
            None => format!("because of {story}"),
        }
    }

    /// What was explored, after a preposition: "on all 6 distinguishable schedules".
    pub fn coverage(&self, preposition: &str) -> String {
        let (n, s) = counted(self.explored.schedules, "schedule");
        let Some(summary) = &self.explored.summary else {
            let preposition = if self.explored.schedules > 1 {
                preposition
            } else {
                "on"
            };
            return format!("{preposition} {n} {s}");
        };
        let mut all = Vec::new();
        let mut bounds = Vec::new();
        let is_untimely = !self.untimely.is_empty();
        for model in TimeModel::ALL {
            // What is broken there is told in a line of its own.
            if is_untimely && model == TimeModel::Adversarial {
                continue;
            }
            let phases = summary
                .phases
                .iter()
                .filter(|phase| phase.time_model == model);
            // A search that took a loop to wait has not seen what happens if it gives up.
            let is_whole = |phase: &&Phase| phase.complete && !phase.loops;
            // One for each hash seed.
            let exhaustive = phases
                .clone()
                .filter(|phase| phase.strategy.is_exhaustive());
            let schedules = exhaustive.clone().map(|phase| phase.schedules).sum();
            let is_all = exhaustive.clone().all(|phase| is_whole(&phase));
            if let Some(phase) = exhaustive.clone().next().filter(|_| is_all) {
                let whims = match model {
                    TimeModel::Virtual => None,
                    TimeModel::Adversarial => Some("where a sleep may end at any time"),
                    TimeModel::Spurious => {
                        Some("where a thread may wake up, or a weak exchange fail, for no reason")
                    }
                    TimeModel::Writers => Some("where a waiting writer keeps readers out"),
                };
                let count = thousands(schedules);
                let what = match (whims, phase.strategy, schedules) {
                    (Some(whims), _, 1) => format!("the only one {whims}"),
                    (Some(whims), ..) => format!("all {count} {whims}"),
                    (None, _, 1) => "the only schedule".to_string(),
                    (None, Strategy::Plain, _) => format!("all {count} schedules"),
                    (None, ..) => format!("all {count} distinguishable schedules"),
                };
                let preposition = if schedules > 1 { preposition } else { "on" };
                all.push(format!("{preposition} {what}"));
            } else if phases.clone().next().is_some() {
                let bound = phases.filter(is_whole).filter_map(bound).max();
                bounds.push(bound);
            }
        }
        if all.is_empty() && bounds.is_empty() {
            return "before anything was explored".to_string();
        }
        if bounds.is_empty() {
            return all.join(", and ");
        }
        // What is said of all models has to be true of each.
        match bounds.into_iter().min().flatten() {
            Some(bound) => {
                let bound = preempted(bound);
                // Those are searched with one hash seed.
                match summary.hash_seeds {
                    0 | 1 => format!("{preposition} {n} {s}, among them all {bound}"),
                    _ => format!(
                        "{preposition} {n} {s}, among them, with one hash seed, all {bound}"
                    ),
                }
            }
            None => format!("{preposition} {n} {s}"),
        }
    }

    /// What was explored, phase by phase, where that is not all that there is.
    pub fn phases(&self) -> String {
        let mut text = String::new();
        let summary = self.explored.summary.iter();
        let told = summary.filter(|summary| !summary.proved && summary.found.is_none());
        for phase in told.flat_map(|summary| &summary.phases) {
            let (n, s) = counted(phase.schedules, "schedule");
            let schedules = match (phase.complete, phase.schedules) {
                (true, 1) => "the only schedule".to_string(),
                (true, _) => format!("all {n} {s}"),
                (false, _) => format!("{n} {s}"),
            };
            let how = match phase.strategy {
                Strategy::Exhaustive if phase.complete && phase.schedules == 1 => String::new(),
                Strategy::Exhaustive if phase.complete => " that are distinguishable".to_string(),
                Strategy::Exhaustive => " of the distinguishable ones".to_string(),
                Strategy::Plain => String::new(),
                Strategy::Bounded(bound) => format!(" {}", preempted(bound)),
                Strategy::Pct => " with random priorities".to_string(),
                Strategy::Random => " at random".to_string(),
            };
            let seed = phase.hash_seed.filter(|&seed| seed > 0);
            let seed = seed.map_or(String::new(), |seed| format!(", with hash seed {seed}"));
            let (model, seconds) = (phase.time_model.name(), phase.seconds);
            let _ = writeln!(
                text,
                "        {DIM}{model} time: {schedules}{how}{seed}, {seconds:.1} s{DIM:#}"
            );
        }
        text
    }

    /// All that is wrong with it, in full.
    pub fn failures(&self) -> String {
        let mut text = String::new();
        let refused = self.refused.iter().filter(|_| self.status != Status::Found);
        for run in self.broken.iter().chain(refused) {
            text += &self.run(run);
            text.push('\n');
        }
        if let Some(ready) = &self.subject.claims {
            let file = shown_path(&self.subject.claims_file);
            for &index in &self.unseen {
                let rule = &ready.spec.rules[index];
                let report = invariants::RuleReport {
                    verdict: invariants::Verdict::NotWitnessed,
                    holds: false,
                    evidence: invariants::Evidence::default(),
                };
                let (n, s) = counted(self.explored.schedules, "schedule");
                let story = format!("none of {n} {s} shows it");
                let contradiction = Contradiction {
                    file: &file,
                    ready,
                    rule,
                    report: &report,
                    story: &story,
                    transcript: None,
                };
                text += &contradiction.of(&self.subject.name);
                text.push('\n');
            }
        }
        if self.status == Status::NotFound {
            let (name, file) = (&self.subject.name, shown_path(&self.subject.claims_file));
            let _ = writeln!(
                text,
                "{RED}FAIL{RED:#} {BOLD}{name}: the pitfall does not go wrong as {file} says{BOLD:#}\n  \
                 it was explored {}\n",
                self.coverage("on")
            );
        }
        text
    }

    /// The schedule on which a pitfall goes wrong, in full.
    pub fn found(&self) -> String {
        let mut runs = self.explored.runs.iter().filter(|run| run.goes_wrong);
        runs.next()
            .map_or_else(String::new, |run| format!("\n{}", self.run(run)))
    }

    /// Every schedule that was asked for, in full.
    pub fn replayed(&self) -> String {
        self.explored.runs.iter().map(|run| self.run(run)).collect()
    }

    /// The distinct outputs: each, or one of those that end alike, of the most frequent groups.
    pub fn outputs(&self, all: bool) -> String {
        let summary = self.explored.summary.as_ref();
        let Some(distinct) = summary.and_then(|summary| summary.distinct) else {
            return String::new();
        };
        if distinct.outputs == 0 {
            return String::new();
        }
        let (n, s) = counted(distinct.outputs, "distinct output");
        let at_least = if distinct.more { "more than " } else { "" };
        let mut text = format!("  {at_least}{n} {s}");
        let shown = match all {
            true => &self.explored.outputs,
            false => &self.explored.groups,
        };
        if !all && distinct.outputs > shown.len() as u64 {
            let (groups, ways) = counted(distinct.groups, "way");
            let _ = write!(text, ", with {groups} {ways} to end; ");
            match distinct.groups > shown.len() as u64 {
                true => {
                    let _ = write!(text, "here is one output of each of {}", shown.len());
                    text += ", and `--outputs` shows all";
                }
                false => text += "here is one output of each, and `--outputs` shows all",
            }
        }
        text.push('\n');
        for output in shown {
            text += &self.output(output);
        }
        text
    }

    fn output(&self, output: &Output) -> String {
        let (n, s) = counted(output.count, "schedule");
        let mut text = format!("\n  {BOLD}{n} {s}{BOLD:#}");
        if output.outputs > 1 {
            let _ = write!(
                text,
                ", {} outputs that end alike",
                thousands(output.outputs)
            );
        }
        let exit = ended(&output.transcript.end.exit);
        let _ = writeln!(text, ": the program {exit}");
        text += &printed(&output.transcript, output.left_out);
        let _ = writeln!(text, "    {DIM}{}{DIM:#}", self.replay(&output.schedule));
        text
    }

    /// What real runs have printed, and whether it is explored.
    pub fn real_runs(&self) -> String {
        let Some(real) = &self.explored.real else {
            return String::new();
        };
        if real.explored.is_none() && real.agrees() {
            return String::new();
        }
        let (runs, s) = counted(real.runs.into(), "real run");
        let (distinct, outputs) = counted(real.distinct as u64, "distinct output");
        let missing = match (real.distinct, real.unexplored.len()) {
            (1, 0) => "which is".to_string(),
            (1, _) => "which is not".to_string(),
            (_, 0) => "which are all".to_string(),
            (_, 1) => "of which 1 is not".to_string(),
            (_, count) => format!("of which {count} are not"),
        };
        let explored = match real.explored {
            Some(count) => format!("the {} explored", thousands(count as u64)),
            None => "those explored".to_string(),
        };
        let mut text =
            format!("        {runs} {s} printed {distinct} {outputs}, {missing} among {explored}");
        // The search for a pitfall is over before it has seen everything.
        if self.status == Status::Found && !real.unexplored.is_empty() {
            text += " until it went wrong";
        }
        text.push('\n');
        for (count, transcript) in real.unexplored.iter().take(SHOWN_OUTPUTS) {
            let (n, s) = counted((*count).into(), "real run");
            let exit = ended(&transcript.end.exit);
            let _ = writeln!(text, "\n  {BOLD}{n} {s}{BOLD:#}: the program {exit}");
            text += &printed(transcript, 0);
        }
        text
    }

    /// A schedule in full: what is wrong, the table, and how to see it again.
    fn run(&self, run: &Run) -> String {
        let table = self.table(run);
        let story = self.story(run, &table);
        let mut text = match self.broken_claim(run, &story) {
            Some(text) => text,
            None => self.other_fault(run, &story),
        };
        let place = |place: &Place| self.place(place);
        text += &Stuck::new(run, &table, &place).lines();
        text += &self.last_step(run, &table);
        let is_untimely = run.schedule.time_model == TimeModel::Adversarial;
        if let Some(step) = run.timed_out().filter(|_| is_untimely) {
            let place = self.place(&step.place);
            let place = place.map_or(String::new(), |place| format!(" at {place}"));
            let _ = writeln!(
                text,
                "  `{}`{place} times out, as it may at any moment on a busy machine",
                step.verb
            );
        }
        if run.schedule.time_model == TimeModel::Writers {
            text += "  a writer waits, and keeps new readers out of the lock, those that read \
                     already among them\n";
        }
        let mut for_no_reason = run.steps.iter().filter(|step| step.is_for_no_reason());
        let is_exchange = |step: &Step| step.verb == "compare_exchange_weak";
        if for_no_reason.clone().any(|step| !is_exchange(step)) {
            text += "  a thread wakes up for no reason, as it may: after each wait, look in a loop at \
                     what it is for\n";
        }
        if for_no_reason.any(is_exchange) {
            text += "  a weak exchange fails for no reason, as it may: try again, in a loop, or use \
                     `compare_exchange`\n";
        }
        let preempted = match run.preemptions {
            0 => "without a preemption".to_string(),
            count => {
                let (n, s) = counted(count, "preemption");
                format!("with {n} {s}")
            }
        };
        let _ = write!(text, "\n  The schedule, {preempted}");
        if let Some(found_after) = run.found_after {
            let (n, s) = counted(found_after, "schedule");
            let _ = write!(text, ", was found after {n} {s}");
        }
        let failing = run.failing.filter(|_| !run.is_refused());
        if let Some(failing) = failing.filter(|failing| *failing > 1) {
            let _ = write!(text, "; {} are wrong in this way", thousands(failing));
        }
        let _ = writeln!(
            text,
            ". {DIM}Lines of {}{DIM:#}\n",
            self.subject.shown_file()
        );
        text += &table.text(self.width);
        let _ = writeln!(text, "\n  replay: {}", self.replay(&run.schedule));
        text
    }

    /// The claim that a schedule breaks.
    fn claim(&self, run: &Run) -> Option<String> {
        let rule = run.fault.as_ref()?.rule?;
        let ready = self.subject.claims.as_ref()?;
        Some(ready.spec.rules.get(rule)?.claim.clone())
    }

    /// What is wrong with a schedule, in a few words.
    fn what_is_wrong(&self, run: &Run) -> String {
        let story = self.story(run, &self.table(run));
        match &run.fault {
            Some(fault) => format!("{}: {story}", fault.kind),
            None => story,
        }
    }

    /// What happened on a schedule that fails. Threads are called as in its table.
    fn story(&self, run: &Run, table: &Table<'_>) -> String {
        let Some(fault) = &run.fault else {
            return "nothing is wrong with it".to_string();
        };
        let place = |place: &Place| self.place(place);
        let who_waits = Stuck::new(run, table, &place).sentence();
        match (who_waits, fault.thread) {
            (Some(who_waits), _) => who_waits,
            (None, Some(thread)) => format!("{} {}", table.thread(thread), fault.story),
            (None, None) => fault.story.clone(),
        }
    }

    fn table<'r>(&'r self, run: &'r Run) -> Table<'r> {
        let root = &self.subject.package.root;
        let read = |file: &str| fs::read_to_string(root.join(file)).ok();
        Table::new(run, &self.main, read)
    }

    fn broken_claim(&self, run: &Run, story: &str) -> Option<String> {
        let fault = run.fault.as_ref()?;
        let ready = self.subject.claims.as_ref()?;
        let rule = fault.rule?;
        let report = invariants::check(&ready.spec, &run.transcript);
        let report = report.rules.get(rule)?;
        let file = shown_path(&self.subject.claims_file);
        // How the program ended says more than what it did not come to.
        let story = match fault.story.is_empty() {
            true => report.evidence.story.clone(),
            false => format!("{}: {story}", fault.kind),
        };
        let contradiction = Contradiction {
            file: &file,
            ready,
            rule: &ready.spec.rules[rule],
            report,
            story: &story,
            transcript: Some(&run.transcript),
        };
        Some(contradiction.of(&self.subject.name))
    }

    fn other_fault(&self, run: &Run, story: &str) -> String {
        let name = &self.subject.name;
        match &run.fault {
            Some(_) if run.is_refused() => format!(
                "{BOLD}{name}: {NOT_EXPLORED_FURTHER}{BOLD:#}\n  {}\n",
                self.refusal(run)
            ),
            Some(fault) => format!(
                "{RED}FAIL{RED:#} {BOLD}{name}: {}{BOLD:#}\n  {}\n",
                fault.kind,
                story.replace('\n', "\n  ")
            ),
            None if self.subject.role != Role::Pitfall => {
                format!("{BOLD}{name}: on this schedule all is well{BOLD:#}\n")
            }
            None if run.goes_wrong => {
                let pitfall = Pitfall::new(self.subject, &run.transcript);
                let shown = pitfall.map(|pitfall| pitfall.text(&run.transcript));
                format!(
                    "{BOLD}{name}: on this schedule it goes wrong, as it should{BOLD:#}\n{}",
                    shown.unwrap_or_default()
                )
            }
            None => format!(
                "{BOLD}{name}: on this schedule it does not go wrong as it should{BOLD:#}\n"
            ),
        }
    }

    /// Which thread a process died in, and what that had done last.
    fn last_step(&self, run: &Run, table: &Table<'_>) -> String {
        if !died(run) {
            return String::new();
        }
        let Some(step) = run.steps.last() else {
            return "  that was before the first operation\n".to_string();
        };
        let thread = table.thread(step.thread);
        let operation = table.operation(&step.verb, step.object.as_ref());
        let place = self.place(&step.place);
        let place = place.map_or(String::new(), |place| format!(", at {place}"));
        format!("  it was {thread}, after: {operation}{place}\n")
    }

    fn place(&self, place: &Place) -> Option<String> {
        place_of(self.subject, place)
    }

    /// The command that takes a schedule again. A token that is too long for a command line goes
    /// to a file, which the command names.
    fn replay(&self, schedule: &Schedule) -> String {
        let token = self.token(schedule);
        let token = match token.in_file(&self.subject.name) {
            Some(file) => quoted(&shown_path(&file)),
            None => token.to_string(),
        };
        format!(
            "cargo xtask explore {} --replay {token}",
            self.subject.words
        )
    }

    fn token(&self, schedule: &Schedule) -> Token {
        Token {
            schedule: schedule.clone(),
            program: self.harness.program,
            explorer: self.harness.explorer,
        }
    }

    /// One object for each schedule that is wrong and each output, then one for the program.
    pub fn json(&self) -> Vec<Value> {
        let Self {
            subject, explored, ..
        } = self;
        let mut objects = Vec::new();
        for object in &explored.objects {
            let mut object = object.clone();
            object["program"] = json!(subject.name);
            if let Ok(schedule) = Schedule::parse(&object["schedule"]) {
                let mut runs = explored.runs.iter();
                let run = runs.find(|run| run.schedule == schedule);
                object["claim"] = json!(run.and_then(|run| self.claim(run)));
                let story = object["story"].as_str().unwrap_or_default();
                if let Some(run) = run.filter(|_| !story.is_empty()) {
                    object["story"] = json!(self.story(run, &self.table(run)));
                }
                if let Some(run) = run.filter(|run| run.goes_wrong)
                    && let Some(pitfall) = Pitfall::new(subject, &run.transcript)
                {
                    pitfall.add_to(&mut object);
                }
                object["replay"] = json!(self.token(&schedule).to_string());
            }
            objects.push(object);
        }
        let summary = explored.summary.as_ref();
        let phases = summary.iter().flat_map(|summary| &summary.phases);
        let phases = phases.map(|phase| {
            json!({
                "time_model": phase.time_model.name(),
                "strategy": phase.strategy.name(),
                "hash_seed": phase.hash_seed,
                "schedules": phase.schedules,
                "cut_short": phase.cut_short,
                "loops": phase.loops,
                "complete": phase.complete,
                "seconds": phase.seconds,
            })
        });
        let rules = summary.iter().flat_map(|summary| &summary.rules);
        let rules = rules.map(|rule| {
            let claims = subject.claims.as_ref();
            let claim = claims.and_then(|ready| ready.spec.rules.get(rule.rule));
            json!({
                "claim": claim.map(|rule| &rule.claim),
                "verdict": rule.verdict,
                "only_because_of_time": rule.only_because_of_time,
            })
        });
        objects.push(json!({
            "type": "program",
            "topic": subject.topic,
            "program": subject.name,
            "role": subject.role.name(),
            "status": self.status.name().replace(' ', "_"),
            "holds": self.status.holds(),
            "why": (self.status == Status::NotExploredFurther).then(|| self.why_not_further()),
            "found_after": self.found,
            "schedules": explored.schedules,
            "phases": phases.collect::<Vec<_>>(),
            "distinct_outputs": summary.and_then(|summary| Some(summary.distinct?.outputs)),
            "rules": rules.collect::<Vec<_>>(),
            "given_up_after": summary.and_then(|summary| summary.given_up_after),
            "given_up_beyond_threads": summary.and_then(|summary| summary.given_up_beyond_threads),
            "reservations": self.reservations,
            "real_runs": explored.real.as_ref().map(|real| {
                json!({
                    "runs": real.runs,
                    "distinct_outputs": real.distinct,
                    "not_explored": real.unexplored.len(),
                })
            }),
            "wall_ms": millis(explored.wall),
        }));
        objects
    }
}

/// Whether the exploring process died of this schedule.
fn died(run: &Run) -> bool {
    let fault = run.fault.as_ref();
    fault.is_some_and(Fault::ends_the_search)
}

/// What no search sees of this program.
fn reservations(subject: &Subject, harness: &Harness, explored: &Explored) -> Vec<String> {
    let Some(summary) = &explored.summary else {
        return Vec::new();
    };
    let unseen = &harness.unseen;
    let mut told = Vec::new();
    if let Some(spot) = &unseen.unsafe_code {
        let place = shown_spot(subject, spot);
        told.push(format!("for data races in `unsafe` code ({place})"));
    }
    if let Some((order, place)) = summary.weak_orders.first() {
        let place = match place_of(subject, place) {
            Some(place) => format!("{order} at {place}"),
            None => order.clone(),
        };
        told.push(format!("for orders weaker than SeqCst ({place})"));
    }
    if let Some(spot) = &unseen.arc_counts {
        let place = shown_spot(subject, spot);
        told.push(format!(
            "for the counts of an `Arc`, which are no operations ({place})"
        ));
    }
    if let Some(spot) = &unseen.hash_order {
        let place = shown_spot(subject, spot);
        told.push(match summary.hash_seeds {
            0 => format!("for the order of a `HashMap`, which is another in each run ({place})"),
            seeds => {
                let (n, s) = counted(seeds, "seed");
                format!("for other orders of a `HashMap` than {n} {s} give ({place})")
            }
        });
    }
    if summary.phases.iter().any(|phase| phase.loops) {
        told.push("for loops that give up before something changes".to_string());
    }
    told
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
fn place_of(subject: &Subject, Place { file, line, .. }: &Place) -> Option<String> {
    let path = subject.package.root.join(file);
    match path.exists() && !Path::new(file).is_absolute() {
        _ if *line == 0 => None,
        true => Some(format!("{}:{line}", shown_path(&path))),
        false => Some(format!("{}:{line}", short(file))),
    }
}

/// What was printed; of many lines, some of which may be left out already, the first and the last.
fn printed(transcript: &Transcript, left_out: usize) -> String {
    let (first, last) = SHOWN_LINES;
    let lines = &transcript.lines;
    let hidden = lines.len().saturating_sub(first + last);
    let mut text = String::new();
    for (at, line) in lines.iter().enumerate() {
        if at == first && hidden + left_out > 0 {
            let _ = writeln!(text, "    │ … {} …", count(hidden + left_out, "more line"));
        }
        if !(first..first + hidden).contains(&at) {
            let _ = writeln!(text, "    │ {}", clipped(&line.text));
        }
    }
    text
}

/// How many preemptions a schedule of a phase has at most, if that is what bounds it.
fn bound(phase: &Phase) -> Option<u32> {
    match phase.strategy {
        Strategy::Bounded(bound) => Some(bound),
        _ => None,
    }
}

/// What such a bound means, as in "with up to 2 preemptions".
fn preempted(bound: u32) -> String {
    let (n, s) = counted(bound.into(), "preemption");
    match bound {
        0 => "without a preemption".to_string(),
        _ => format!("with up to {n} {s}"),
    }
}
