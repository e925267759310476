//! Reading an `invariants.toml`: from its text to a specification.
//!
//! The vocabulary checks the shape of the whole document first, so what follows can rely on
//! each key to have a value of the right type.

use super::Diagnostic;
use super::kinds::outcome;
use super::node::Node;
use super::scope::Scope;
use super::spec::{AuditSettings, Invariants, Mode, Rule, RunSettings, Spec};
use super::vocabulary::FILE;

mod companion;
mod rules;
mod topic;

impl Spec {
    /// Parses the text of an `invariants.toml`, and leaves out the companions.
    ///
    /// # Errors
    ///
    /// As [`Invariants::parse`].
    pub fn parse(source: &str) -> Result<Self, Vec<Diagnostic>> {
        Ok(Invariants::parse(source)?.example)
    }
}

impl Invariants {
    /// Parses the text of an `invariants.toml`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, in the order of the file; never an empty list.
    pub fn parse(source: &str) -> Result<Self, Vec<Diagnostic>> {
        let root = Node::parse(source)?;
        let mut diagnostics = Vec::new();
        FILE.check(&root, &mut diagnostics);
        if diagnostics.is_empty() {
            let mut scope = Scope::new(source);
            let read = read(&root, &mut scope);
            diagnostics = scope.diagnostics;
            if let (Some(invariants), true) = (read, diagnostics.is_empty()) {
                return Ok(invariants);
            }
        }
        diagnostics.sort_by_key(|diagnostic| diagnostic.span.start);
        Err(diagnostics)
    }
}

/// Builds what a document of the right shape says.
///
/// Returns `None` where reading on would only repeat the errors that have been found.
fn read(root: &Node, scope: &mut Scope<'_>) -> Option<Invariants> {
    let events = rules::events(root, scope);
    if !scope.diagnostics.is_empty() {
        return None;
    }
    scope.events = events;
    let stated = rules::stated(root, scope);
    if !scope.diagnostics.is_empty() {
        return None;
    }
    let run = run_settings(root, scope);
    let defaults = outcome::defaults(&scope.forbidden);
    let is_stated = |default: &Rule| {
        let states = |rule: &Rule| rule.kind == default.kind && rule.mode == Mode::Always;
        stated.iter().any(states)
    };
    let missing = defaults.iter().filter(|default| !is_stated(default));
    let mut example = Spec {
        run,
        events: Vec::new(),
        rules: stated.iter().chain(missing).cloned().collect(),
        audit: audit_settings(root, scope).unwrap_or_default(),
    };
    let about = topic::about(root, scope);
    let variants = companion::variants(root);
    let known = [&stated[..], &defaults].concat();
    let pitfalls = companion::pitfalls(root, &known, scope);
    // Until here the companions looked the events up in the scope.
    example.events = std::mem::take(&mut scope.events);
    Some(Invariants {
        source: scope.source.to_string(),
        about,
        example,
        variants,
        pitfalls,
    })
}

fn run_settings(root: &Node, scope: &mut Scope<'_>) -> RunSettings {
    let mut run = RunSettings {
        hang: scope.hang.take(),
        not_explored: companion::not_explored(root, None),
        ..RunSettings::default()
    };
    if let Some(table) = root.get("run") {
        run.alone = table.get("alone").and_then(Node::text).map(str::to_string);
        run.time_limit = table
            .get("time_limit")
            .and_then(|node| scope.duration(node));
        let schedules = table.get("schedules").and_then(Node::integer);
        run.schedules = schedules.and_then(|schedules| u64::try_from(schedules).ok());
    }
    run
}

fn audit_settings(root: &Node, scope: &mut Scope<'_>) -> Option<AuditSettings> {
    let named = std::mem::take(&mut scope.named);
    let mut audit = AuditSettings {
        share: 95,
        unnamed: (0..scope.events.len())
            .filter(|event| !named.contains(event))
            .collect(),
        ..AuditSettings::default()
    };
    let Some(table) = root.get("audit") else {
        return Some(audit);
    };
    if let Some(share) = table.get("share").and_then(Node::integer) {
        audit.share = u32::try_from(share).unwrap_or(100).min(100);
    }
    for entry in table.get("free").map_or(&[][..], Node::entries) {
        audit
            .free
            .push(scope.values_of_key(&entry.key, &entry.key_span)?);
    }
    for pair in table.get("unordered").map_or(&[][..], Node::items) {
        audit.unordered.push(scope.pair(pair)?);
    }
    Some(audit)
}
