//! What the axioms of RC11 allow a litmus test to read: all candidates are made, and those that keep
//! the axioms are left.
//!
//! Lahav, Vafeiadis, Kang, Hur and Dreyer, "Repairing sequential consistency in C/C++11", 2017; with
//! the release sequences of C++20, to which a later store of the same thread does not belong.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Release, SeqCst};

use crate::program::{Op, PLACES, Program};

/// A relation on up to 64 events: for each the set of those that it leads to.
#[derive(Clone, PartialEq, Eq)]
struct Relation(Vec<u64>);

impl Relation {
    fn of(count: usize, holds: impl Fn(usize, usize) -> bool) -> Self {
        let row = |a| (0..count).fold(0, |row, b| row | u64::from(holds(a, b)) << b);
        Self((0..count).map(row).collect())
    }

    fn holds(&self, a: usize, b: usize) -> bool {
        self.0[a] >> b & 1 == 1
    }

    fn or(&self, other: &Self) -> Self {
        let rows = self.0.iter().zip(&other.0);
        Self(rows.map(|(a, b)| a | b).collect())
    }

    /// First this relation, then the other.
    fn then(&self, other: &Self) -> Self {
        let row = |&row: &u64| {
            let via = (0..other.0.len()).filter(|b| row >> b & 1 == 1);
            via.fold(0, |all, b| all | other.0[b])
        };
        Self(self.0.iter().map(row).collect())
    }

    /// Only between such events.
    fn among(&self, from: impl Fn(usize) -> bool, to: impl Fn(usize) -> bool) -> Self {
        Self::of(self.0.len(), |a, b| self.holds(a, b) && from(a) && to(b))
    }

    /// The same, or nothing.
    fn maybe(&self) -> Self {
        Self::of(self.0.len(), |a, b| a == b || self.holds(a, b))
    }

    fn closure(&self) -> Self {
        let mut all = self.clone();
        loop {
            let more = all.or(&all.then(&all));
            if more == all {
                return all;
            }
            all = more;
        }
    }

    fn is_irreflexive(&self) -> bool {
        (0..self.0.len()).all(|a| !self.holds(a, a))
    }
}

/// An event of an execution. An exchange is two: it reads, and it writes; one that fails only reads.
struct Event {
    /// `None` for the first stores, which happen before everything.
    thread: Option<usize>,
    place: Option<usize>,
    order: Ordering,
    /// What it writes, if it does.
    writes: Option<Written>,
    reads: bool,
    /// Whether what it reads has to be this value, or another.
    condition: Option<(u32, bool)>,
    /// It is an exchange's second half.
    is_second: bool,
    /// It is no atomic operation.
    is_plain: bool,
}

/// What is written.
#[derive(Clone, Copy)]
enum Written {
    Value(u32),
    /// So much more than what the event before has read.
    More(u32),
}

/// An execution that keeps the axioms.
struct Execution<'e> {
    events: &'e [Event],
    /// The events that read, and for each the one that it reads.
    reads: &'e [usize],
    sources: &'e [usize],
    /// The modification order, and what happens before what.
    mo: &'e Relation,
    hb: &'e Relation,
}

impl Execution<'_> {
    /// What an event has written.
    fn value(&self, event: usize) -> u32 {
        match self.events[event].writes {
            Some(Written::Value(value)) => value,
            Some(Written::More(more)) => {
                let read = self.reads.iter().position(|&read| read == event - 1);
                let read = read.expect("the first half of what changes a value reads it");
                self.value(self.sources[read]) + more
            }
            None => unreachable!("only what writes is read"),
        }
    }

    /// Whether each event that has to read a certain value, or another, has done so.
    fn keeps_conditions(&self) -> bool {
        let mut reads = self.reads.iter().zip(self.sources);
        reads.all(|(&read, &source)| {
            let condition = self.events[read].condition;
            condition.is_none_or(|(value, is_read)| (self.value(source) == value) == is_read)
        })
    }
}

