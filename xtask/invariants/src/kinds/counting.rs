//! How often things happen, and with which values: no order is looked at,
//! unless a rule asks for it.

use std::collections::{BTreeMap, BTreeSet};

use crate::Diagnostic;
use crate::check::Check;
use crate::diagnostic::listed;
use crate::finding::Finding;
use crate::kind::Kind;
use crate::node::Node;
use crate::per::{PER, Per};
use crate::reading::Hit;
use crate::scope::Scope;
use crate::selector::Selector;
use crate::shape::{Shape, optional, required, table};
use crate::view::View;

pub const COUNT: Kind = Kind {
    name: "count",
    doc: "How often something happens.",
    shape: &table(&[
        required("of", &Shape::Text, "What is counted."),
        optional("is", &Shape::Count, "Exactly so often."),
        optional("at_least", &Shape::Count, "So often or more."),
        optional("at_most", &Shape::Count, "So often or less."),
        PER,
    ]),
    build: |node, scope| Count::build(node, scope).map(|check| Box::new(check) as _),
};

pub const EXACTLY: Kind = Kind {
    name: "exactly",
    doc: "The captured values are these, each as often.",
    shape: &table(&[
        required("each", &Shape::Text, "The values that are compared."),
        required(
            "is",
            &Shape::Either(&Shape::Text, &Shape::List(&Shape::Scalar)),
            "What they are: a list, or the values of another selector.",
        ),
        optional("in_order", &Shape::Flag, "Whether they come in that order."),
        PER,
    ]),
    build: |node, scope| Exactly::build(node, scope).map(|check| Box::new(check) as _),
};

pub const UNIQUE: Kind = Kind {
    name: "unique",
    doc: "No captured value comes twice.",
    shape: &Shape::Either(
        &Shape::Text,
        &table(&[
            required(
                "each",
                &Shape::Text,
                "The values of which none comes twice.",
            ),
            PER,
        ]),
    ),
    build: |node, scope| {
        let each = scope.values(node.get("each").unwrap_or(node))?;
        let per = scope.per(node.get("per"), &[&each])?;
        Some(Box::new(Unique { each, per }))
    },
};

pub const ONE_OF: Kind = Kind {
    name: "one_of",
    doc: "The final state is one of the admitted ones.",
    shape: &table(&[
        required(
            "values",
            &Shape::List(&Shape::Text),
            "The captures that make up the state.",
        ),
        required(
            "are",
            &Shape::List(&Shape::List(&Shape::Scalar)),
            "The admitted states, each a list with a value for each capture.",
        ),
    ]),
    build: |node, scope| OneOf::build(node, scope).map(|check| Box::new(check) as _),
};

struct Count {
    of: Selector,
    at_least: usize,
    at_most: usize,
    per: Per,
}

impl Count {
    fn build(node: &Node, scope: &mut Scope<'_>) -> Option<Self> {
        let of = scope.lines(node.get("of")?)?;
        let per = scope.per(node.get("per"), &[&of])?;
        let help = "write either `is`, or `at_least` or `at_most` or both";
        let (at_least, at_most) = scope.bounds(node, help)?;
        Some(Self {
            of,
            at_least,
            at_most,
            per,
        })
    }
}

impl Check for Count {
    fn check(&self, view: &View<'_>) -> Finding {
        self.per.check(view, &[&self.of], |hits| {
            let count = hits[0].len();
            if count == 0 && self.at_most > 0 {
                return Finding::vacuous(&self.of);
            }
            if (self.at_least..=self.at_most).contains(&count) {
                return Finding::Pass;
            }
            let wanted = match (self.at_least, self.at_most) {
                (least, most) if least == most => format!("{least}"),
                (least, usize::MAX) => format!("at least {least}"),
                (0, most) => format!("at most {most}"),
                (least, most) => format!("{least} to {most}"),
            };
            let times = crate::count(count, "time");
            let story = format!("`{}` happens {times}, not {wanted}", self.of.text);
            Finding::fail(story, &hits[0])
        })
    }

    fn decided_by(&self) -> Option<Vec<&Selector>> {
        Some(vec![&self.of])
    }
}

struct Exactly {
    each: Selector,
    is: Values,
    in_order: bool,
    per: Per,
}

enum Values {
    Listed(Vec<String>),
    Selected(Selector),
}

impl Exactly {
    fn build(node: &Node, scope: &mut Scope<'_>) -> Option<Self> {
        let each = scope.values(node.get("each")?)?;
        let is = node.get("is")?;
        let in_order = node.flag("in_order");
        let is = match is.text() {
            Some(_) => Values::Selected(scope.values(is)?),
            None => Values::Listed(is.items().iter().map(Node::printed).collect()),
        };
        if in_order {
            scope.one_stream(node, &[&each])?;
            if let Values::Selected(other) = &is {
                scope.one_stream(node, &[other])?;
            }
        }
        let per = match &is {
            Values::Selected(other) => scope.per(node.get("per"), &[&each, other])?,
            Values::Listed(_) => scope.per(node.get("per"), &[&each])?,
        };
        Some(Self {
            each,
            is,
            in_order,
            per,
        })
    }

