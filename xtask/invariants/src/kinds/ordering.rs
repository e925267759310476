//! What comes before what.

use crate::Diagnostic;
use crate::check::Check;
use crate::drawing::Drawing;
use crate::finding::Finding;
use crate::kind::Kind;
use crate::node::Node;
use crate::number::Number;
use crate::per::{PER, Per};
use crate::reading::{Hit, Occurrence};
use crate::scope::Scope;
use crate::selector::{Quantified, Selector, Which};
use crate::shape::{Shape, optional, required, table};
use crate::view::View;

const EDGE: Shape = Shape::Either(
    &Shape::Text,
    &table(&[
        required("event", &Shape::Text, "The one that is meant."),
        required("among", &Shape::Text, "The lines among which it is."),
        PER,
    ]),
);

pub const FIRST: Kind = Kind {
    name: "first",
    doc: "The first line, or the first of some, is this event.",
    shape: &EDGE,
    build: |node, scope| Edge::build(node, scope, false).map(|check| Box::new(check) as _),
};

pub const LAST: Kind = Kind {
    name: "last",
    doc: "The last line, or the last of some, is this event.",
    shape: &EDGE,
    build: |node, scope| Edge::build(node, scope, true).map(|check| Box::new(check) as _),
};

pub const NEVER: Kind = Kind {
    name: "never",
    doc: "Something does not happen: at all, after, before or between others.",
    shape: &Shape::Either(
        &Shape::Text,
        &table(&[
            required("event", &Shape::Text, "What does not happen."),
            optional("after", &Shape::Text, "Not after the first of these."),
            optional("before", &Shape::Text, "Not before the first of these."),
            optional(
                "between",
                &Shape::Pair(&Shape::Text),
                "Not from one of the first to the next of the second.",
            ),
            PER,
        ]),
    ),
    build: |node, scope| Never::build(node, scope).map(|check| Box::new(check) as _),
};

pub const ORDER: Kind = Kind {
    name: "order",
    doc: "A chain of events, each before the next.",
    shape: &Shape::Either(
        &Shape::List(&Shape::Text),
        &table(&[
            required(
                "chain",
                &Shape::List(&Shape::Text),
                "Selectors in their order, each with `every`, `first` or `last` \
                 unless it selects one line.",
            ),
            PER,
        ]),
    ),
    build: |node, scope| Order::build(node, scope).map(|check| Box::new(check) as _),
};

pub const INCREASING: Kind = Kind {
    name: "increasing",
    doc: "Each captured number is greater than the one before it.",
    shape: &Shape::Either(
        &Shape::Text,
        &table(&[
            required("each", &Shape::Text, "The numbers that increase."),
            optional(
                "or_equal",
                &Shape::Flag,
                "Whether it may also stay the same.",
            ),
            PER,
        ]),
    ),
    build: |node, scope| {
        let each = scope.values(node.get("each").unwrap_or(node))?;
        scope.one_stream(node, &[&each])?;
        Some(Box::new(Increasing {
            per: scope.per(node.get("per"), &[&each])?,
            or_equal: node.flag("or_equal"),
            each,
        }))
    },
};

pub const FIFO: Kind = Kind {
    name: "fifo",
    doc: "What goes in in some order comes out in that order.",
    shape: &table(&[
        required("from", &Shape::Text, "The values as they go in."),
        required("to", &Shape::Text, "The values as they come out."),
        PER,
    ]),
    build: |node, scope| Fifo::build(node, scope).map(|check| Box::new(check) as _),
};

pub const FOLLOWS: Kind = Kind {
    name: "follows",
    doc: "Each is later followed by one of its own.",
    shape: &table(&[
        required("each", &Shape::Text, "What is followed."),
        required("by", &Shape::Text, "What follows it."),
        PER,
    ]),
    build: |node, scope| Follows::build(node, scope).map(|check| Box::new(check) as _),
};

/// The first or the last of some lines is a certain one.
struct Edge {
    event: Selector,
    among: Selector,
    last: bool,
    per: Per,
}

impl Edge {
    fn build(node: &Node, scope: &mut Scope<'_>, last: bool) -> Option<Self> {
        let event = scope.lines(node.get("event").unwrap_or(node))?;
        let among = match node.get("among") {
            Some(among) => scope.lines(among)?,
            None => Selector::any(),
        };
        scope.one_stream(node, &[&event, &among])?;
        let per = scope.per(node.get("per"), &[&event, &among])?;
        Some(Self {
            event,
            among,
            last,
            per,
        })
    }

