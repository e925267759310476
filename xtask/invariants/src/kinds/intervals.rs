//! What is open while something else is.

use std::collections::BTreeSet;

use crate::Diagnostic;
use crate::check::Check;
use crate::drawing::{Drawing, Stay};
use crate::finding::Finding;
use crate::kind::Kind;
use crate::node::Node;
use crate::per::{PER, Per};
use crate::reading::Hit;
use crate::scope::Scope;
use crate::selector::Selector;
use crate::shape::{Field, Shape, optional, required, table};
use crate::view::View;

const CLOSE_MAY_COME_FIRST: Field = optional(
    "close_may_come_first",
    &Shape::Flag,
    "Whether the closing line may be printed before the opening line.",
);

pub const EXCLUSIVE: Kind = Kind {
    name: "exclusive",
    doc: "While one holder is inside, no other is.",
    shape: &table(&[
        required(
            "holding",
            &Shape::Pair(&Shape::Text),
            "What opens and what closes the interval.",
        ),
        optional(
            "against",
            &Shape::Pair(&Shape::Text),
            "The intervals that exclude it, if not its own kind.",
        ),
        optional(
            "forbid",
            &Shape::Text,
            "The events that exclude it, if not its own kind.",
        ),
        CLOSE_MAY_COME_FIRST,
        PER,
    ]),
    build: |node, scope| Exclusive::build(node, scope).map(|check| Box::new(check) as _),
};

pub const OVERLAP: Kind = Kind {
    name: "overlap",
    doc: "How many intervals are open at once.",
    shape: &table(&[
        required(
            "of",
            &Shape::Pair(&Shape::Text),
            "What opens and what closes an interval.",
        ),
        optional("at_least", &Shape::Count, "So many or more at some moment."),
        optional("at_most", &Shape::Count, "So many or less at any moment."),
        CLOSE_MAY_COME_FIRST,
        PER,
    ]),
    build: |node, scope| Overlap::build(node, scope).map(|check| Box::new(check) as _),
};

/// One kind of interval.
struct Intervals {
    open: Selector,
    close: Selector,
    per: Per,
    close_may_come_first: bool,
}

/// A holder's stay inside.
struct Interval<'v> {
    holder: Vec<Option<&'v str>>,
    open: Hit<'v>,
    /// `None` if it lasts to the end.
    close: Option<Hit<'v>>,
}

impl Intervals {
    fn build(node: &Node, pair_node: &Node, scope: &mut Scope<'_>) -> Option<Self> {
        let [open, close] = scope.pair(pair_node)?;
        scope.one_stream(pair_node, &[&open, &close])?;
        let per = scope.per(node.get("per"), &[&open, &close])?.or_actor();
        Some(Self {
            open,
            close,
            per,
            close_may_come_first: node.flag("close_may_come_first"),
        })
    }

    /// The intervals, in the order in which they open.
    fn find<'v>(&self, view: &'v View<'v>) -> Result<Vec<Interval<'v>>, Finding> {
        let mut intervals: Vec<Interval<'v>> = Vec::new();
        let (opens, closes) = (view.select(&self.open), view.select(&self.close));
        if opens.is_empty() {
            return Err(Finding::vacuous(&self.open));
        }
        for open in opens {
            let holder = self.per.key(&open);
            intervals.push(Interval {
                holder,
                open,
                close: None,
            });
        }
        for close in closes {
            let holder = self.per.key(&close);
            let next = intervals
                .iter_mut()
                .find(|interval| interval.holder == holder && interval.close.is_none());
            match next {
                Some(interval)
                    if self.close_may_come_first || interval.open.line() < close.line() =>
                {
                    interval.close = Some(close);
                }
                _ => {
                    let who = self.per.show(&holder);
                    let story = format!("{who} closes an interval that it has not opened");
                    return Err(Finding::fail(story, [&close]));
                }
            }
        }
        if !self.close_may_come_first {
            self.check_nesting(&intervals)?;
        }
        Ok(intervals)
    }