/// Which order all operations that are `SeqCst` have to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// That of RC11.
    Rc11,
    /// That of C++20 and RC11. It has to agree with the order of one atomic's stores and what reads them
    /// also where an operation between two is not `SeqCst`; and with what one of them is done before,
    /// whatever that is done to.
    Cpp20,
}

/// What a program may read: for each execution the values of all its loads and exchanges, in their
/// order, and then what each atomic that is written is at the end.
pub fn allowed(program: &Program, model: Model) -> BTreeSet<Vec<u32>> {
    let mut found = BTreeSet::new();
    for events in variants(program) {
        for_each_execution(&events, model, &mut |execution| {
            let last = (0..PLACES).filter_map(|place| {
                let mut writes = writes_to(&events, Some(place)).into_iter();
                writes.find(|&write| execution.mo.0[write] == 0)
            });
            let writes = execution.sources.iter().copied().chain(last);
            found.insert(writes.map(|write| execution.value(write)).collect());
        });
    }
    found
}

/// How many executions a program has.
pub fn executions(program: &Program, model: Model) -> u64 {
    let mut count = 0;
    for events in variants(program) {
        for_each_execution(&events, model, &mut |_| count += 1);
    }
    count
}

/// Whether a program has a data race: in some execution nothing orders two operations of two threads on
/// one place, of which one writes and one is not atomic. What is not atomic reads what an atomic
/// operation might that orders nothing.
pub fn has_race(program: &Program) -> bool {
    variants(program).iter().any(|events| {
        let mut has_race = false;
        for_each_execution(events, Model::Cpp20, &mut |Execution { hb, .. }| {
            let races = |a: usize, b: usize| {
                !hb.holds(a, b) && !hb.holds(b, a) && conflict(&events[a], &events[b])
            };
            has_race |= (0..events.len()).any(|a| (0..a).any(|b| races(a, b)));
        });
        has_race
    })
}

/// Whether two events are a race, if nothing orders them.
fn conflict(one: &Event, other: &Event) -> bool {
    let is_same = one.place.is_some() && one.place == other.place;
    let writes = one.writes.is_some() || other.writes.is_some();
    let are_apart = one.thread.is_some() && other.thread.is_some() && one.thread != other.thread;
    is_same && writes && are_apart && (one.is_plain || other.is_plain)
}

