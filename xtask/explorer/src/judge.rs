//! Judging executions: whether each keeps the rules, and what that says of each rule.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use engine::{Ending, Execution, Schedule, TimeModel};
use protocol::{Distinct, FaultKind, Message, Request, RuleSummary, RuleVerdict};
use rustc_hash::FxBuildHasher;
use transcript::{Printed, Transcript};

use crate::claims::{Claims, Given, ReadClaims, Rule};
use crate::failure::{Cause, exit_of_a_panic, failure_without_claims, given_up, hang};
use crate::outputs::Outputs;
use crate::transcribe::{ending_number, owned, transcript};
use crate::wire;

/// As many runs are remembered, so that one with the same output need not be judged again.
const REMEMBERED: usize = 1 << 20;

/// What must hold, and what has been seen.
pub struct Judge {
    claims: Option<Box<dyn Claims>>,
    /// A pitfall is to go wrong, and what is looked for is one schedule on which it does.
    is_pitfall: bool,
    /// A test has to exit with 0.
    is_test: bool,
    /// Why each run fails that is remembered, by a number that is a hash already.
    known: HashMap<u128, Option<Rc<Cause>>, FxBuildHasher>,
    rules: Vec<Rule>,
    /// For each rule what is known of it, under each time model.
    known_rules: Vec<[Known; protocol::TimeModel::ALL.len()]>,
    outputs: Option<Outputs>,
    expected: Option<Expected>,
    /// How many executions were judged under the current time model.
    pub schedules: u64,
    time: TimeModel,
    found: Option<(u64, Schedule)>,
}

/// What is known of a rule.
#[derive(Debug, Clone, Default)]
struct Known {
    broken: bool,
    witness: Option<Schedule>,
}

/// Outputs that are looked for.
struct Expected {
    /// Those that have not come up, with their places.
    missing: Vec<(usize, Printed)>,
    /// The outputs that have been compared.
    compared: HashSet<u128>,
}

impl Judge {
    /// A judge with what the request says must hold.
    ///
    /// # Errors
    ///
    /// The invariants are wrong, or know no such pitfall; or there are some, and nothing is
    /// given that reads them.
    pub fn new(request: &Request, read: Option<ReadClaims>) -> Result<Self, String> {
        let given = match (&request.invariants, read) {
            (None, _) => None,
            (Some(_), None) => return Err("the harness was built without the rules".into()),
            (Some(text), Some(read)) => Some(read(text, request.pitfall.as_deref())?),
        };
        let is_pitfall = given.as_ref().is_some_and(|given| given.is_pitfall);
        let claims = given.map(|Given { claims, .. }| claims);
        let rules = claims
            .as_deref()
            .map_or_else(Vec::new, |claims| claims.rules());
        let expected = request.expected.as_ref().map(|expected| {
            let runs = expected.iter().map(|text| Transcript::from_ndjson(text));
            let printed = runs.map(|run| Ok(printed(&run?, claims.as_deref())));
            let printed = printed.collect::<Result<Vec<_>, String>>()?;
            Ok::<_, String>(Expected {
                missing: (0..).zip(printed).collect(),
                compared: HashSet::new(),
            })
        });
        Ok(Self {
            claims,
            is_pitfall,
            is_test: request.is_test,
            known: HashMap::with_hasher(FxBuildHasher),
            known_rules: vec![Default::default(); rules.len()],
            rules,
            outputs: request
                .outputs
                .then(|| Outputs::new(request.all_outputs, request.shown_lines)),
            expected: expected.transpose()?,
            schedules: 0,
            time: TimeModel::Virtual,
            found: None,
        })
    }

    /// From here on executions are of this time model.
    pub fn begin(&mut self, time: TimeModel) {
        self.time = time;
        self.schedules = 0;
        self.known.clear();
    }

    /// Whether there is no use in looking further: the pitfall has been found, or all outputs
    /// that were looked for.
    pub fn is_satisfied(&self) -> bool {
        let expected = self.expected.as_ref();
        self.found.is_some() || expected.is_some_and(|expected| expected.missing.is_empty())
    }

    /// Whether it looks for something else than failures: how a pitfall goes wrong, or outputs.
    pub fn wants_something_else(&self) -> bool {
        self.is_pitfall || self.expected.is_some()
    }

    /// The outputs that were looked for and have not come up, by their places.
    pub fn unexplored(&self) -> Vec<usize> {
        let missing = self.expected.iter().flat_map(|known| &known.missing);
        missing.map(|(place, _)| *place).collect()
    }

    fn compare(&mut self, execution: &Execution) {
        let Some(expected) = &mut self.expected else {
            return;
        };
        let hash = execution.output.text_hash() ^ ending_number(execution);
        if expected.compared.insert(hash) {
            let run = owned(transcript(execution));
            let printed = printed(&run, self.claims.as_deref());
            expected
                .missing
                .retain(|(_, real)| !printed.is_as_real(real));
        }
    }