    /// The intervals as a picture shows them; none where the run does not open and close them in
    /// turn.
    fn drawn(&self, view: &View<'_>) -> Vec<Stay> {
        let intervals = self.find(view).unwrap_or_default();
        let intervals = intervals.iter().filter(|interval| !interval.is_empty());
        let stays = intervals.map(|interval| Stay {
            holder: self.per.show(&interval.holder),
            open: interval.open.line(),
            close: interval.close.map(|close| close.line()),
        });
        stays.collect()
    }

    fn check_nesting(&self, intervals: &[Interval<'_>]) -> Result<(), Finding> {
        for (at, interval) in intervals.iter().enumerate() {
            let again = intervals[at + 1..]
                .iter()
                .find(|later| later.holder == interval.holder && interval.contains(&later.open));
            if let Some(again) = again {
                let who = self.per.show(&interval.holder);
                let story = format!("{who} opens a second interval inside its first");
                return Err(Finding::fail(story, [&interval.open, &again.open]));
            }
        }
        Ok(())
    }
}

impl Interval<'_> {
    fn contains(&self, hit: &Hit<'_>) -> bool {
        let closed_before = self.close.is_some_and(|close| close.line() < hit.line());
        self.open.line() < hit.line() && !closed_before
    }

    fn is_empty(&self) -> bool {
        self.close
            .is_some_and(|close| close.line() < self.open.line())
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.contains(&other.open) || other.contains(&self.open)
    }
}

struct Exclusive {
    holding: Intervals,
    against: Against,
}

enum Against {
    Itself,
    Intervals(Intervals),
    Events(Selector),
}

impl Exclusive {
    fn build(node: &Node, scope: &mut Scope<'_>) -> Option<Self> {
        let holding = Intervals::build(node, node.get("holding")?, scope)?;
        let against = match (node.get("against"), node.get("forbid")) {
            (None, None) => Against::Itself,
            (Some(pair), None) => Against::Intervals(Intervals::build(node, pair, scope)?),
            (None, Some(events)) => Against::Events(scope.lines(events)?),
            (Some(_), Some(events)) => {
                scope.diagnostics.push(
                    Diagnostic::new(
                        events.span.clone(),
                        "`forbid` cannot stand beside `against`",
                    )
                    .help("make two rules of it"),
                );
                return None;
            }
        };
        let rule = Self { holding, against };
        scope.one_stream(node, &rule.selectors())?;
        Some(rule)
    }

    fn selectors(&self) -> Vec<&Selector> {
        let mut selectors = vec![&self.holding.open, &self.holding.close];
        match &self.against {
            Against::Itself => {}
            Against::Intervals(other) => selectors.extend([&other.open, &other.close]),
            Against::Events(events) => selectors.push(events),
        }
        selectors
    }

    /// The lines of two stays that should not have overlapped.
    fn clash(&self, a: &Interval<'_>, b: &Interval<'_>) -> Finding {
        let per = &self.holding.per;
        let (first, second) = match a.open.line() < b.open.line() {
            true => (a, b),
            false => (b, a),
        };
        let story = format!(
            "{} enters while {} is inside",
            per.show(&second.holder),
            per.show(&first.holder)
        );
        let closes = [first.close, second.close].into_iter().flatten();
        let lines: Vec<_> = [first.open, second.open]
            .into_iter()
            .chain(closes)
            .collect();
        Finding::fail(story, &lines)
    }

