//! One schedule of a program: what is wrong with it, step by step, and how to see it again.

use std::fmt::Write;
use std::fs;

use super::{conflict, preempted};
use crate::explore::pitfall::Pitfall;
use crate::explore::stuck::Stuck;
use crate::explore::table::Table;
use crate::explore::verdict::{NOT_EXPLORED_FURTHER, ProgramVerdict};
use crate::program::{Ready, Role};
use crate::report::failure::Contradiction;
use crate::text::style::{BOLD, DIM, RED};
use crate::text::{counted, shown_path, thousands};
use invariants::RuleReport;
use invariants::spec::Rule;
use protocol::{Execution, Place, Step, TimeModel, Verb};

/// Describes the executions of a program that was explored.
pub struct ExecutionProse<'v> {
    verdict: &'v ProgramVerdict<'v>,
    /// The program's own source file, as the compiler names it.
    main: String,
    /// How many columns a table may have.
    width: usize,
}

impl<'v> ExecutionProse<'v> {
    /// Describes executions of this program; a table has so many columns.
    pub fn new(verdict: &'v ProgramVerdict<'v>, width: usize) -> Self {
        let main = verdict.subject.file.to_string_lossy().replace('\\', "/");
        Self {
            verdict,
            main,
            width,
        }
    }

    /// A schedule in full: what is wrong, the table, and how to see it again.
    pub fn in_full(&self, execution: &Execution) -> String {
        let table = self.table(execution);
        let mut text = self.said(execution, &table);
        let file = self.verdict.subject.shown_file();
        let schedule = provenance(execution);
        let _ = writeln!(text, "\n  {schedule}. {DIM}Lines of {file}{DIM:#}\n");
        text += &table.text(self.width);
        let replay = self.verdict.replay(&execution.schedule);
        let _ = writeln!(text, "\n  replay: {replay}");
        text
    }

    /// What is wrong with a schedule of which this is the table, or that nothing is.
    pub fn said(&self, execution: &Execution, table: &Table<'_>) -> String {
        let story = self.story_with(execution, table);
        let mut text = match self.broken_claim(execution, &story) {
            Some(text) => text,
            None => self.other_fault(execution, &story),
        };
        let place = |place: &Place| self.verdict.place(place);
        text += &Stuck::new(execution, table.words(), &place).lines();
        let conflict = execution.conflict.iter();
        text.extend(conflict.map(|conflict| conflict::lines(conflict, table.words(), &place)));
        text += &self.last_step(execution, table);
        text += &self.whims(execution);
        text
    }

    /// A schedule as a table, after a sentence on each thread that waits for ever.
    pub fn schedule(&self, execution: &Execution) -> String {
        let table = self.table(execution);
        let place = |place: &Place| self.verdict.place(place);
        Stuck::new(execution, table.words(), &place).lines() + &table.text(self.width)
    }