    /// Takes in one more execution; why it fails, if it does.
    pub fn judge(&mut self, execution: &Execution) -> Option<Cause> {
        self.schedules += 1;
        // What the explorer has ended has no output: what would have come is not known.
        let ending = execution.ending.as_ref();
        let is_whole = ending.is_none_or(|ending| given_up(execution, ending).is_none());
        if let Some(outputs) = self.outputs.as_mut().filter(|_| is_whole) {
            outputs.add(execution);
        }
        if self.expected.is_some() && is_whole {
            self.compare(execution);
        }
        // Whether a panic was heard of is not in the output, and is quickly looked up.
        if self.claims.is_none() {
            return self.look_at(execution);
        }
        let hash = execution.output.hash() ^ ending_number(execution);
        if let Some(known) = self.known.get(&hash) {
            return known.as_deref().cloned();
        }
        let cause = self.look_at(execution);
        // What is special about a deadlock is not in its output.
        let is_plain = matches!(execution.ending, Some(Ending::Exited(_)));
        if is_plain && self.known.len() < REMEMBERED {
            self.known.insert(hash, cause.clone().map(Rc::new));
        }
        cause
    }

    /// Why an execution fails, without taking it in.
    pub fn cause(&mut self, execution: &Execution) -> Option<Cause> {
        report(
            self.claims.as_deref_mut(),
            &self.rules,
            self.is_test,
            execution,
        )
        .0
    }

    fn look_at(&mut self, execution: &Execution) -> Option<Cause> {
        let (cause, holds) = report(
            self.claims.as_deref_mut(),
            &self.rules,
            self.is_test,
            execution,
        );
        let Some(holds) = holds else {
            return cause;
        };
        // Also what need not show on every run: it is looked for on this one.
        let goes_wrong = self.is_pitfall && holds.iter().all(|holds| *holds);
        let rules = self.rules.iter().zip(holds);
        for ((rule, &holds), known) in rules.zip(&mut self.known_rules) {
            let known = &mut known[self.time as usize];
            match rule.is_sometimes {
                _ if !rule.is_explored => {}
                false => known.broken |= !holds,
                true if holds && known.witness.is_none() => {
                    known.witness = Some(execution.schedule());
                }
                true => {}
            }
        }
        if goes_wrong {
            self.found = Some((self.schedules, execution.schedule()));
        }
        match self.is_pitfall {
            // It goes wrong in another way, or not at all: neither is what is looked for.
            true => None,
            false => cause,
        }
    }

    /// The messages about the distinct outputs, if they were kept.
    pub fn outputs(&self) -> impl Iterator<Item = Message> {
        self.outputs.iter().flat_map(Outputs::messages)
    }

    /// How many distinct outputs there were, if they were counted.
    pub fn distinct(&self) -> Option<Distinct> {
        self.outputs.as_ref().map(Outputs::distinct)
    }

    /// What is known of each rule.
    pub fn rules(&self) -> Vec<RuleSummary> {
        let rules = self.rules.iter().zip(&self.known_rules).enumerate();
        rules
            .map(|(index, (rule, known))| {
                let witness = known.iter().find_map(|known| known.witness.as_ref());
                let broken_where = |is_adversarial: bool| {
                    let mut models = protocol::TimeModel::ALL.into_iter().zip(known);
                    models.any(|(model, known)| {
                        known.broken && model.is_adversarial() == is_adversarial
                    })
                };
                let broken = broken_where(false);
                let verdict = match rule.is_sometimes {
                    _ if !rule.is_explored => RuleVerdict::NotExplored,
                    false if broken => RuleVerdict::Fail,
                    true if witness.is_none() => RuleVerdict::NotWitnessed,
                    _ => RuleVerdict::Pass,
                };
                RuleSummary {
                    rule: index,
                    verdict,
                    witness: witness.map(wire::schedule),
                    only_because_of_time: !broken && broken_where(true),
                }
            })
            .collect()
    }

    /// After how many schedules the pitfall was found, and on which.
    pub fn found(&self) -> Option<&(u64, Schedule)> {
        self.found.as_ref()
    }
}

/// What a run printed, without what the claims say may differ.
fn printed(run: &Transcript, claims: Option<&dyn Claims>) -> Printed {
    match claims {
        Some(claims) => claims.printed(run),
        None => Printed::of(run),
    }
}

/// Why an execution fails, and whether each rule holds on it, if they were asked.
fn report<'c>(
    claims: Option<&'c mut (dyn Claims + 'static)>,
    rules: &[Rule],
    is_test: bool,
    execution: &Execution,
) -> (Option<Cause>, Option<&'c [bool]>) {
    let ending = execution.ending.as_ref().expect("the execution has ended");
    if let Some(cause) = given_up(execution, ending) {
        return (Some(cause), None);
    }
    // Where a program hangs, lines that never came break rules as well; this is the cause.
    let hangs = hang(execution, ending);
    let Some(claims) = claims else {
        return (
            hangs.or_else(|| failure_without_claims(execution, ending, is_test)),
            None,
        );
    };
    let holds = claims.check(&transcript(execution));
    let mut known = rules.iter().zip(holds);
    let broken = known.position(|(rule, holds)| rule.must_hold() && !holds);
    let cause = broken.map(|index| {
        let kind = match rules[index].is_outcome {
            true => FaultKind::Outcome,
            false => FaultKind::Always,
        };
        let cause = match ending {
            Ending::Exited(101) if kind == FaultKind::Outcome => exit_of_a_panic(execution),
            _ => Cause::of(kind, ""),
        };
        hangs.unwrap_or(cause).breaking(index)
    });
    (cause, Some(holds))
}