    /// Whether that is so of all lines taken together. It mostly is, and then one line tells.
    fn holds_of_all(&self, view: &View<'_>) -> bool {
        let mut among = view.occurrences.iter();
        let is_among = |one: &&Occurrence| self.among.value(one).is_some();
        let edge = match self.last {
            true => among.rfind(is_among),
            false => among.find(is_among),
        };
        edge.is_some_and(|edge| self.event.value(edge).is_some())
    }
}

impl Check for Edge {
    fn check(&self, view: &View<'_>) -> Finding {
        if self.per.is_empty() && self.holds_of_all(view) {
            return Finding::Pass;
        }
        self.per.check(view, &[&self.among, &self.event], |hits| {
            let (edge, word) = match self.last {
                true => (hits[0].last(), "last"),
                false => (hits[0].first(), "first"),
            };
            match edge {
                _ if hits[1].is_empty() => Finding::vacuous(&self.event),
                None => Finding::vacuous(&self.among),
                Some(hit) if self.event.value(hit.occurrence).is_some() => Finding::Pass,
                Some(hit) => {
                    let story = format!("the {word} of them is not `{}`", self.event.text);
                    Finding::fail(story, [hit])
                }
            }
        })
    }

    fn speaks_of(&self) -> Vec<&Selector> {
        vec![&self.event]
    }
}

struct Never {
    event: Selector,
    limit: Limit,
    per: Per,
}

enum Limit {
    None,
    After(Selector),
    Before(Selector),
    Between(Selector, Selector),
}

impl Never {
    fn build(node: &Node, scope: &mut Scope<'_>) -> Option<Self> {
        let event = scope.lines(node.get("event").unwrap_or(node))?;
        let limits: Vec<_> = ["after", "before", "between"]
            .into_iter()
            .filter_map(|key| Some((key, node.get(key)?)))
            .collect();
        let limit = match limits[..] {
            [] => Limit::None,
            [("after", node)] => Limit::After(scope.lines(node)?),
            [("before", node)] => Limit::Before(scope.lines(node)?),
            [(_, node)] => {
                let [open, close] = scope.pair(node)?;
                Limit::Between(open, close)
            }
            [_, (key, node), ..] => {
                scope.diagnostics.push(
                    Diagnostic::new(
                        node.span.clone(),
                        format!("`{key}` is one limit too many"),
                    )
                    .help(
                        "a rule has one of `after`, `before` and `between`: make two rules of it",
                    ),
                );
                return None;
            }
        };
        let selectors = limit.selectors(&event);
        match &limit {
            Limit::None => scope.forbidden.extend(event.whole_events()),
            _ => scope.one_stream(node, &selectors)?,
        }
        let per = scope.per(node.get("per"), &selectors)?;
        Some(Self { event, limit, per })
    }
}

impl Limit {
    /// The selectors of a rule with this limit on `event`.
    fn selectors<'s>(&'s self, event: &'s Selector) -> Vec<&'s Selector> {
        match self {
            Limit::None => vec![event],
            Limit::After(one) | Limit::Before(one) => vec![event, one],
            Limit::Between(open, close) => vec![event, open, close],
        }
    }
}

impl Check for Never {
    fn check(&self, view: &View<'_>) -> Finding {
        let name = &self.event.text;
        match &self.limit {
            Limit::None => match view.select(&self.event) {
                hits if hits.is_empty() => Finding::Pass,
                hits => Finding::fail(format!("`{name}` happens"), &hits),
            },
            Limit::After(limit) => self.per.check(view, &[limit, &self.event], |hits| {
                let Some(first) = hits[0].first() else {
                    return Finding::vacuous(limit);
                };
                let found: Vec<_> = hits[1]
                    .iter()
                    .filter(|hit| hit.line() > first.line())
                    .collect();
                self.verdict(found, &[first], &format!("after `{}`", limit.text))
            }),
            Limit::Before(limit) => self.per.check(view, &[limit, &self.event], |hits| {
                let Some(first) = hits[0].first() else {
                    return Finding::vacuous(limit);
                };
                let found: Vec<_> = hits[1]
                    .iter()
                    .filter(|hit| hit.line() < first.line())
                    .collect();
                self.verdict(found, &[first], &format!("before `{}`", limit.text))
            }),
            Limit::Between(open, close) => {
                self.per.check(view, &[open, close, &self.event], |hits| {
                    let Some(first) = hits[0].first() else {
                        return Finding::vacuous(open);
                    };
                    let inside = |hit: &&Hit<'_>| {
                        let last = |hits: &[Hit<'_>], line| {
                            hits.iter().map(Hit::line).rfind(|&at| at < line)
                        };
                        // Open if the last boundary before it was an opening.
                        let line = hit.line();
                        let opened = last(&hits[0], line);
                        opened.is_some()
                            && opened > last(&hits[1], line)
                            && !hits[0]
                                .iter()
                                .chain(&hits[1])
                                .any(|edge| edge.line() == line)
                    };
                    let found: Vec<_> = hits[2].iter().filter(inside).collect();
                    let place = format!("between `{}` and `{}`", open.text, close.text);
                    self.verdict(found, &[first], &place)
                })
            }
        }
    }

    fn decided_by(&self) -> Option<Vec<&Selector>> {
        Some(self.limit.selectors(&self.event))
    }
}

