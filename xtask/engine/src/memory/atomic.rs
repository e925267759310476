//! An atomic, and its latest stores.

use std::collections::VecDeque;

use super::view::{Recent, View};

/// So many stores of an atomic are kept where memory is weak, and no older one is read any more.
pub const KEPT: usize = 8;

/// How far apart the numbers of two stores are, so that others find a place between them.
const APART: u32 = 1 << 12;

/// A store.
pub struct Store {
    pub value: u64,
    /// The number of the store, which is higher than those of all stores that it comes behind.
    pub number: u32,
    /// The view that a load takes over if it reads this store and acquires.
    pub carried: View,
    /// When it was made.
    at: u64,
    /// The store itself, if it is `SeqCst`, and the fences of that order that happen before it.
    pub made_by: Recent,
    /// The same of what has read it.
    pub read_by: Recent,
    /// Whether it was read to be updated, so that no store comes between it and the next.
    pub is_updated: bool,
}

/// A store that is to be kept.
pub struct New {
    pub value: u64,
    pub number: u32,
    /// When it is made.
    pub at: u64,
    /// The store itself, if it is `SeqCst`, and the fences of that order that happen before it.
    pub made_by: Recent,
}

/// An operation on an atomic that does not commute with those behind it.
#[derive(Clone, Copy)]
pub struct Touch {
    pub thread: u32,
    pub step: u32,
    /// The number of the store that it has made, or has read if it made none.
    pub store: u32,
    /// Whether its thread may go round in a loop.
    pub in_loop: bool,
}

/// What is between two stores, or behind the last.
pub enum Gap {
    /// Room for a store with this number.
    Number(u32),
    /// None: the second updates the first.
    Closed,
    /// None any more: too many stores have come there.
    Full,
}

/// An atomic, and its latest stores, in the order that all threads agree on.
#[derive(Default)]
pub struct Atomic {
    /// The number of the object.
    pub object: u32,
    pub address: usize,
    pub bytes: usize,
    stores: VecDeque<Store>,
    /// The operation that has made a store most recently, wherever that came.
    writer: Option<Touch>,
    /// Those that have only read since, the latest one of each thread.
    readers: Vec<Touch>,
    /// The number of the last store that there was.
    last: u32,
    /// Whether there were stores that are not kept any more.
    has_older: bool,
    /// What has made and read them.
    older: Recent,
}

impl Atomic {
    /// The value of the last store, if there is one.
    pub fn value(&self) -> Option<u64> {
        self.stores.back().map(|store| store.value)
    }

    /// The store that is so many behind the last.
    pub fn store(&self, back: u32) -> &Store {
        let last = self.stores.len() - 1;
        &self.stores[last - back as usize]
    }

    /// The same, to be changed.
    pub fn store_mut(&mut self, back: u32) -> &mut Store {
        let last = self.stores.len() - 1;
        &mut self.stores[last - back as usize]
    }

    /// How many stores the one with this number is behind the last, if it is kept.
    pub fn back_of(&self, number: u32) -> Option<u32> {
        let mut stores = self.stores.iter().rev();
        let back = stores.position(|store| store.number == number)?;
        Some(back as u32)
    }

    /// Forgets all stores. Their numbers are not used again, so that a view which still has one of them
    /// leaves out no later store.
    pub fn forget_stores(&mut self) {
        self.stores.clear();
        self.writer = None;
        self.readers.clear();
        self.has_older = false;
        self.older = Recent::default();
    }

    /// As in an execution that has not begun: no view has a number of a store.
    pub fn reset(&mut self) {
        self.forget_stores();
        self.last = 0;
    }

    /// An operation was done to it.
    pub fn touch(&mut self, touch: Touch, writes: bool) {
        if writes {
            self.writer = Some(touch);
            self.readers.clear();
        } else {
            self.readers.retain(|known| known.thread != touch.thread);
            self.readers.push(touch);
        }
    }

    /// Whether no thread has read it since the latest store was made, wherever that came.
    pub fn is_unread(&self) -> bool {
        self.readers.is_empty()
    }

