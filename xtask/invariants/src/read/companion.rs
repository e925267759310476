//! The programs of `src/bin`: the variants, and the pitfalls with what each must obey.

use std::sync::Arc;

use super::rules;
use crate::Diagnostic;
use crate::diagnostic::did_you_mean;
use crate::kinds::outcome;
use crate::kinds::pitfall::{Broken, Kept};
use crate::node::{Entry, Node};
use crate::scope::Scope;
use crate::spec::{AuditSettings, Companion, GoesWrong, Mode, Practice, Rule, RunSettings, Spec};

/// The variants of a file.
pub fn variants(root: &Node) -> Vec<Companion> {
    let entries = root.get("variants").map_or(&[][..], Node::entries).iter();
    entries.map(|entry| companion(root, entry)).collect()
}

/// The pitfalls of a file, each with what it must obey.
///
/// `known` has every rule that a pitfall can break or keep: the rules that the file states,
/// and all that hold unless it says otherwise.
pub fn pitfalls(root: &Node, known: &[Rule], scope: &mut Scope<'_>) -> Vec<(Companion, Spec)> {
    let entries = root.get("pitfalls").map_or(&[][..], Node::entries).iter();
    entries
        .filter_map(|entry| Some((companion(root, entry), spec(root, entry, known, scope)?)))
        .collect()
}

/// The reason why the explorer cannot run a companion, or the example if there is none.
///
/// What stands in the example's way, such as a runtime of its own, stands in its
/// companions' way too.
pub fn not_explored(root: &Node, companion: Option<&Node>) -> Option<String> {
    let run = root.get("run");
    let tables = companion.into_iter().chain(run);
    let mut reasons = tables.filter_map(|table| table.get("not_explored")?.text());
    reasons.next().map(str::to_string)
}

fn companion(root: &Node, entry: &Entry) -> Companion {
    let Entry {
        key,
        key_span,
        node,
    } = entry;
    let breaks = node.get("breaks").map_or(&[][..], Node::items);
    Companion {
        name: key.clone(),
        span: key_span.clone(),
        shows: node.get("shows").map_or_else(String::new, Node::printed),
        breaks: breaks.iter().map(Node::printed).collect(),
        ends: node.get("ends").and_then(outcome::in_words),
        not_explored: not_explored(root, Some(node)),
        practice: practice(node),
    }
}

fn practice(pitfall: &Node) -> Practice {
    let list = |key| {
        let list = pitfall.get("practice").and_then(|table| table.get(key))?;
        Some(list.items().iter().map(Node::printed).collect())
    };
    Practice {
        keeps: list("keeps"),
        claimed: list("claimed").unwrap_or_default(),
        not_claimed: list("not_claimed").unwrap_or_default(),
        may_omit: list("may_omit").unwrap_or_default(),
    }
}

/// What a pitfall must obey: to go wrong just as the file says.
///
/// It prints the events of the file, and perhaps some of its own. The claims that it
/// breaks must fail. Every other claim that says anything about it must hold; but a
/// pitfall is small, and so what it does not touch may say nothing.
fn spec(root: &Node, entry: &Entry, known: &[Rule], scope: &mut Scope<'_>) -> Option<Spec> {
    let pitfall = &entry.node;
    let shared = scope.events.len();
    let own = rules::events(pitfall, scope);
    scope.events.extend(own);
    check_practice(pitfall, known, scope);
    let mut run = RunSettings {
        not_explored: not_explored(root, Some(pitfall)),
        ..RunSettings::default()
    };
    let rules = rules_of(pitfall, known, scope);
    run.hang = scope.hang.take();
    let spec = rules.map(|rules| Spec {
        run,
        events: scope.events.clone(),
        rules,
        audit: AuditSettings::default(),
    });
    scope.events.truncate(shared);
    spec
}

/// Checks that what is said of a pitfall's exercise names claims and events of the file.
fn check_practice(pitfall: &Node, known: &[Rule], scope: &mut Scope<'_>) {
    let is_claimed = |rule: &&Rule| rule.mode == Mode::Always && rule.span.is_some();
    let claims = known.iter().filter(is_claimed);
    let claims: Vec<&str> = claims.map(|rule| rule.claim.as_str()).collect();
    let events = scope.events.iter().map(|event| event.name.as_str());
    let events: Vec<&str> = events.collect();
    let no_claim = "no rule of this file makes that claim";
    let no_event = "there is no event of that name";
    for (key, message, valid) in [
        ("claimed", no_claim, &claims),
        ("not_claimed", no_claim, &claims),
        ("may_omit", no_event, &events),
    ] {
        let list = pitfall.get("practice").and_then(|table| table.get(key));
        for node in list.map_or(&[][..], Node::items) {
            let name = node.printed();
            if !valid.contains(&name.as_str()) {
                let diagnostic = Diagnostic::new(node.span.clone(), message);
                let help = did_you_mean(&name, valid);
                scope.diagnostics.push(diagnostic.help(help));
            }
        }
    }
}

/// The rules of a pitfall: how it ends, what it breaks, and what it keeps.
fn rules_of(pitfall: &Node, known: &[Rule], scope: &mut Scope<'_>) -> Option<Vec<Rule>> {
    let mode = match pitfall.get("within").and_then(Node::integer) {
        Some(within) => Mode::Sometimes {
            within: u32::try_from(within).unwrap_or(u32::MAX),
        },
        None => Mode::Always,
    };
    let mut rules = Vec::new();
    if let Some(ends) = pitfall.get("ends") {
        let kind = &outcome::OUTCOME;
        let (check, names) = scope.naming(|scope| (kind.build)(ends, scope));
        rules.push(Rule {
            span: Some(ends.span.clone()),
            names,
            mode,
            goes_wrong: Some(GoesWrong::Ends),
            ..Rule::default_of(kind.name, "it ends as it should not", check?)
        });
    }
    let mut kept = known.to_vec();
    for node in pitfall.get("breaks").map_or(&[][..], Node::items) {
        let claim = node.text()?;
        let Some(index) = kept.iter().position(|rule| rule.claim == claim) else {
            let valid: Vec<_> = kept.iter().map(|rule| rule.claim.as_str()).collect();
            scope.diagnostics.push(
                Diagnostic::new(node.span.clone(), "no rule of this file makes that claim")
                    .help(did_you_mean(claim, &valid)),
            );
            return None;
        };
        rules.push(broken(kept.swap_remove(index), node, mode));
    }
    // A run that hangs or dies is cut short, and what it has not come to says nothing.
    let complete = pitfall.get("ends").is_none();
    kept.retain(|rule| match rule.kind {
        "happens" => false,
        "closed" => true,
        _ => complete && rule.mode == Mode::Always,
    });
    rules.extend(kept.into_iter().map(|rule| Rule {
        claim: format!("it breaks nothing else: {}", rule.claim),
        check: Arc::new(Kept(rule.check)),
        ..rule
    }));
    Some(rules)
}

/// A rule of the topic that a pitfall breaks, as the pitfall's own rule.
fn broken(rule: Rule, node: &Node, mode: Mode) -> Rule {
    Rule {
        claim: format!("it breaks this: {}", rule.claim),
        span: Some(node.span.clone()),
        mode,
        goes_wrong: Some(GoesWrong::Breaks(rule.claim)),
        check: Arc::new(Broken(rule.check)),
        ..rule
    }
}