    /// What a schedule has that is rare on a real machine, a line for each.
    fn whims(&self, execution: &Execution) -> String {
        let mut text = String::new();
        let is_untimely = execution.schedule.time_model.is_adversarial();
        if let Some(step) = execution.timed_out().filter(|_| is_untimely) {
            let place = self.verdict.place(&step.place);
            let place = place.map_or(String::new(), |place| format!(" at {place}"));
            let _ = writeln!(
                text,
                "  `{}`{place} times out, as it may at any moment on a busy machine",
                step.verb
            );
        }
        let model = execution.schedule.time_model;
        let has_to_wait = |step: &Step| step.value.as_deref() == Some("has to wait");
        let keeps_out = execution.steps.iter().any(has_to_wait);
        if model == TimeModel::Writers || keeps_out {
            text += "  a writer waits, and keeps new readers out of the lock, those that read \
                     already among them\n";
        }
        let still = |step: &Step| step.value.as_deref() == Some("keeps readers out");
        if execution.steps.iter().any(still) {
            text += "  a writer that had to wait keeps new readers out for as long as it reads, as on Linux\n";
        }
        let behind = |step: &&Step| {
            let mut behind = execution.schedule.old_reads.iter();
            behind.any(|&(at, _)| at as usize == step.number)
        };
        let mut behind = execution.steps.iter().filter(behind);
        if behind.clone().any(|step| step.verb != Verb::Store) {
            text += "  a load reads an older value than the one that was stored last, as the orders of \
                     memory allow\n";
        }
        if behind.any(|step| step.verb == Verb::Store) {
            text += "  a store comes before one that another thread has made already, as the orders of \
                     memory allow\n";
        }
        let steps = execution.steps.iter();
        let mut for_no_reason = steps.filter(|step| step.is_for_no_reason());
        let is_exchange = |step: &Step| step.verb == Verb::CompareExchangeWeak;
        let is_read = |step: &Step| step.verb == Verb::Read;
        if for_no_reason.clone().any(is_read) {
            text += "  a read gets less than there is, as it may: read until all has come\n";
        }
        if for_no_reason
            .clone()
            .any(|step| !is_exchange(step) && !is_read(step))
        {
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
    pub fn claim(&self, execution: &Execution) -> Option<String> {
        let rule = execution.fault.as_ref()?.rule?;
        let ready = self.verdict.subject.claims.as_ref()?;
        Some(ready.spec.rules.get(rule)?.claim.clone())
    }

    /// What is wrong with a schedule, in a few words.
    pub fn what_is_wrong(&self, execution: &Execution) -> String {
        let story = self.story(execution);
        match &execution.fault {
            Some(fault) => format!("{}: {story}", fault.kind),
            None => story,
        }
    }

    /// What happened on a schedule that fails. Threads are called as in its table.
    pub fn story(&self, execution: &Execution) -> String {
        self.story_with(execution, &self.table(execution))
    }

    fn story_with(&self, execution: &Execution, table: &Table<'_>) -> String {
        let Some(fault) = &execution.fault else {
            return "nothing is wrong with it".to_string();
        };
        let place = |place: &Place| self.verdict.place(place);
        if let Some(conflict) = &execution.conflict {
            return conflict::sentence(conflict, table.words(), &place);
        }
        let who_waits = Stuck::new(execution, table.words(), &place).sentence();
        match (who_waits, fault.thread) {
            (Some(who_waits), _) => who_waits,
            (None, Some(thread)) => format!("{} {}", table.words().thread(thread), fault.story),
            (None, None) => fault.story.clone(),
        }
    }

    /// The table of a schedule.
    pub fn table<'r>(&'r self, execution: &'r Execution) -> Table<'r> {
        let root = &self.verdict.subject.package.root;
        let read = |file: &str| fs::read_to_string(root.join(file)).ok();
        Table::new(execution, &self.main, read)
    }

    fn broken_claim(&self, execution: &Execution, story: &str) -> Option<String> {
        let (ready, rule, report) = self.broken_rule(execution)?;
        let file = shown_path(&self.verdict.subject.claims_file);
        let contradiction = Contradiction {
            file: &file,
            ready,
            rule,
            report: &report,
            story: &contradicted(execution, story, &report),
            transcript: Some(&execution.transcript),
        };
        Some(contradiction.of(&self.verdict.subject.name))
    }

    /// The rule that a schedule breaks, and what it finds on that.
    pub fn broken_rule(&self, execution: &Execution) -> Option<(&Ready, &Rule, RuleReport)> {
        let ready = self.verdict.subject.claims.as_ref()?;
        let rule = execution.fault.as_ref()?.rule?;
        let reports = invariants::check(&ready.spec, &execution.transcript).rules;
        let report = reports.into_iter().nth(rule)?;
        Some((ready, &ready.spec.rules[rule], report))
    }

    /// What contradicts the claim that a schedule breaks, or what else is wrong with it.
    pub fn contradiction(&self, execution: &Execution) -> String {
        let story = self.story(execution);
        match self.broken_rule(execution) {
            Some((_, _, report)) => contradicted(execution, &story, &report),
            None => story,
        }
    }

    fn other_fault(&self, execution: &Execution, story: &str) -> String {
        let name = &self.verdict.subject.name;
        match &execution.fault {
            Some(_) if execution.is_refused() => format!(
                "{BOLD}{name}: {NOT_EXPLORED_FURTHER}{BOLD:#}\n  {}\n",
                self.refusal(execution)
            ),
            Some(fault) => format!(
                "{RED}FAIL{RED:#} {BOLD}{name}: {}{BOLD:#}\n  {}\n",
                fault.kind,
                story.replace('\n', "\n  ")
            ),
            None if self.verdict.subject.role != Role::Pitfall => {
                format!("{BOLD}{name}: on this schedule all is well{BOLD:#}\n")
            }
            None if execution.found.is_some() => {
                let pitfall = Pitfall::new(self.verdict.subject, &execution.transcript);
                let shown = pitfall.map(|pitfall| pitfall.text(&execution.transcript));
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

    /// Why a schedule is not explored further: because of what, and at or after which line.
    pub fn refusal(&self, execution: &Execution) -> String {
        let Some(fault) = &execution.fault else {
            return String::new();
        };
        let story = match fault.thread {
            Some(thread) => {
                let table = self.table(execution);
                format!("{} {}", table.words().thread(thread), fault.story)
            }
            None => format!("of {}", fault.story),
        };
        let place = |place: &Place| self.verdict.place(place);
        if let Some(place) = fault.place.as_ref().and_then(place) {
            return format!("because at {place} {story}");
        }
        let mut steps = execution.steps.iter().rev();
        match steps.find_map(|step| place(&step.place)) {
            Some(place) => format!("because {story}, after {place}"),
            None => format!("because {story}"),
        }
    }

    /// Which thread a process died in, and what that had done last.
    fn last_step(&self, execution: &Execution, table: &Table<'_>) -> String {
        if !execution.ended_the_search() {
            return String::new();
        }
        let Some(step) = execution.steps.last() else {
            return "  that was before the first operation\n".to_string();
        };
        let thread = table.words().thread(step.thread);
        let operation = table.words().operation(&step.verb, step.object.as_ref());
        let place = self.verdict.place(&step.place);
        let place = place.map_or(String::new(), |place| format!(", at {place}"));
        format!("  it was {thread}, after: {operation}{place}\n")
    }
}

/// How the program ended says more than what it did not come to.
fn contradicted(execution: &Execution, story: &str, report: &RuleReport) -> String {
    match &execution.fault {
        Some(fault) if !fault.story.is_empty() => format!("{}: {story}", fault.kind),
        _ => report.evidence.story.clone(),
    }
}

/// How many preemptions a schedule has, and what it took to find it.
fn provenance(execution: &Execution) -> String {
    let mut text = format!("The schedule, {}", preempted(execution.preemptions));
    if let Some(found_after) = execution.found_after {
        let (n, s) = counted(found_after, "schedule");
        let _ = write!(text, ", was found after {n} {s}");
    }
    let failing = execution.failing.filter(|_| !execution.is_refused());
    if let Some(failing) = failing.filter(|failing| *failing > 1) {
        let _ = write!(text, "; {} are wrong in this way", thousands(failing));
    }
    text
}
