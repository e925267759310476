//! The claims of an `invariants.toml`, as a harness asks for them.
//!
//! A program without claims is explored without this package, and so without the rules and the
//! reader of TOML that it brings: building them takes as long as building the explorer.

// Elsewhere there is nothing here: the explorer needs Linux.
#![cfg(target_os = "linux")]
#![forbid(unsafe_code)]

use std::borrow::Cow;

use explorer_harness::{Claims, Given, Rule};
use invariants::spec::{Mode, Spec};
use invariants::{Checker, Invariants, Printed, Transcript};

/// Reads the claims on a program: on a topic's example and its variants, or on the pitfall with
/// this name.
///
/// # Errors
///
/// The file is wrong, or knows no such pitfall.
pub fn read(text: &str, pitfall: Option<&str>) -> Result<Given, String> {
    let invariants = Invariants::parse(text).map_err(|diagnostics| {
        let first = diagnostics.first();
        first.map_or_else(String::new, |first| first.message.clone())
    })?;
    let spec = match pitfall {
        None => invariants.example,
        Some(name) => {
            let mut pitfalls = invariants.pitfalls.into_iter();
            let found = pitfalls.find(|(pitfall, _)| pitfall.name == name);
            found
                .ok_or_else(|| format!("there is no pitfall `{name}`"))?
                .1
        }
    };
    Ok(Given {
        claims: Box::new(CheckedClaims(Checker::new(spec))),
        is_pitfall: pitfall.is_some(),
    })
}

/// The claims, and what is remembered of runs that were checked.
struct CheckedClaims(Checker<Spec>);

impl Claims for CheckedClaims {
    fn rules(&self) -> Vec<Rule> {
        let rules = self.0.spec().rules.iter();
        let rules = rules.map(|rule| Rule {
            is_sometimes: rule.mode != Mode::Always,
            is_outcome: rule.kind == "outcome",
            is_explored: rule.not_explored.is_none(),
        });
        rules.collect()
    }

    fn check(&mut self, run: &Transcript<Cow<'_, str>>) -> &[bool] {
        self.0.check(run)
    }

    fn printed(&self, run: &Transcript) -> Printed {
        self.0.spec().printed(run)
    }
}
