//! What must hold of a program, as far as the explorer needs to know.

use std::borrow::Cow;

use transcript::{Printed, Transcript};

/// The claims on a program. The package `explorer-claims` knows what they mean. Only the harness of
/// a program with claims links it, so that no rule is compiled for any other.
pub trait Claims {
    /// The rules, in the order of their file.
    fn rules(&self) -> Vec<Rule>;

    /// Whether each rule holds on this run, in the same order.
    fn check(&mut self, run: &Transcript<Cow<'_, str>>) -> &[bool];

    /// What a run printed, without what the claims say may differ.
    fn printed(&self, run: &Transcript) -> Printed;
}

/// What the explorer has to know of a rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Whether it has to hold on some schedule, and not on each.
    pub is_sometimes: bool,
    /// Whether it says how the program ends.
    pub is_outcome: bool,
    /// Whether the explorer can decide it.
    pub is_explored: bool,
}

impl Rule {
    /// Whether a run fails on which it does not hold.
    pub fn must_hold(self) -> bool {
        self.is_explored && !self.is_sometimes
    }
}

/// The claims on one program.
pub struct Given {
    /// The claims.
    pub claims: Box<dyn Claims>,
    /// Whether they say how a pitfall goes wrong: it is looked for on one schedule.
    pub is_pitfall: bool,
}

/// Reads the claims on a program from the text of an `invariants.toml`: on the topic's example
/// and its variants, or on the pitfall with this name. The error says what is wrong with them.
pub type ReadClaims = fn(text: &str, pitfall: Option<&str>) -> Result<Given, String>;
