//! The claims on a program, with what is known of each: what the search says of it, and in which
//! states it is broken.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::pitfall;
use super::prose::coverage;
use super::verdict::{ProgramVerdict, Status};
use super::ways::ends;
use crate::program::Role;
use invariants::RuleReport;
use invariants::spec::{Mode, Rule};
use protocol::RuleVerdict;
use protocol::graph::{Ending, Graph};

/// A claim on the program.
pub struct Claim<'v> {
    /// What is claimed.
    pub rule: &'v Rule,
    verdict: &'static str,
    about: String,
    /// The states in which the program has ended and has broken it.
    pub broken_in: BTreeSet<usize>,
}

impl Claim<'_> {
    /// The claim as the player has it.
    pub fn data(&self) -> Value {
        json!({
            "claim": self.rule.claim,
            "why": self.rule.why,
            "verdict": self.verdict,
            "about": self.about,
            "broken_in": self.broken_in,
        })
    }
}

/// The claims on a program, with what is known of each: of a pitfall those of the example that it
/// is to break.
pub fn claims<'v>(verdict: &ProgramVerdict<'v>, graph: &Graph) -> Vec<Claim<'v>> {
    let subject = verdict.subject;
    let Some(ready) = &subject.claims else {
        return Vec::new();
    };
    let (spec, of_interest) = match subject.pitfall() {
        Some(pitfall) => {
            let example = &ready.invariants.example;
            (example, pitfall::meant(pitfall, example))
        }
        None => (&ready.spec, (0..ready.spec.rules.len()).collect()),
    };
    let checked = ends(graph).filter(|(_, end)| end.ending != Ending::Unknown);
    let checked = checked.map(|(at, end)| (at, invariants::check(spec, &end.transcript).rules));
    let checked: Vec<_> = checked.collect();
    let claims = of_interest.into_iter().map(|place| {
        let rule = &spec.rules[place];
        let is_broken = |rules: &[RuleReport]| match (rule.mode, subject.role) {
            (Mode::Always, Role::Pitfall) => rules[place].verdict == invariants::Verdict::Fail,
            (Mode::Always, _) => !rules[place].holds,
            _ => false,
        };
        let broken_in = checked.iter().filter(|(_, rules)| is_broken(rules));
        let broken_in: BTreeSet<usize> = broken_in.map(|(at, _)| *at).collect();
        let (verdict, about) = worth(verdict, place, rule, !broken_in.is_empty());
        Claim {
            rule,
            verdict,
            about,
            broken_in,
        }
    });
    claims.collect()
}

/// What is known of a claim, and on what; `is_broken` says whether a state of the graph breaks it.
fn worth(
    verdict: &ProgramVerdict<'_>,
    place: usize,
    rule: &Rule,
    is_broken: bool,
) -> (&'static str, String) {
    let Some(summary) = &verdict.explored.summary else {
        let word = if is_broken { "broken" } else { "held" };
        return (word, "on the schedules of this page".to_string());
    };
    let among = || coverage(verdict, "among");
    // Of a pitfall it is known how it goes wrong, and not what becomes of each claim.
    if verdict.subject.role == Role::Pitfall {
        return match is_broken || verdict.status == Status::Found {
            true => ("broken", among()),
            false => ("held", coverage(verdict, "on")),
        };
    }
    let known = summary.rules.iter().find(|known| known.rule == place);
    let known = known.map(|known| (known.verdict, known.only_because_of_time));
    let is_sometimes = matches!(rule.mode, Mode::Sometimes { .. });
    match known {
        Some((RuleVerdict::NotExplored, _)) | None => {
            let why = rule.not_explored.clone();
            ("real runs only", why.unwrap_or_default())
        }
        Some((RuleVerdict::Fail, _)) => ("broken", among()),
        Some((RuleVerdict::NotWitnessed, _)) => {
            ("broken", format!("since none shows it {}", among()))
        }
        Some((RuleVerdict::Pass, true)) => (
            "held",
            "because a sleep is taken to be long enough".to_string(),
        ),
        Some((RuleVerdict::Pass, _)) if is_sometimes => {
            ("proved", "by a schedule that shows it".to_string())
        }
        Some((RuleVerdict::Pass, _)) => {
            let is_whole = summary.proved && verdict.reservations.is_empty();
            let word = if is_whole && verdict.agrees() {
                "proved"
            } else {
                "held"
            };
            (word, coverage(verdict, "on"))
        }
    }
}
