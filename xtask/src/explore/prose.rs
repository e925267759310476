//! What came of exploring a program, as a person reads it.

use std::fmt::Write;
use std::fs;

use super::explored::{SHOWN_LINES, ended};
use super::pitfall::Pitfall;
use super::stuck::Stuck;
use super::table::{Table, clipped};
use super::token::Token;
use super::verdict::Verdict;
use super::verdict::{NOT_EXPLORED_FURTHER, Status, place_of};
use crate::program::{Ready, Role};
use crate::report::failure::Contradiction;
use crate::text::style::{BOLD, DIM, GREEN, RED};
use crate::text::{counted, listed, quoted, shown_path, thousands};
use invariants::spec::Rule;
use invariants::{RuleReport, Transcript, count};
use protocol::{Execution, Output, Phase, Place, Schedule, Step, Strategy, TimeModel, Verb};

/// How many columns a table has where it goes to no terminal.
pub const PIPE_WIDTH: usize = 100;

/// Of more outputs only so many are shown.
const SHOWN_OUTPUTS: usize = 10;

/// Tells of a program that was explored.
pub struct Prose<'v> {
    verdict: &'v Verdict<'v>,
    /// The program's own source file, as the compiler names it.
    main: String,
    /// How many columns a table may have.
    width: usize,
}

impl<'v> Prose<'v> {
    /// Tells of this verdict; a table has so many columns.
    pub fn new(verdict: &'v Verdict<'v>, width: usize) -> Self {
        let main = verdict.subject.file.to_string_lossy().replace('\\', "/");
        Self {
            verdict,
            main,
            width,
        }
    }

    /// A line of what came of it, and what else is to be told although all is well.
    pub fn line(&self, width: usize) -> String {
        let name = &self.verdict.subject.name;
        let word = match self.verdict.status {
            Status::Proved => format!("{GREEN}proved{GREEN:#}"),
            Status::Held => format!("{GREEN}held{GREEN:#}  "),
            Status::Found => format!("{GREEN}found{GREEN:#} "),
            Status::NotFound | Status::Broken => format!("{RED}FAIL{RED:#}  "),
            Status::NotExploredFurther => format!("{BOLD}{NOT_EXPLORED_FURTHER}{BOLD:#}"),
        };
        let seconds = self.verdict.explored.wall.as_secs_f64();
        let mut text = format!("{word}  {name:<width$}  {}  {seconds:.1} s", self.what());
        // What was asked for has a line of its own.
        let real = self.verdict.explored.real.as_ref();
        if let Some(real) = real.filter(|real| real.explored.is_none() && real.agrees()) {
            let (runs, s) = counted(real.runs.into(), "real run");
            let _ = write!(text, "  {DIM}{runs} {s}: no other output{DIM:#}");
        }
        if self.verdict.subject.role != Role::Example {
            let subject = self.verdict.subject;
            let (role, topic) = (subject.role.name(), &subject.topic);
            let _ = write!(text, "  {DIM}{role} of {topic}{DIM:#}");
        }
        text + "\n" + &self.searches_given_up() + &self.only_because_of_time()
    }

