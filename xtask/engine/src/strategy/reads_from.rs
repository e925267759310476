//! Partial order sampling, led to reads that have not read from this or that write yet.
//!
//! An *event* is a place in the source with an object that is touched there; what an event *reads from*
//! is the event that changed the object last, or nothing yet. Before an execution, events are given
//! sources at random, those most likely that have been seen least. An event then waits for its source;
//! and what would change an object waits, while an event that is to read from its latest change has
//! not come. An event does not wait if no other thread can go on, or once the execution has taken twice
//! as many steps as the shortest one.
//!
//! Wolff, Shi, Duck, Mathur and Roychoudhury, "Greybox fuzzing for concurrency testing", 2024, without
//! its corpus: which sources go together is left to chance.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use crate::access::Access;
use crate::execution::Execution;
use crate::numbers::Numbers;
use crate::object::THREAD_NUMBERS;

use super::pos::Priorities;
use super::random::Draw;

type Map<K, V> = HashMap<K, V, FxBuildHasher>;

/// Stands for the event that a read reads from if the object has not been changed yet.
const START: u32 = u32::MAX;

pub(crate) struct ReadsFrom {
    priorities: Priorities,
    /// The places in [`events`](Self::events), by the address of the place and the object.
    known_events: Map<(usize, u32), u32>,
    events: Vec<Event>,
    /// The places in [`objects`](Self::objects), by the objects' names.
    known_objects: Map<u64, u32>,
    objects: Vec<Object>,
    /// The steps of the shortest execution so far.
    shortest: u32,
    /// For each thread what it does next, with its latest step when that was looked up.
    next: Vec<(Option<u32>, Vec<Touch>)>,
}

/// A place in the source that touches an object.
struct Event {
    object: u32,
    changes: bool,
    /// How often it has read from which event.
    seen: Map<u32, u32>,
    /// From which event it is to read in this execution.
    source: Option<u32>,
}

#[derive(Default)]
struct Object {
    events: Vec<u32>,
    /// The event that changed it last in this execution.
    latest: Option<u32>,
}

/// An event that is part of an operation.
#[derive(Clone, Copy)]
struct Touch {
    event: u32,
    object: u32,
}

impl ReadsFrom {
    pub(crate) fn new() -> Self {
        Self {
            priorities: Priorities::default(),
            known_events: Map::default(),
            events: Vec::new(),
            known_objects: Map::default(),
            objects: Vec::new(),
            shortest: u32::MAX,
            next: Vec::new(),
        }
    }

    /// Looks up what each thread does next.
    fn look_up(&mut self, execution: &Execution) {
        for thread in self.next.len()..execution.threads.len() {
            let touches = self.touches(execution, thread);
            self.next.push((execution.threads[thread].last, touches));
        }
        let current = execution.current() as usize;
        if let Some(state) = execution.threads.get(current)
            && self.next[current].0 != state.last
        {
            self.next[current] = (state.last, self.touches(execution, current));
        }
    }

    fn touches(&mut self, execution: &Execution, thread: usize) -> Vec<Touch> {
        let op = &execution.threads[thread].op;
        let place = std::ptr::from_ref(op.place) as usize;
        // Who starts a thread first is of no interest, as a rule.
        let all = op
            .accesses
            .iter()
            .filter(|&(object, access)| object != THREAD_NUMBERS && reads(access));
        all.map(|(object, access)| {
            let name = execution.objects[object as usize].name();
            self.touch(place, name, access)
        })
        .collect()
    }

    fn touch(&mut self, place: usize, name: u64, access: Access) -> Touch {
        let object = *self.known_objects.entry(name).or_insert_with(|| {
            self.objects.push(Object::default());
            self.objects.len() as u32 - 1
        });
        let event = *self.known_events.entry((place, object)).or_insert_with(|| {
            let event = self.events.len() as u32;
            self.objects[object as usize].events.push(event);
            self.events.push(Event {
                object,
                changes: access.writes() || access == Access::Lock,
                seen: Map::default(),
                source: None,
            });
            event
        });
        Touch { event, object }
    }

    /// Whether the thread is to wait, so that it or another reads from its source.
    fn is_held(&self, thread: u32) -> bool {
        self.next[thread as usize].1.iter().any(|touch| {
            let object = &self.objects[touch.object as usize];
            let latest = object.latest.unwrap_or(START);
            let event = &self.events[touch.event as usize];
            let waits = event.source.is_some_and(|source| source != latest);
            let is_waited_for = |&other: &u32| {
                other != touch.event && self.events[other as usize].source == Some(latest)
            };
            waits || event.changes && object.events.iter().any(is_waited_for)
        })
    }

    /// Takes in what the thread does next, which it does now.
    fn take(&mut self, thread: u32) {
        for touch in std::mem::take(&mut self.next[thread as usize].1) {
            let object = &mut self.objects[touch.object as usize];
            let event = &mut self.events[touch.event as usize];
            let latest = object.latest.unwrap_or(START);
            *event.seen.entry(latest).or_default() += 1;
            event.source = None;
            if event.changes {
                object.latest = Some(touch.event);
            }
        }
    }

    /// Draws the source of each event for the next execution: of every second one, on average, none.
    fn draw_sources(&mut self, numbers: &mut Numbers) {
        for index in 0..self.events.len() {
            self.events[index].source = None;
            if numbers.below(2) == 0 {
                continue;
            }
            let event = &self.events[index];
            let others = self.objects[event.object as usize].events.iter().copied();
            let others = others.filter(|&other| self.events[other as usize].changes);
            let rarity = |source: u32| {
                let seen = event.seen.get(&source).copied().unwrap_or(0);
                // Fractions of 2^32, so that each source keeps a chance.
                ((1u64 << 32) / u64::from(1 + seen)) as usize
            };
            let sources: Vec<u32> = others.chain([START]).collect();
            let all: usize = sources.iter().map(|&source| rarity(source)).sum();
            let mut drawn = numbers.below(all);
            let falls_on = |&&source: &&u32| {
                let here = drawn < rarity(source);
                drawn = drawn.saturating_sub(rarity(source));
                here
            };
            let source = sources.iter().find(falls_on).copied();
            self.events[index].source = source;
        }
    }
}

/// Whether what this access does or sees may depend on the change before it.
fn reads(access: Access) -> bool {
    !access.counts()
        && !matches!(
            access,
            Access::Await | Access::Unlock | Access::UnlockShared
        )
}

impl Draw for ReadsFrom {
    fn draw(
        &mut self,
        execution: &Execution,
        candidates: [&[u32]; 2],
        default: u32,
        numbers: &mut Numbers,
    ) -> u32 {
        self.look_up(execution);
        self.priorities.draw(execution, numbers);
        let candidates = candidates.into_iter().flatten().copied();
        // Where one waits for its source, others may go round in loops for as long.
        let holds = execution.length / 2 <= self.shortest;
        let highest = candidates.max_by_key(|&thread| {
            let is_free = !holds || !self.is_held(thread);
            (is_free, self.priorities.of(thread))
        });
        let chosen = highest.unwrap_or(default);
        self.priorities.take(execution, chosen);
        self.take(chosen);
        chosen
    }

    fn next(&mut self, execution: &Execution, numbers: &mut Numbers) {
        self.shortest = self.shortest.min(execution.length);
        self.priorities.clear();
        self.next.clear();
        for object in &mut self.objects {
            object.latest = None;
        }
        self.draw_sources(numbers);
    }
}