    /// The latest operations that do not commute with one that stays so many stores behind the last, but
    /// belong behind it: they have made, or read, a later store than it reads or comes behind.
    pub fn later(&self, back: u32, writes: bool) -> impl Iterator<Item = &Touch> {
        let readers: &[Touch] = if writes { &self.readers } else { &[] };
        let writer = self.writer.iter().filter(|_| readers.is_empty());
        let is_later =
            move |touch: &&Touch| self.back_of(touch.store).is_some_and(|its| its < back);
        readers.iter().chain(writer).filter(is_later)
    }

    /// What is between the store that is so many behind the last and the next.
    pub fn gap(&self, back: u32) -> Gap {
        let Some(next) = back.checked_sub(1) else {
            return Gap::Number(self.next_number());
        };
        let (store, next) = (self.store(back), self.store(next));
        match next.number - store.number {
            _ if store.is_updated => Gap::Closed,
            1 => Gap::Full,
            _ => Gap::Number(store.number.midpoint(next.number)),
        }
    }

    /// The number of a store behind the last.
    pub fn next_number(&self) -> u32 {
        self.last + APART
    }

    /// An atomic has this value, and no thread has done anything to it.
    pub fn begin(&mut self, value: u64, now: u64) {
        let new = New {
            value,
            number: self.next_number(),
            at: now,
            made_by: Recent::default(),
        };
        self.insert(0, KEPT, new, |_| {});
    }

    /// Keeps one more store, so many behind the last, and so many in all. What the view of an older one
    /// was made of is used again.
    pub fn insert(&mut self, back: u32, kept: usize, new: New, carry: impl FnOnce(&mut View)) {
        let New {
            value,
            number,
            at,
            made_by,
        } = new;
        let place = self.stores.len() - back as usize;
        let mut carried = View::default();
        let mut dropped = 0;
        if self.stores.len() == kept
            && let Some(oldest) = self.stores.pop_front()
        {
            self.has_older = true;
            self.older = self.older.or(oldest.made_by).or(oldest.read_by);
            carried = oldest.carried;
            dropped = 1;
        }
        carry(&mut carried);
        self.last = self.last.max(number);
        let store = Store {
            value,
            number,
            carried,
            at,
            made_by,
            read_by: Recent::default(),
            is_updated: false,
        };
        self.stores.insert(place - dropped, store);
    }

    /// How far behind the last store a thread may stay whose view begins at this one, at most; and
    /// whether that would be farther if all stores were kept. As soon as time has passed, a store is
    /// seen by all.
    pub fn farthest(&self, view: u32, now: u64) -> (u32, bool) {
        let seen = |store: &&Store| store.at != now || store.number <= view;
        let unseen = self.stores.iter().rev().take_while(|store| !seen(store));
        let unseen = unseen.count();
        let is_all = unseen == self.stores.len();
        let farthest = unseen.min(self.stores.len() - 1) as u32;
        (farthest, is_all && self.has_older)
    }

    /// What comes earlier, because of what it does to the atomic, than what reads the store that is so
    /// many behind the last, or, if it writes, comes right behind that store.
    pub fn earlier(&self, back: u32, writes: bool) -> Recent {
        let stores = self.stores.iter();
        let mut stores = stores.take(self.stores.len() - back as usize);
        let read = if writes { None } else { stores.next_back() };
        let passed = stores.fold(self.older, |earlier, store| {
            earlier.or(store.made_by).or(store.read_by)
        });
        read.map_or(passed, |read| passed.or(read.made_by))
    }

    /// What comes earlier than a fence of a thread that has seen this store; and whether that may be too
    /// much, because not all stores are kept.
    pub fn earlier_than_fence(&self, seen: u32) -> (Recent, bool) {
        let later = self.stores.iter().rev();
        let later = later.take_while(|store| store.number > seen).count();
        match self.stores.len() - later {
            _ if seen == 0 => (Recent::default(), false),
            0 => (self.older, self.has_older),
            _ => (self.earlier(later as u32, false), false),
        }
    }
}
