//! What came of exploring a program, as CI systems have it.

use super::prose::{PIPE_WIDTH, Prose, coverage, real_runs};
use super::verdict::{NOT_EXPLORED_FURTHER, ProgramVerdict, Status};
use crate::program::Role;
use crate::report::suite::{Case, CaseResult, Suite};
use crate::text::{line_and_column, shown_path};
use protocol::Execution;

/// The suite of a program: a case for each claim, and for each way in which a schedule is wrong.
pub fn suite(verdict: &ProgramVerdict<'_>) -> Suite {
    let checked = CheckedProgram {
        verdict,
        prose: Prose::new(verdict, PIPE_WIDTH),
    };
    let mut cases = checked.broken();
    match verdict.subject.role {
        Role::Pitfall => cases.extend(checked.pitfall()),
        Role::Example | Role::Variant => cases.extend(checked.rules()),
    }
    cases.extend(checked.not_further());
    cases.extend(checked.real_runs());
    if cases.is_empty() {
        // Without claims, a program can still end in a way that is always wrong.
        cases.push(Case {
            name: "no schedule fails".to_string(),
            result: CaseResult::Passed,
            place: None,
        });
    }
    let mut properties = vec![
        ("status", verdict.status.name().to_string()),
        ("explored", coverage(verdict, "on")),
    ];
    let replay = |execution: &&Execution| ("replay", verdict.replay(&execution.schedule));
    properties.extend(verdict.broken.iter().map(replay));
    Suite {
        name: verdict.subject.name.clone(),
        seconds: verdict.explored.wall.as_secs_f64(),
        properties,
        cases,
    }
}

/// A program, as its cases are made.
struct CheckedProgram<'v> {
    verdict: &'v ProgramVerdict<'v>,
    prose: Prose<'v>,
}

impl CheckedProgram<'_> {
    /// A case for each way in which a schedule is wrong.
    fn broken(&self) -> Vec<Case> {
        let broken = self.verdict.broken.iter();
        let cases = broken.filter_map(|execution| {
            let fault = execution.fault.as_ref()?;
            let (claim, kind) = match self.prose.executions.broken_rule(execution) {
                Some((_, rule, report)) => (Some(&rule.claim), report.verdict.name().to_string()),
                None => (None, fault.kind.to_string()),
            };
            Some(Case {
                name: claim.unwrap_or(&kind).clone(),
                place: match fault.rule {
                    Some(rule) => self.place_of(rule),
                    None => Some(self.place_in(execution)),
                },
                result: CaseResult::Failed {
                    kind,
                    story: self.prose.executions.contradiction(execution),
                },
            })
        });
        cases.collect()
    }

    /// A case for each claim that no schedule breaks.
    fn rules(&self) -> Vec<Case> {
        let (Some(ready), Some(summary)) =
            (&self.verdict.subject.claims, &self.verdict.explored.summary)
        else {
            return Vec::new();
        };
        let faults = self.verdict.broken.iter();
        let broken: Vec<_> = faults
            .filter_map(|execution| execution.fault.as_ref()?.rule)
            .collect();
        let known = summary.rules.iter();
        let known = known.filter(|known| !broken.contains(&known.rule));
        let cases = known.filter_map(|known| {
            let rule = ready.spec.rules.get(known.rule)?;
            let result = match &rule.not_explored {
                Some(why) => CaseResult::Skipped { why: why.clone() },
                None if self.verdict.unseen.contains(&known.rule) => CaseResult::Failed {
                    kind: "not witnessed".to_string(),
                    story: format!("no schedule shows it, {}", coverage(self.verdict, "on")),
                },
                None => CaseResult::Passed,
            };
            Some(Case {
                name: rule.claim.clone(),
                result,
                place: self.place_of(known.rule),
            })
        });
        cases.collect()
    }

    /// The case of a pitfall: that it goes wrong.
    fn pitfall(&self) -> Option<Case> {
        let result = match self.verdict.status {
            Status::Found => CaseResult::Passed,
            Status::NotFound => CaseResult::Failed {
                kind: Status::NotFound.name().to_string(),
                story: format!("it was explored {}", coverage(self.verdict, "on")),
            },
            _ => return None,
        };
        Some(Case {
            name: "the pitfall goes wrong as its file says".to_string(),
            result,
            place: Some((shown_path(&self.verdict.subject.claims_file), 1)),
        })
    }

    /// The case of a program that does what the explorer cannot.
    fn not_further(&self) -> Option<Case> {
        let place = self
            .verdict
            .refused
            .first()
            .map(|execution| self.place_in(execution));
        let is_so = self.verdict.status == Status::NotExploredFurther;
        is_so.then(|| Case {
            name: "explored to the end".to_string(),
            result: CaseResult::Error {
                what: NOT_EXPLORED_FURTHER.to_string(),
                details: self.prose.why_not_further(),
            },
            place,
        })
    }

    /// The case of real runs that print what no schedule prints.
    fn real_runs(&self) -> Option<Case> {
        let real = self.verdict.explored.real.as_ref()?;
        let is_held = self.verdict.broken.is_empty() && self.verdict.unseen.is_empty();
        let is_so = self.verdict.status == Status::Broken && is_held && !real.agrees();
        is_so.then(|| Case {
            name: "real runs print what is explored".to_string(),
            result: CaseResult::Failed {
                kind: "not explored".to_string(),
                story: anstream::adapter::strip_str(real_runs(self.verdict).trim()).to_string(),
            },
            place: None,
        })
    }

    /// The line of the program's file that states a rule.
    fn place_of(&self, rule: usize) -> Option<(String, usize)> {
        let subject = self.verdict.subject;
        let ready = subject.claims.as_ref()?;
        let span = ready.spec.rules.get(rule)?.span.as_ref();
        let start = span.map_or(0, |span| span.start);
        let (line, _) = line_and_column(&ready.invariants.source, start);
        Some((shown_path(&subject.claims_file), line))
    }

    /// The line of the program's own file at which a thread waits for ever, or the last one that a
    /// schedule comes to.
    fn place_in(&self, execution: &Execution) -> (String, usize) {
        let subject = self.verdict.subject;
        let waits = execution.waits.iter().map(|wait| &wait.place);
        let places = waits.chain(execution.steps.iter().rev().map(|step| &step.place));
        let mut own = places.filter(|place| subject.file.ends_with(&place.file) && place.line > 0);
        (
            subject.shown_file(),
            own.next().map_or(1, |place| place.line),
        )
    }
}
