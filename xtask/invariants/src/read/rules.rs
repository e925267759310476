//! The events of a file, and the rules over them.

use std::collections::BTreeSet;
use std::ops::Range;

use transcript::Stream;

use crate::Diagnostic;
use crate::cursor::is_name;
use crate::event::{Event, Matcher};
use crate::node::Node;
use crate::scope::Scope;
use crate::spec::{Mode, Rule};
use crate::vocabulary;

/// The events of a table that has some.
pub fn events(table: &Node, scope: &mut Scope<'_>) -> Vec<Event> {
    let entries = table.get("events").map_or(&[][..], Node::entries).iter();
    entries
        .filter_map(|entry| event(&entry.key, entry.key_span.clone(), &entry.node, scope))
        .collect()
}

fn event(name: &str, span: Range<usize>, node: &Node, scope: &mut Scope<'_>) -> Option<Event> {
    if !is_name(name) {
        scope.diagnostics.push(
            Diagnostic::new(span, format!("`{name}` cannot be the name of an event"))
                .help("a name has letters, digits and underscores, a letter first"),
        );
        return None;
    }
    let may_be_absent = node.get("may_be_absent").and_then(Node::text);
    Some(Event {
        name: name.to_string(),
        span,
        matcher: matcher(node, scope)?,
        may_be_absent: may_be_absent.map(str::to_string),
    })
}

fn matcher(node: &Node, scope: &mut Scope<'_>) -> Option<Matcher> {
    if let Some(message) = node.get("panic") {
        return Some(Matcher::Panic {
            message: scope.patterns(message)?,
            thread: match node.get("thread") {
                Some(node) => Some(scope.pattern(node)?),
                None => None,
            },
        });
    }
    if let Some(thread) = node.get("thread") {
        let diagnostic = Diagnostic::new(thread.span.clone(), "only a panic names its thread");
        let help = "leave `thread` out, or make the event a `panic`";
        scope.diagnostics.push(diagnostic.help(help));
        return None;
    }
    let (stream, node) = match (node.get("stderr"), node.get("stdout")) {
        (Some(node), _) => (Stream::Stderr, node),
        (None, Some(node)) => (Stream::Stdout, node),
        (None, None) => (Stream::Stdout, node),
    };
    let pattern = scope.pattern(node)?;
    Some(Matcher::Line { stream, pattern })
}

/// The rules that the file states, in its order.
pub fn stated(root: &Node, scope: &mut Scope<'_>) -> Vec<Rule> {
    let mut nodes: Vec<(&Node, bool)> = Vec::new();
    for (key, always) in [("always", true), ("sometimes", false)] {
        let items = root.get(key).map_or(&[][..], Node::items);
        nodes.extend(items.iter().map(|node| (node, always)));
    }
    nodes.sort_by_key(|(node, _)| node.span.start);
    let mut rules: Vec<Rule> = Vec::new();
    for (node, always) in nodes {
        let (rule, names) = scope.naming(|scope| rule(node, always, scope));
        let Some(rule) = rule.map(|rule| Rule { names, ..rule }) else {
            continue;
        };
        if rule.claim.trim().is_empty() {
            let span = rule.span.clone().unwrap_or_default();
            scope.diagnostics.push(
                Diagnostic::new(span, "this claims nothing")
                    .help("say in one sentence what is true of the run"),
            );
        }
        if rules.iter().any(|known| known.claim == rule.claim) {
            let span = rule.span.clone().unwrap_or_default();
            scope.diagnostics.push(
                Diagnostic::new(span, "another rule has the same claim")
                    .help("say what this one claims beyond it"),
            );
        }
        rules.push(rule);
    }
    rules
}

/// One rule; the caller adds the events that it names.
fn rule(node: &Node, always: bool, scope: &mut Scope<'_>) -> Option<Rule> {
    let text = |key| node.get(key).and_then(Node::text).map(str::to_string);
    let number = |key| node.get(key).and_then(Node::integer);
    let (kind, value) = vocabulary::kinds()
        .find_map(|kind| Some((kind, node.get(kind.name)?)))
        .expect("the shape asks for exactly one kind");
    let check = (kind.build)(value, scope)?;
    let within = number("within").map_or(50, |n| u32::try_from(n).unwrap_or(u32::MAX));
    Some(Rule {
        claim: text("claim").expect("the shape asks for a claim"),
        why: text("why"),
        kind: kind.name,
        span: Some(node.get("claim").map_or(0..0, |claim| claim.span.clone())),
        cores: number("cores").map_or(1, |n| usize::try_from(n).unwrap_or(usize::MAX)),
        may_be_vacuous: text("may_be_vacuous"),
        not_explored: text("not_explored"),
        mode: match always {
            true => Mode::Always,
            false => Mode::Sometimes { within },
        },
        goes_wrong: None,
        names: BTreeSet::new(),
        check: check.into(),
    })
}