    fn find(&self, view: &View<'_>) -> Result<(), Finding> {
        let held: Vec<_> = self.holding.find(view)?;
        let held: Vec<_> = held
            .iter()
            .filter(|interval| !interval.is_empty())
            .collect();
        match &self.against {
            Against::Itself => {
                for (at, a) in held.iter().enumerate() {
                    if let Some(b) = held[at + 1..].iter().find(|b| a.overlaps(b)) {
                        return Err(self.clash(a, b));
                    }
                }
            }
            Against::Intervals(others) => {
                let others = others.find(view)?;
                for a in held {
                    let clashes =
                        |b: &&Interval<'_>| !b.is_empty() && a.holder != b.holder && a.overlaps(b);
                    if let Some(b) = others.iter().find(clashes) {
                        return Err(self.clash(a, b));
                    }
                }
            }
            Against::Events(events) => {
                let hits = view.select(events);
                let per = &self.holding.per;
                for interval in held {
                    let clashes =
                        |hit: &&Hit<'_>| per.key(hit) != interval.holder && interval.contains(hit);
                    if let Some(hit) = hits.iter().find(clashes) {
                        let inside = per.show(&interval.holder);
                        let story = format!("`{}` happens while {inside} is inside", events.text);
                        let close = interval.close.as_ref();
                        return Err(Finding::fail(
                            story,
                            [&interval.open, hit].into_iter().chain(close),
                        ));
                    }
                }
            }
        }
        Ok(())
    }
}

impl Check for Exclusive {
    fn check(&self, view: &View<'_>) -> Finding {
        self.find(view).err().unwrap_or(Finding::Pass)
    }

    fn decided_by(&self) -> Option<Vec<&Selector>> {
        Some(self.selectors())
    }

    fn drawn(&self, view: &View<'_>) -> Drawing {
        let mut intervals = self.holding.drawn(view);
        if let Against::Intervals(others) = &self.against {
            intervals.extend(others.drawn(view));
            intervals.sort_by_key(|stay| stay.open);
        }
        Drawing {
            intervals,
            ..Drawing::default()
        }
    }
}

struct Overlap {
    of: Intervals,
    at_least: usize,
    at_most: usize,
}

impl Overlap {
    fn build(node: &Node, scope: &mut Scope<'_>) -> Option<Self> {
        let of = Intervals::build(node, node.get("of")?, scope)?;
        let (at_least, at_most) = scope.bounds(node, "write `at_least` or `at_most` or both")?;
        Some(Self {
            of,
            at_least,
            at_most,
        })
    }
}

impl Check for Overlap {
    fn check(&self, view: &View<'_>) -> Finding {
        let intervals = match self.of.find(view) {
            Ok(intervals) => intervals,
            Err(finding) => return finding,
        };
        let inside = |moment: &Interval<'_>| {
            let open = intervals.iter().filter(|other| !other.is_empty());
            let open = open.filter(|other| {
                other.open.line() == moment.open.line() || other.contains(&moment.open)
            });
            open.map(|interval| interval.open).collect::<Vec<_>>()
        };
        // The number grows only where an interval opens, so these moments are enough.
        let moments = intervals.iter().filter(|interval| !interval.is_empty());
        let busiest = moments.map(inside).max_by_key(Vec::len).unwrap_or_default();
        let count = busiest.len();
        if count > self.at_most {
            let story = format!("{count} are open at once, not at most {}", self.at_most);
            return Finding::fail(story, &busiest);
        }
        if count < self.at_least {
            let story = format!(
                "at most {count} are open at once, and never {}",
                self.at_least
            );
            let opens: Vec<_> = intervals.iter().map(|interval| interval.open).collect();
            return Finding::fail(story, &opens);
        }
        Finding::Pass
    }

    fn decided_by(&self) -> Option<Vec<&Selector>> {
        Some(vec![&self.of.open, &self.of.close])
    }

    fn drawn(&self, view: &View<'_>) -> Drawing {
        Drawing {
            intervals: self.of.drawn(view),
            ..Drawing::default()
        }
    }

    fn idle_bound(&self, view: &View<'_>) -> Option<String> {
        // A holder has one interval open at a time, and whatever else it prints shows that
        // there is one more.
        let holders: BTreeSet<_> = view
            .occurrences
            .iter()
            .map(|occurrence| self.of.per.key(&Hit::of(occurrence)))
            .filter(|key| key.iter().all(Option::is_some))
            .collect();
        let (most, count) = (self.at_most, holders.len());
        let idle = most != usize::MAX && most >= count;
        idle.then(|| {
            let holders = match count {
                1 => "is one holder".to_string(),
                _ => format!("are {count} holders"),
            };
            format!("`at_most = {most}` bounds nothing, since there {holders}")
        })
    }
}
