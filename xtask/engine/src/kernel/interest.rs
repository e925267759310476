//! What an `epoll` watches, and what of that is ready (epoll(7)).

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::ffi::c_int;

use rustc_hash::FxBuildHasher;

use crate::object::Object;
use crate::operation::StepId;

/// Bits of readiness, as `epoll` has them; those of `poll` are the same.
pub const IN: u32 = libc::EPOLLIN as u32;
pub const OUT: u32 = libc::EPOLLOUT as u32;
pub const ERR: u32 = libc::EPOLLERR as u32;
pub const HUP: u32 = libc::EPOLLHUP as u32;
pub const RDHUP: u32 = libc::EPOLLRDHUP as u32;

/// Bits that are told whether somebody has asked for them or not.
const ALWAYS: u32 = ERR | HUP;
const EDGES: u32 = libc::EPOLLET as u32;
const ONCE: u32 = libc::EPOLLONESHOT as u32;

/// One descriptor that is watched.
pub(super) struct Entry {
    /// What it stands for.
    pub thing: usize,
    /// What is asked for.
    events: u32,
    /// What the program wants to be told with it.
    data: u64,
    /// The step that has asked for it: what that thread did before, whoever is told comes after.
    asked: StepId,
    /// Something has happened since it was told last, at this step.
    news: Option<StepId>,
    /// It was told, and was to be told once.
    is_done: bool,
}

impl Entry {
    pub fn new(thing: usize, events: u32, data: u64, now: StepId) -> Self {
        Self {
            thing,
            events,
            data,
            asked: now,
            news: Some(now),
            is_done: false,
        }
    }

    /// What there is to tell, if this is what is ready.
    fn tells(&self, ready: u32) -> u32 {
        let is_silent = self.is_done || self.events & EDGES != 0 && self.news.is_none();
        match is_silent {
            true => 0,
            false => ready & (self.events | ALWAYS),
        }
    }
}

/// What is told of one descriptor.
#[derive(Debug, Clone, Copy)]
pub struct Told {
    pub events: u32,
    pub data: u64,
}

/// What an `epoll` watches.
pub(super) struct Interest {
    /// Its counter is 1 while there is something to tell.
    pub gate: Object,
    entries: BTreeMap<c_int, Entry>,
    /// By which descriptors it watches a thing.
    of: HashMap<usize, Vec<c_int>, FxBuildHasher>,
    /// Those of which there may be something to tell, in the order in which it happened.
    order: VecDeque<c_int>,
}

impl Interest {
    pub fn new(gate: Object) -> Self {
        Self {
            gate,
            entries: BTreeMap::new(),
            of: HashMap::default(),
            order: VecDeque::new(),
        }
    }

    /// Whether it watches this descriptor.
    pub fn watches(&self, descriptor: c_int) -> bool {
        self.entries.contains_key(&descriptor)
    }

    /// Whether it watches this, by whichever descriptor.
    pub fn watches_thing(&self, thing: usize) -> bool {
        self.of.contains_key(&thing)
    }

    /// Watches a descriptor from here on, in this way.
    pub fn watch(&mut self, descriptor: c_int, entry: Entry) {
        let its = self.of.entry(entry.thing).or_default();
        if !its.contains(&descriptor) {
            its.push(descriptor);
        }
        self.entries.insert(descriptor, entry);
        self.note(descriptor);
    }

    /// Watches a descriptor no longer; whether it did.
    pub fn forget(&mut self, descriptor: c_int) -> bool {
        let Some(entry) = self.entries.remove(&descriptor) else {
            return false;
        };
        self.order.retain(|other| *other != descriptor);
        if let Some(its) = self.of.get_mut(&entry.thing) {
            its.retain(|other| *other != descriptor);
            if its.is_empty() {
                self.of.remove(&entry.thing);
            }
        }
        true
    }

    /// The same for all that stand for this.
    pub fn forget_thing(&mut self, thing: usize) {
        let its = self.of.get(&thing).cloned().unwrap_or_default();
        for descriptor in its {
            self.forget(descriptor);
        }
    }

    fn note(&mut self, descriptor: c_int) {
        if !self.order.contains(&descriptor) {
            self.order.push_back(descriptor);
        }
    }

    /// This may be ready in other ways than before. Whether it is watched.
    pub fn look_again(&mut self, thing: usize) -> bool {
        let its = self.of.get(&thing).cloned().unwrap_or_default();
        its.iter().for_each(|&descriptor| self.note(descriptor));
        !its.is_empty()
    }

    /// This step has made something ready in this way. Whether anybody has asked for that.
    pub fn news(&mut self, thing: usize, bits: u32, step: StepId) -> bool {
        let its = self.of.get(&thing).cloned().unwrap_or_default();
        let mut is_asked = false;
        for descriptor in its {
            let entry = self.entries.get_mut(&descriptor);
            if let Some(entry) = entry.filter(|entry| bits & (entry.events | ALWAYS) != 0) {
                entry.news = Some(step);
                is_asked = true;
                self.note(descriptor);
            }
        }
        is_asked
    }

    /// Whether there is something to tell.
    pub fn is_ready(&self, ready: impl Fn(usize) -> u32) -> bool {
        let entries = self
            .order
            .iter()
            .map(|descriptor| &self.entries[descriptor]);
        let mut told = entries.map(|entry| entry.tells(ready(entry.thing)));
        told.any(|events| events != 0)
    }

    /// Tells of so many descriptors at most, first of those that were told of longest ago; with the
    /// steps that have made them ready.
    pub fn tell(&mut self, most: usize, ready: impl Fn(usize) -> u32) -> (Vec<Told>, Vec<StepId>) {
        let mut told = Vec::new();
        let mut steps = Vec::new();
        for _ in 0..self.order.len() {
            if told.len() == most {
                break;
            }
            let Some(descriptor) = self.order.pop_front() else {
                break;
            };
            let Some(entry) = self.entries.get_mut(&descriptor) else {
                continue;
            };
            let events = entry.tells(ready(entry.thing));
            if events == 0 {
                continue;
            }
            steps.push(entry.asked);
            steps.extend(entry.news.take());
            entry.is_done = entry.events & ONCE != 0;
            told.push(Told {
                events,
                data: entry.data,
            });
            // What is still ready is told again, after the others.
            if entry.events & (EDGES | ONCE) == 0 {
                self.order.push_back(descriptor);
            }
        }
        (told, steps)
    }
}