    /// What came of it, in a few words.
    fn what(&self) -> String {
        let what = match (self.verdict.status, self.verdict.found) {
            (Status::Found, found) => {
                let (n, s) = counted(found.unwrap_or(1), "schedule");
                format!("after {n} {s}")
            }
            (Status::NotFound, _) => {
                format!("does not go wrong as it should {}", self.coverage("on"))
            }
            (Status::Broken, _) => {
                let count = (self.verdict.broken.len() + self.verdict.unseen.len()) as u64;
                let (n, s) = counted(count, "failure");
                match (count, &self.verdict.explored.real) {
                    // All that was explored held; the line on the real runs follows.
                    (0, Some(real)) if self.verdict.explored.schedules > 0 => {
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
        match &self.verdict.reservations[..] {
            but @ [_, ..] if self.verdict.status == Status::Held => {
                format!("{what}, but {}", listed(but))
            }
            _ => what,
        }
    }

    /// A line for each systematic search that was given up.
    fn searches_given_up(&self) -> String {
        let status = self.verdict.status;
        // Where it is all that is known, it has been said.
        let is_said = status == Status::NotExploredFurther && self.verdict.refused.is_empty();
        if status == Status::Found || is_said {
            return String::new();
        }
        let given_up = self.given_up().into_iter();
        let lines = given_up.map(|(search, too_much)| {
            format!("        {search} search was given up, at a schedule of more than {too_much}\n")
        });
        lines.collect()
    }

    /// What is wrong only if a sleep may end at any time, each with a schedule.
    fn only_because_of_time(&self) -> String {
        let mut text = String::new();
        let mut told = Vec::new();
        for run in &self.verdict.untimely {
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
        if self.verdict.refused.is_empty() {
            let given_up = self.given_up();
            let whys = given_up.iter().map(|(search, too_much)| {
                format!("because of more than {too_much} on a schedule, at which {search} search is given up")
            });
            return whys.collect::<Vec<_>>().join(", and ");
        }
        let whys = self.verdict.refused.iter().map(|run| self.refusal(run));
        whys.collect::<Vec<_>>().join(", and ")
    }

    /// The systematic searches that were given up, each as in "an exhaustive", with what a schedule
    /// had too much of.
    fn given_up(&self) -> Vec<(&'static str, String)> {
        let Some(summary) = &self.verdict.explored.summary else {
            return Vec::new();
        };
        let threads = summary.given_up_beyond_threads;
        let threads = threads.map(|most| ("an exhaustive", format!("{most} threads")));
        let steps = summary.given_up_after;
        let steps = steps.map(|most| ("a systematic", format!("{} steps", thousands(most.into()))));
        threads.into_iter().chain(steps).collect()
    }

    /// Why a schedule is not explored further: because of what, and after which line.
    fn refusal(&self, run: &Execution) -> String {
        let story = run.fault.as_ref().map_or("", |fault| &fault.story);
        let mut steps = run.steps.iter().rev();
        match steps.find_map(|step| self.place(&step.place)) {
            Some(place) => format!("because of {story}, after {place}"),
            None => format!("because of {story}"),
        }
    }

    /// What was explored, after a preposition: "on all 6 distinguishable schedules".
    pub fn coverage(&self, preposition: &str) -> String {
        let (n, s) = counted(self.verdict.explored.schedules, "schedule");
        let Some(summary) = &self.verdict.explored.summary else {
            let preposition = if self.verdict.explored.schedules > 1 {
                preposition
            } else {
                "on"
            };
            return format!("{preposition} {n} {s}");
        };
        let mut all = Vec::new();
        let mut bounds = Vec::new();
        let is_untimely = !self.verdict.untimely.is_empty();
        for model in TimeModel::ALL {
            // What is broken there is told in a line of its own.
            if is_untimely && model == TimeModel::Adversarial {
                continue;
            }
            let phases = summary.phases.iter();
            let phases: Vec<_> = phases.filter(|phase| phase.time_model == model).collect();
            match whole_search(model, &phases, preposition) {
                Some(whole) => all.push(whole),
                None if phases.is_empty() => {}
                None => bounds.push(largest_bound(&phases)),
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
                let bound = bounded_by(bound);
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
        let summary = self.verdict.explored.summary.iter();
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
                Strategy::Bounded(bound) => format!(" {}", bounded_by(bound)),
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
        let refused = self
            .verdict
            .refused
            .iter()
            .filter(|_| self.verdict.status != Status::Found);
        for run in self.verdict.broken.iter().chain(refused) {
            text += &self.run(run);
            text.push('\n');
        }
        if let Some(ready) = &self.verdict.subject.claims {
            let file = shown_path(&self.verdict.subject.claims_file);
            for &index in &self.verdict.unseen {
                let rule = &ready.spec.rules[index];
                let report = invariants::RuleReport {
                    verdict: invariants::Verdict::NotWitnessed,
                    holds: false,
                    evidence: invariants::Evidence::default(),
                };
                let (n, s) = counted(self.verdict.explored.schedules, "schedule");
                let story = format!("none of {n} {s} shows it");
                let contradiction = Contradiction {
                    file: &file,
                    ready,
                    rule,
                    report: &report,
                    story: &story,
                    transcript: None,
                };
                text += &contradiction.of(&self.verdict.subject.name);
                text.push('\n');
            }
        }
        if self.verdict.status == Status::NotFound {
            let (name, file) = (
                &self.verdict.subject.name,
                shown_path(&self.verdict.subject.claims_file),
            );
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
        let mut runs = self
            .verdict
            .explored
            .runs
            .iter()
            .filter(|run| run.found.is_some());
        runs.next()
            .map_or_else(String::new, |run| format!("\n{}", self.run(run)))
    }

    /// Every schedule that was asked for, in full.
    pub fn replayed(&self) -> String {
        self.verdict
            .explored
            .runs
            .iter()
            .map(|run| self.run(run))
            .collect()
    }

    /// The distinct outputs: each, or one of those that end alike, of the most frequent groups.
    pub fn outputs(&self, all: bool) -> String {
        let summary = self.verdict.explored.summary.as_ref();
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
            true => &self.verdict.explored.outputs,
            false => &self.verdict.explored.groups,
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
        if let Some(outputs) = output.outputs.filter(|&outputs| outputs > 1) {
            let _ = write!(text, ", {} outputs that end alike", thousands(outputs));
        }
        let exit = ended(&output.transcript.end.exit);
        let _ = writeln!(text, ": the program {exit}");
        text += &printed(&output.transcript, output.left_out);
        let _ = writeln!(text, "    {DIM}{}{DIM:#}", self.replay(&output.schedule));
        text
    }

    /// What real runs have printed, and whether it is explored.
    pub fn real_runs(&self) -> String {
        let Some(real) = &self.verdict.explored.real else {
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
        if self.verdict.status == Status::Found && !real.unexplored.is_empty() {
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
    fn run(&self, run: &Execution) -> String {
        let table = self.table(run);
        let mut text = self.said(run, &table);
        let _ = write!(text, "\n  The schedule, {}", preempted(run.preemptions));
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
            self.verdict.subject.shown_file()
        );
        text += &table.text(self.width);
        let _ = writeln!(text, "\n  replay: {}", self.replay(&run.schedule));
        text
    }

    /// What is wrong with a schedule of which this is the table, or that nothing is.
    pub fn said(&self, run: &Execution, table: &Table<'_>) -> String {
        let story = self.story_with(run, table);
        let mut text = match self.broken_claim(run, &story) {
            Some(text) => text,
            None => self.other_fault(run, &story),
        };
        let place = |place: &Place| self.place(place);
        text += &Stuck::new(run, table.words(), &place).lines();
        text += &self.last_step(run, table);
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
        let is_exchange = |step: &Step| step.verb == Verb::CompareExchangeWeak;
        if for_no_reason.clone().any(|step| !is_exchange(step)) {
            text += "  a thread wakes up for no reason, as it may: after each wait, look in a loop at \
                     what it is for\n";
        }
        if for_no_reason.any(is_exchange) {
            text += "  a weak exchange fails for no reason, as it may: try again, in a loop, or use \
                     `compare_exchange`\n";
        }
        text
    }

    /// The claim that a schedule breaks.
    pub fn claim(&self, run: &Execution) -> Option<String> {
        let rule = run.fault.as_ref()?.rule?;
        let ready = self.verdict.subject.claims.as_ref()?;
        Some(ready.spec.rules.get(rule)?.claim.clone())
    }

    /// What is wrong with a schedule, in a few words.
    fn what_is_wrong(&self, run: &Execution) -> String {
        let story = self.story(run);
        match &run.fault {
            Some(fault) => format!("{}: {story}", fault.kind),
            None => story,
        }
    }

    /// What happened on a schedule that fails. Threads are called as in its table.
    pub fn story(&self, run: &Execution) -> String {
        self.story_with(run, &self.table(run))
    }

    fn story_with(&self, run: &Execution, table: &Table<'_>) -> String {
        let Some(fault) = &run.fault else {
            return "nothing is wrong with it".to_string();
        };
        let place = |place: &Place| self.place(place);
        let who_waits = Stuck::new(run, table.words(), &place).sentence();
        match (who_waits, fault.thread) {
            (Some(who_waits), _) => who_waits,
            (None, Some(thread)) => format!("{} {}", table.words().thread(thread), fault.story),
            (None, None) => fault.story.clone(),
        }
    }

    /// The table of a schedule.
    pub fn table<'r>(&'r self, run: &'r Execution) -> Table<'r> {
        let root = &self.verdict.subject.package.root;
        let read = |file: &str| fs::read_to_string(root.join(file)).ok();
        Table::new(run, &self.main, read)
    }

    fn broken_claim(&self, run: &Execution, story: &str) -> Option<String> {
        let (ready, rule, report) = self.broken_rule(run)?;
        let file = shown_path(&self.verdict.subject.claims_file);
        let contradiction = Contradiction {
            file: &file,
            ready,
            rule,
            report: &report,
            story: &contradicted(run, story, &report),
            transcript: Some(&run.transcript),
        };
        Some(contradiction.of(&self.verdict.subject.name))
    }

    /// The rule that a schedule breaks, and what it finds on that.
    pub fn broken_rule(&self, run: &Execution) -> Option<(&Ready, &Rule, RuleReport)> {
        let ready = self.verdict.subject.claims.as_ref()?;
        let rule = run.fault.as_ref()?.rule?;
        let reports = invariants::check(&ready.spec, &run.transcript).rules;
        let report = reports.into_iter().nth(rule)?;
        Some((ready, &ready.spec.rules[rule], report))
    }

    /// What contradicts the claim that a schedule breaks, or what else is wrong with it.
    pub fn contradiction(&self, run: &Execution) -> String {
        let story = self.story(run);
        match self.broken_rule(run) {
            Some((_, _, report)) => contradicted(run, &story, &report),
            None => story,
        }
    }

    fn other_fault(&self, run: &Execution, story: &str) -> String {
        let name = &self.verdict.subject.name;
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
            None if self.verdict.subject.role != Role::Pitfall => {
                format!("{BOLD}{name}: on this schedule all is well{BOLD:#}\n")
            }
            None if run.found.is_some() => {
                let pitfall = Pitfall::new(self.verdict.subject, &run.transcript);
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
    fn last_step(&self, run: &Execution, table: &Table<'_>) -> String {
        if !run.ended_the_search() {
            return String::new();
        }
        let Some(step) = run.steps.last() else {
            return "  that was before the first operation\n".to_string();
        };
        let thread = table.words().thread(step.thread);
        let operation = table.words().operation(&step.verb, step.object.as_ref());
        let place = self.place(&step.place);
        let place = place.map_or(String::new(), |place| format!(", at {place}"));
        format!("  it was {thread}, after: {operation}{place}\n")
    }

    fn place(&self, place: &Place) -> Option<String> {
        place_of(self.verdict.subject, place)
    }

    /// The command that takes a schedule again. A token that is too long for a command line goes
    /// to a file, which the command names.
    pub fn replay(&self, schedule: &Schedule) -> String {
        let token = self.token(schedule);
        let token = match token.in_file(&self.verdict.subject.name) {
            Some(file) => quoted(&shown_path(&file)),
            None => token.to_string(),
        };
        format!(
            "cargo xtask explore {} --replay {token}",
            self.verdict.subject.words
        )
    }

    pub fn token(&self, schedule: &Schedule) -> Token {
        Token {
            schedule: schedule.clone(),
            program: self.verdict.harness.program,
            explorer: self.verdict.harness.explorer,
        }
    }
}

/// How the program ended says more than what it did not come to.
fn contradicted(run: &Execution, story: &str, report: &RuleReport) -> String {
    match &run.fault {
        Some(fault) if !fault.story.is_empty() => format!("{}: {story}", fault.kind),
        _ => report.evidence.story.clone(),
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

/// Whether a phase has seen all that there is to see. One that took a loop to wait has not seen
/// what happens if the loop gives up.
fn is_whole(phase: &Phase) -> bool {
    phase.complete && !phase.loops
}

/// What an exhaustive search with a time model has seen, if it has seen everything: "on all 6
/// distinguishable schedules".
fn whole_search(model: TimeModel, phases: &[&Phase], preposition: &str) -> Option<String> {
    // One for each hash seed.
    let exhaustive = phases.iter().filter(|phase| phase.strategy.is_exhaustive());
    let schedules = exhaustive.clone().map(|phase| phase.schedules).sum();
    let is_all = exhaustive.clone().all(|phase| is_whole(phase));
    let phase = exhaustive.clone().next().filter(|_| is_all)?;
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
    Some(format!("{preposition} {what}"))
}

/// With how many preemptions at most everything was seen, if it was.
fn largest_bound(phases: &[&Phase]) -> Option<u32> {
    let whole = phases.iter().filter(|phase| is_whole(phase));
    whole.filter_map(|phase| bound(phase)).max()
}

/// How many preemptions a schedule of a phase has at most, if that is what bounds it.
fn bound(phase: &Phase) -> Option<u32> {
    match phase.strategy {
        Strategy::Bounded(bound) => Some(bound),
        _ => None,
    }
}

/// What such a bound means, as in "with up to 2 preemptions".
fn bounded_by(bound: u32) -> String {
    match bound {
        0 => preempted(0),
        _ => preempted(bound.into()).replacen("with", "with up to", 1),
    }
}

/// How often a schedule preempts a thread, as in "with 2 preemptions".
pub fn preempted(preemptions: u64) -> String {
    let (n, s) = counted(preemptions, "preemption");
    match preemptions {
        0 => "without a preemption".to_string(),
        _ => format!("with {n} {s}"),
    }
}