    fn compare(&self, hits: &[Hit<'_>], wanted: &[&str], other: &[Hit<'_>]) -> Finding {
        // What is still wanted of each value; below zero, what came too often.
        let mut missing: BTreeMap<&str, i64> = BTreeMap::new();
        for value in wanted {
            *missing.entry(value).or_default() += 1;
        }
        for hit in hits {
            *missing.entry(hit.value).or_default() -= 1;
        }
        let of = |keep: &dyn Fn(&str, i64) -> bool| {
            let kept = missing.iter().filter(|(value, count)| keep(value, **count));
            listed(kept.map(|(value, _)| *value))
        };
        let known = |value: &str| wanted.contains(&value);
        let complaints = [
            ("lost", of(&|_, count| count > 0)),
            ("duplicated", of(&|value, count| count < 0 && known(value))),
            ("unexpected", of(&|value, count| count < 0 && !known(value))),
        ];
        let complaints: Vec<_> = complaints
            .iter()
            .filter(|(_, values)| !values.is_empty())
            .map(|(word, values)| format!("{word}: {values}"))
            .collect();
        if !complaints.is_empty() {
            let story = format!("`{}` has {}", self.each.text, complaints.join("; "));
            let suspects = hits.iter().chain(other);
            return Finding::fail(
                story,
                suspects.filter(|hit| missing.get(hit.value) != Some(&0)),
            );
        }
        let mut pairs = hits.iter().zip(wanted);
        match pairs.find(|(hit, value)| hit.value != **value) {
            Some((hit, value)) if self.in_order => {
                let story = format!(
                    "`{}` is {} where {value} should have come",
                    self.each.text, hit.value
                );
                Finding::fail(story, hits)
            }
            _ => Finding::Pass,
        }
    }
}

impl Check for Exactly {
    fn check(&self, view: &View<'_>) -> Finding {
        match &self.is {
            Values::Listed(values) => self.per.check(view, &[&self.each], |hits| {
                if hits[0].is_empty() {
                    return Finding::vacuous(&self.each);
                }
                let wanted: Vec<&str> = values.iter().map(String::as_str).collect();
                self.compare(&hits[0], &wanted, &[])
            }),
            Values::Selected(other) => self.per.check(view, &[&self.each, other], |hits| {
                if hits[0].is_empty() && hits[1].is_empty() {
                    return Finding::vacuous(other);
                }
                let wanted: Vec<&str> = hits[1].iter().map(|hit| hit.value).collect();
                self.compare(&hits[0], &wanted, &hits[1])
            }),
        }
    }

    fn decided_by(&self) -> Option<Vec<&Selector>> {
        Some(match &self.is {
            Values::Listed(_) => vec![&self.each],
            Values::Selected(other) => vec![&self.each, other],
        })
    }
}

struct Unique {
    each: Selector,
    per: Per,
}

impl Check for Unique {
    fn check(&self, view: &View<'_>) -> Finding {
        self.per.check(view, &[&self.each], |hits| {
            if hits[0].is_empty() {
                return Finding::vacuous(&self.each);
            }
            let mut seen = BTreeSet::new();
            match hits[0].iter().find(|hit| !seen.insert(hit.value)) {
                Some(again) => Finding::fail(
                    format!("`{}` is {} more than once", self.each.text, again.value),
                    hits[0].iter().filter(|hit| hit.value == again.value),
                ),
                None => Finding::Pass,
            }
        })
    }

    fn decided_by(&self) -> Option<Vec<&Selector>> {
        Some(vec![&self.each])
    }
}

struct OneOf {
    values: Vec<Selector>,
    are: Vec<Vec<String>>,
}

impl OneOf {
    fn build(node: &Node, scope: &mut Scope<'_>) -> Option<Self> {
        let values = scope.each(node.get("values")?, Scope::values)?;
        let mut are = Vec::new();
        for state in node.get("are")?.items() {
            if state.items().len() != values.len() {
                let message = format!(
                    "this state should have {}",
                    crate::count(values.len(), "value")
                );
                scope.diagnostics.push(
                    Diagnostic::new(state.span.clone(), message)
                        .help("one for each of `values`, in that order"),
                );
                return None;
            }
            are.push(state.items().iter().map(Node::printed).collect());
        }
        Some(Self { values, are })
    }
}

impl Check for OneOf {
    fn check(&self, view: &View<'_>) -> Finding {
        let mut state = Vec::new();
        let mut seen = Vec::new();
        for selector in &self.values {
            let hits = view.select(selector);
            match hits[..] {
                [] => return Finding::vacuous(selector),
                [hit] => state.push(hit.value),
                _ => {
                    let (name, count) = (&selector.text, hits.len());
                    let story = format!("`{name}` should happen once, and happens {count} times");
                    return Finding::fail(story, &hits);
                }
            }
            seen.extend(hits);
        }
        if self.are.iter().any(|admitted| *admitted == state) {
            return Finding::Pass;
        }
        let names: Vec<_> = self.values.iter().map(|one| one.text.as_str()).collect();
        let story = format!(
            "({}) is ({}), which is not one of the admitted states",
            listed(names),
            listed(state)
        );
        Finding::fail(story, &seen)
    }

    fn decided_by(&self) -> Option<Vec<&Selector>> {
        Some(self.values.iter().collect())
    }
}