impl Never {
    fn verdict(&self, found: Vec<&Hit<'_>>, limits: &[&Hit<'_>], place: &str) -> Finding {
        if found.is_empty() {
            return Finding::Pass;
        }
        let story = format!("`{}` happens {place}", self.event.text);
        Finding::fail(story, found.into_iter().chain(limits.iter().copied()))
    }
}

struct Order {
    chain: Vec<Quantified>,
    per: Per,
}

impl Order {
    fn build(node: &Node, scope: &mut Scope<'_>) -> Option<Self> {
        let chain = scope.each(node.get("chain").unwrap_or(node), Scope::quantified)?;
        if chain.len() < 2 {
            scope.diagnostics.push(
                Diagnostic::new(node.span.clone(), "one alone is in no order")
                    .help("a chain has two or more; `count` says how often something happens"),
            );
            return None;
        }
        let selectors: Vec<_> = chain.iter().map(|one| &one.selector).collect();
        scope.one_stream(node, &selectors)?;
        let per = scope.per(node.get("per"), &selectors)?;
        Some(Self { chain, per })
    }
}

impl Check for Order {
    fn check(&self, view: &View<'_>) -> Finding {
        let selectors: Vec<_> = self.chain.iter().map(|one| &one.selector).collect();
        self.per.check(view, &selectors, |hits| {
            // What an element must come after, and what the next must come after.
            let mut before: Option<(&Hit<'_>, &str)> = None;
            for (Quantified { selector, which }, hits) in self.chain.iter().zip(hits) {
                let [first, .., last] = match hits[..] {
                    [] => return Finding::vacuous(selector),
                    [only] => [only, only],
                    [first, .., last] => [first, last],
                };
                let (earliest, latest) = match which {
                    Which::Every => (first, last),
                    Which::First => (first, first),
                    Which::Last => (last, last),
                    Which::Only if hits.len() == 1 => (first, first),
                    Which::Only => {
                        let (name, count) = (&selector.text, hits.len());
                        let story = format!("`{name}` happens {count} times, where it should once");
                        return Finding::fail(story, hits);
                    }
                };
                if let Some((earlier, name)) = before
                    && earliest.line() <= earlier.line()
                {
                    let story = format!("`{}` comes before `{name}`", selector.text);
                    return Finding::fail(story, [&earliest, earlier]);
                }
                let found = hits.iter().find(|hit| hit.line() == latest.line());
                before = found.map(|hit| (hit, selector.text.as_str()));
            }
            Finding::Pass
        })
    }

    fn decided_by(&self) -> Option<Vec<&Selector>> {
        Some(self.chain.iter().map(|one| &one.selector).collect())
    }
}

struct Increasing {
    each: Selector,
    or_equal: bool,
    per: Per,
}

impl Check for Increasing {
    fn check(&self, view: &View<'_>) -> Finding {
        self.per.check(view, &[&self.each], |hits| {
            let [first, others @ ..] = &hits[0][..] else {
                return Finding::vacuous(&self.each);
            };
            let mut before = first;
            for hit in others {
                let (Some(from), Some(to)) = (Number::read(before.value), Number::read(hit.value))
                else {
                    let story = format!("`{}` is not always a number", self.each.text);
                    return Finding::fail(story, [before, hit]);
                };
                if to < from || (to == from && !self.or_equal) {
                    let story = format!("{} comes after {}", hit.value, before.value);
                    return Finding::fail(story, [before, hit]);
                }
                before = hit;
            }
            Finding::Pass
        })
    }

