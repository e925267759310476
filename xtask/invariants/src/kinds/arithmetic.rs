//! Arithmetic over captures, and over times.

use crate::check::Check;
use crate::expression::Relation;
use crate::finding::Finding;
use crate::kind::Kind;
use crate::node::Node;
use crate::per::{PER, Per};
use crate::scope::Scope;
use crate::selector::Selector;
use crate::shape::{Shape, optional, required, table};
use crate::view::View;

const SHAPE: Shape = Shape::Either(
    &Shape::Text,
    &table(&[
        required("holds", &Shape::Text, "The relation."),
        optional(
            "each",
            &Shape::Text,
            "The event for every occurrence of which it holds.",
        ),
        PER,
    ]),
);

pub const RELATION: Kind = Kind {
    name: "relation",
    doc: "Arithmetic over captures, as in `final.value == count(increment)`.",
    shape: &SHAPE,
    build: |node, scope| Arithmetic::build(node, scope, false).map(|check| Box::new(check) as _),
};

pub const TIME: Kind = Kind {
    name: "time",
    doc: "A relation over measured times, as in `elapsed(started, ended) >= 20ms`.",
    shape: &SHAPE,
    build: |node, scope| Arithmetic::build(node, scope, true).map(|check| Box::new(check) as _),
};

struct Arithmetic {
    relation: Relation,
    each: Option<Selector>,
    per: Per,
    /// Whether times decide it too.
    clock: bool,
}

impl Arithmetic {
    fn build(node: &Node, scope: &mut Scope<'_>, clock: bool) -> Option<Self> {
        let relation = scope.relation(node.get("holds").unwrap_or(node), clock)?;
        let each = match node.get("each") {
            Some(each) => Some(scope.lines(each)?),
            None => None,
        };
        let selectors: Vec<_> = relation.selectors().chain(&each).collect();
        let per = scope.per(node.get("per"), &selectors)?;
        Some(Self {
            relation,
            each,
            per,
            clock,
        })
    }
}

impl Check for Arithmetic {
    fn check(&self, view: &View<'_>) -> Finding {
        self.per.check(view, &self.speaks_of(), |hits| {
            let Some(each) = &self.each else {
                return self.relation.evaluate(hits, None);
            };
            let (current, leaves) = hits.split_last().expect("`each` is the last selector");
            let findings = current
                .iter()
                .map(|hit| self.relation.evaluate(leaves, Some(hit)));
            match findings.max_by_key(Finding::gravity) {
                Some(worst) => worst,
                None => Finding::vacuous(each),
            }
        })
    }

    fn decided_by(&self) -> Option<Vec<&Selector>> {
        (!self.clock).then(|| self.speaks_of())
    }

    fn speaks_of(&self) -> Vec<&Selector> {
        self.relation.selectors().chain(&self.each).collect()
    }
}