/// Each execution that keeps the axioms.
fn for_each_execution(events: &[Event], model: Model, visit: &mut dyn FnMut(&Execution<'_>)) {
    let reads: Vec<usize> = (0..events.len())
        .filter(|&event| events[event].reads)
        .collect();
    let orders = modification_orders(events);
    for_each_choice(
        &reads,
        &mut Vec::new(),
        &|read| writes_to(events, events[read].place),
        &mut |sources| {
            let rf = Relation::of(events.len(), |a, b| {
                let read = reads.iter().position(|&read| read == b);
                read.is_some_and(|read| sources[read] == a)
            });
            // Nothing comes between what an exchange reads and what it writes.
            let is_atomic = |mo: &&Relation| {
                let mut pairs = reads.iter().zip(sources);
                let later = |write: usize| mo.0[write].count_ones();
                pairs.all(|(&read, &source)| {
                    let second = events.get(read + 1).filter(|second| second.is_second);
                    second.is_none() || later(source) == later(read + 1) + 1
                })
            };
            for mo in orders.iter().filter(is_atomic) {
                let Some(hb) = happens_before(events, model, &rf, mo) else {
                    continue;
                };
                let execution = Execution {
                    events,
                    reads: &reads,
                    sources,
                    mo,
                    hb: &hb,
                };
                if execution.keeps_conditions() {
                    visit(&execution);
                }
            }
        },
    );
}

/// The events of a program: for each of its exchanges that may fail there are twice as many variants.
fn variants(program: &Program) -> Vec<Vec<Event>> {
    let ops = program.0.iter().flatten();
    let may_fail = ops.filter(|op| matches!(op, Op::CompareExchange(..)));
    let may_fail = may_fail.count();
    (0..1 << may_fail)
        .map(|failing| events(program, failing))
        .collect()
}

/// The events of a program of which these exchanges fail: a bit for each.
fn events(program: &Program, mut failing: u32) -> Vec<Event> {
    let event = |thread, place, order, writes, reads, is_second| Event {
        thread,
        place,
        order,
        writes,
        reads,
        condition: None,
        is_second,
        is_plain: false,
    };
    let update = |thread, place, order, written| {
        let read = event(thread, Some(place), order, None, true, false);
        [
            read,
            event(thread, Some(place), order, written, false, true),
        ]
    };
    let plain = |event| Event {
        is_plain: true,
        ..event
    };
    let value = |value| Some(Written::Value(value));
    let first = (0..PLACES)
        .map(|place| event(None, Some(place), Ordering::Relaxed, value(0), false, false));
    let mut events: Vec<_> = first.collect();
    for (thread, ops) in program.0.iter().enumerate() {
        for op in ops {
            let thread = Some(thread);
            match *op {
                Op::Load(place, order) => {
                    events.push(event(thread, Some(place), order, None, true, false));
                }
                Op::Store(place, stored, order) => {
                    events.push(event(
                        thread,
                        Some(place),
                        order,
                        value(stored),
                        false,
                        false,
                    ));
                }
                Op::Swap(place, stored, order) => {
                    events.extend(update(thread, place, order, value(stored)));
                }
                Op::Add(place, more, order) => {
                    events.extend(update(thread, place, order, Some(Written::More(more))));
                }
                Op::CompareExchange(place, [current, new], [success, failure]) => {
                    let fails = failing & 1 == 1;
                    failing >>= 1;
                    let order = if fails { failure } else { success };
                    let read = event(thread, Some(place), order, None, true, false);
                    events.push(Event {
                        condition: Some((current, !fails)),
                        ..read
                    });
                    if !fails {
                        events.push(event(thread, Some(place), order, value(new), false, true));
                    }
                }
                Op::Fence(order) => events.push(event(thread, None, order, None, false, false)),
                Op::PlainRead(place) => {
                    let order = Ordering::Relaxed;
                    events.push(plain(event(thread, Some(place), order, None, true, false)));
                }
                Op::PlainWrite(place, stored) => {
                    let (order, written) = (Ordering::Relaxed, value(stored));
                    let write = event(thread, Some(place), order, written, false, false);
                    events.push(plain(write));
                }
            }
        }
    }
    events
}

fn writes_to(events: &[Event], place: Option<usize>) -> Vec<usize> {
    let is_one = |&event: &usize| events[event].writes.is_some() && events[event].place == place;
    (0..events.len()).filter(is_one).collect()
}

/// Each way to choose one of its sources for each read.
fn for_each_choice(
    reads: &[usize],
    chosen: &mut Vec<usize>,
    sources: &dyn Fn(usize) -> Vec<usize>,
    visit: &mut dyn FnMut(&[usize]),
) {
    let Some(&read) = reads.get(chosen.len()) else {
        return visit(chosen);
    };
    for source in sources(read) {
        chosen.push(source);
        for_each_choice(reads, chosen, sources, visit);
        chosen.pop();
    }
}

/// Each total order of the writes to each place, that to begin with first.
fn modification_orders(events: &[Event]) -> Vec<Relation> {
    let count = events.len();
    let mut all = vec![Relation(vec![0; count])];
    for place in 0..PLACES {
        let writes = writes_to(events, Some(place));
        let orders = permutations(&writes[1..]).into_iter().map(|rest| {
            let order = [&writes[..1], &rest].concat();
            let at = |event| order.iter().position(|&other| other == event);
            Relation::of(count, |a, b| at(a).zip(at(b)).is_some_and(|(a, b)| a < b))
        });
        let orders: Vec<_> = orders.collect();
        let both = |one: &Relation| orders.iter().map(|order| one.or(order)).collect::<Vec<_>>();
        all = all.iter().flat_map(both).collect();
    }
    all
}

fn permutations(items: &[usize]) -> Vec<Vec<usize>> {
    if items.is_empty() {
        return vec![Vec::new()];
    }
    let with_first = |first: usize| {
        let rest: Vec<_> = items
            .iter()
            .copied()
            .filter(|&item| item != first)
            .collect();
        let rest = permutations(&rest).into_iter();
        rest.map(move |rest| [&[first], &rest[..]].concat())
            .collect::<Vec<_>>()
    };
    items.iter().flat_map(|&first| with_first(first)).collect()
}

/// What happens before what in an execution whose exchanges are atomic, if that keeps the other axioms.
fn happens_before(
    events: &[Event],
    model: Model,
    rf: &Relation,
    mo: &Relation,
) -> Option<Relation> {
    let relation = |holds: &dyn Fn(usize, usize) -> bool| Relation::of(events.len(), holds);
    let sb = relation(&|a, b| match (events[a].thread, events[b].thread) {
        (None, Some(_)) => true,
        (Some(one), Some(other)) => one == other && a < b,
        _ => false,
    });
    let rmw = relation(&|a, b| b == a + 1 && events[b].is_second);
    let rb =
        relation(&|a, b| (0..events.len()).any(|write| rf.holds(write, a) && mo.holds(write, b)));
    let eco = rf.or(mo).or(&rb).closure();
    let hb = sb.or(&synchronises_with(events, &sb, rf, &rmw)).closure();
    let is_consistent = hb.then(&eco.maybe()).is_irreflexive()
        && sb.or(rf).closure().is_irreflexive()
        && partial_sc(events, model, [&sb, &hb, mo, &rb, &eco])
            .closure()
            .is_irreflexive();
    is_consistent.then_some(hb)
}

fn synchronises_with(events: &[Event], sb: &Relation, rf: &Relation, rmw: &Relation) -> Relation {
    let is_fence = |event: usize| events[event].place.is_none();
    let releases = |event: usize| matches!(events[event].order, Release | AcqRel | SeqCst);
    let acquires = |event: usize| matches!(events[event].order, Acquire | AcqRel | SeqCst);
    let writes = |event: usize| events[event].writes.is_some();
    let reads = |event: usize| events[event].reads;
    // A write, and the exchanges that read it, one after the other.
    let sequence = rf.then(rmw).closure().maybe();
    let from_fence = sb.among(|event| is_fence(event) && releases(event), writes);
    let to_fence = sb.among(reads, |event| is_fence(event) && acquires(event));
    let read = sequence.then(rf).among(writes, reads);
    let from = from_fence.then(&read).or(&read.among(releases, reads));
    let through = from.then(&to_fence);
    through.or(&from.among(|_| true, acquires))
}

/// What the order of all operations that are `SeqCst` has to keep to.
fn partial_sc(events: &[Event], model: Model, [sb, hb, mo, rb, eco]: [&Relation; 5]) -> Relation {
    let is_sc = |event: usize| events[event].order == SeqCst && events[event].thread.is_some();
    let is_fence = |event: usize| is_sc(event) && events[event].place.is_none();
    let same = |a: usize, b: usize| events[a].place.is_some() && events[a].place == events[b].place;
    let count = events.len();
    let hb_here = Relation::of(count, |a, b| hb.holds(a, b) && same(a, b));
    let scb = match model {
        Model::Rc11 => {
            let elsewhere = Relation::of(count, |a, b| sb.holds(a, b) && !same(a, b));
            elsewhere.then(hb).then(&elsewhere).or(mo).or(rb)
        }
        // An exchange is one operation there: its first half is not done before its second.
        Model::Cpp20 => {
            let is_one = |a: usize, b: usize| b == a + 1 && events[b].is_second;
            let apart = Relation::of(count, |a, b| sb.holds(a, b) && !is_one(a, b));
            apart.then(hb).then(&apart).or(eco)
        }
    };
    let scb = scb.or(sb).or(&hb_here);
    let itself = Relation::of(count, |a, b| a == b && is_sc(a));
    let before = itself.or(&hb.maybe().among(is_fence, |_| true));
    let after = itself.or(&hb.maybe().among(|_| true, is_fence));
    let base = before.then(&scb).then(&after);
    let fences = hb.or(&hb.then(eco).then(hb)).among(is_fence, is_fence);
    base.or(&fences)
}