    fn decided_by(&self) -> Option<Vec<&Selector>> {
        Some(vec![&self.each])
    }
}

struct Fifo {
    from: Selector,
    to: Selector,
    per: Per,
}

impl Fifo {
    fn build(node: &Node, scope: &mut Scope<'_>) -> Option<Self> {
        let from = scope.values(node.get("from")?)?;
        let to = scope.values(node.get("to")?)?;
        let per = scope.per(node.get("per"), &[&from, &to])?;
        Some(Self { from, to, per })
    }
}

impl Check for Fifo {
    fn check(&self, view: &View<'_>) -> Finding {
        self.per.check(view, &[&self.from, &self.to], |hits| {
            let (sent, received) = (&hits[0], &hits[1]);
            if sent.is_empty() {
                return Finding::vacuous(&self.from);
            }
            if received.is_empty() {
                return Finding::vacuous(&self.to);
            }
            // Taking the first one that fits is enough: if any choice makes the
            // values a subsequence, then this one does.
            let mut left = sent.iter();
            let mut last: Option<&Hit<'_>> = None;
            for hit in received {
                if left.any(|sent| sent.value == hit.value) {
                    last = Some(hit);
                    continue;
                }
                let value = hit.value;
                let sent_at: Vec<_> = sent.iter().filter(|sent| sent.value == value).collect();
                let Some(last) = last.filter(|_| !sent_at.is_empty()) else {
                    let story = format!("{value} comes out, but never went in");
                    return Finding::fail(story, [hit]);
                };
                let story = format!(
                    "{value} comes out after {}, but did not go in after it",
                    last.value
                );
                let went_in = sent.iter().filter(|sent| sent.value == last.value);
                return Finding::fail(story, sent_at.into_iter().chain(went_in).chain([last, hit]));
            }
            Finding::Pass
        })
    }

    fn decided_by(&self) -> Option<Vec<&Selector>> {
        Some(vec![&self.from, &self.to])
    }

    fn drawn(&self, view: &View<'_>) -> Drawing {
        let mut drawing = Drawing::default();
        self.per.each_key(view, &[&self.from, &self.to], |_, hits| {
            // As the check pairs them: each with the first that fits and is left.
            let mut left = hits[0].iter();
            for received in &hits[1] {
                if let Some(sent) = left.find(|sent| sent.value == received.value) {
                    drawing.pair(sent, received);
                }
            }
        });
        drawing
    }
}

struct Follows {
    each: Selector,
    by: Selector,
    per: Per,
}

impl Follows {
    fn build(node: &Node, scope: &mut Scope<'_>) -> Option<Self> {
        let each = scope.lines(node.get("each")?)?;
        let by = scope.lines(node.get("by")?)?;
        scope.one_stream(node, &[&each, &by])?;
        let per = scope.per(node.get("per"), &[&each, &by])?;
        Some(Self { each, by, per })
    }
}

impl Check for Follows {
    fn check(&self, view: &View<'_>) -> Finding {
        self.per.check(view, &[&self.each, &self.by], |hits| {
            if hits[0].is_empty() {
                return Finding::vacuous(&self.each);
            }
            // From the end: the last one takes the last that follows it, and so on.
            let mut left = hits[1].iter().rev().peekable();
            for hit in hits[0].iter().rev() {
                if left.next_if(|by| by.line() > hit.line()).is_none() {
                    let story = format!(
                        "this `{}` is never followed by its own `{}`",
                        self.each.text, self.by.text
                    );
                    return Finding::fail(story, [hit]);
                }
            }
            Finding::Pass
        })
    }

    fn decided_by(&self) -> Option<Vec<&Selector>> {
        Some(vec![&self.each, &self.by])
    }

    fn drawn(&self, view: &View<'_>) -> Drawing {
        let mut drawing = Drawing::default();
        self.per.each_key(view, &[&self.each, &self.by], |_, hits| {
            // As the check pairs them: from the end.
            let mut left = hits[1].iter().rev().peekable();
            for hit in hits[0].iter().rev() {
                if let Some(by) = left.next_if(|by| by.line() > hit.line()) {
                    drawing.pair(hit, by);
                }
            }
        });
        drawing.pairs.sort_unstable();
        drawing
    }
}
