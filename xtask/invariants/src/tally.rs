//! Several runs of one program, taken together.

use super::checker::{Report, RuleReport};
use super::spec::{Mode, Spec};

/// The verdicts on several runs of one program, taken together.
///
/// A rule for every run is broken by the first run that breaks it, and no later
/// run mends that. A rule for some run needs one run that shows it.
pub struct Tally<'s> {
    spec: &'s Spec,
    /// How many runs there were.
    pub runs: u32,
    /// How many of them obeyed every rule that must hold on every run.
    pub passed: u32,
    /// For each rule what counts so far, and the run that showed it, from 0 on.
    pub rules: Vec<(RuleReport, u32)>,
}

impl<'s> Tally<'s> {
    /// The tally of no run yet.
    pub fn new(spec: &'s Spec) -> Self {
        Self {
            spec,
            runs: 0,
            passed: 0,
            rules: Vec::new(),
        }
    }

    /// Takes in one more run; says whether it obeyed every rule that must hold on every run.
    pub fn add(&mut self, report: Report) -> bool {
        let run = self.runs;
        let held = report.holds(self.spec);
        self.runs += 1;
        self.passed += u32::from(held);
        if run == 0 {
            self.rules = report.rules.into_iter().map(|rule| (rule, 0)).collect();
            return held;
        }
        for (index, next) in report.rules.into_iter().enumerate() {
            let (known, _) = &self.rules[index];
            let replaces = match self.spec.rules[index].mode {
                Mode::Always => known.holds && !next.holds,
                Mode::Sometimes { .. } => !known.holds && next.holds,
            };
            if replaces {
                self.rules[index] = (next, run);
            }
        }
        held
    }

    /// Whether another run may still show something that some run must.
    pub fn wants_more(&self) -> bool {
        let mut rules = self.spec.rules.iter().zip(&self.rules);
        rules.any(|(rule, (report, _))| match rule.mode {
            Mode::Always => false,
            Mode::Sometimes { within } => !report.holds && self.runs < within,
        })
    }

    /// Whether all that must hold does.
    pub fn holds(&self) -> bool {
        self.rules.iter().all(|(report, _)| report.holds)
    }
}
