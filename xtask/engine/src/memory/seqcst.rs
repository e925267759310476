//! The order of all operations that are `SeqCst`.
//!
//! It need not be that of the schedule, nor is it chosen: what is read and in which order stores come
//! tells of some pairs which comes first, and as long as that is no circle, there is an order of all.
//! One operation comes before another if it is done earlier by the same thread; if it is done before
//! something that happens before the other, or before what the other thread does before it; or if what
//! it reads or stores comes earlier in the order of one atomic's stores. Of a fence the last is true
//! as well if that holds of what happens after it, or of what happens before the other fence. (C++20,
//! "Order and consistency"; the axiom `psc` of Lahav, Vafeiadis, Kang, Hur and Dreyer, "Repairing
//! sequential consistency in C/C++11", 2017, is a little weaker, so that what keeps to this is allowed
//! by both.)

use std::collections::VecDeque;

use super::view::{Numbers, Ordered, Recent};

/// What an operation does to an atomic.
#[derive(Clone, Copy)]
pub struct Effect {
    /// The place of the atomic.
    pub atomic: usize,
    /// The store that it reads, or makes.
    pub store: u32,
    /// If it is `SeqCst`, the operations, and the fences before others, that come earlier because of what
    /// they do to the atomic.
    pub earlier: Recent,
    /// Whether it is `SeqCst`.
    pub is_seqcst: bool,
}

/// Where an operation stands among the stores of atomics.
enum Standing {
    /// It reads or makes this store of this atomic.
    At(usize, u32),
    /// It is a fence, before which the thread has seen so much.
    Behind(Numbers),
}

struct Operation {
    /// All that comes before it.
    before: Recent,
    standing: Standing,
}

impl Operation {
    /// Whether it comes after what reads or makes this store.
    fn is_behind(&self, atomic: usize, store: u32) -> bool {
        match &self.standing {
            Standing::At(its, latest) => *its == atomic && *latest > store,
            Standing::Behind(seen) => seen.of(atomic) > store,
        }
    }
}

/// What is known of the order. Of operations older than the latest [`Recent::MOST`] it is taken that they
/// come before these.
#[derive(Default)]
pub struct SeqCst {
    latest: VecDeque<Operation>,
    /// The number of the first of them.
    first: u32,
    /// How far the older ones have come in each atomic.
    older: Numbers,
}

impl SeqCst {
    /// Begins an execution, in the memory that is there.
    pub fn begin(&mut self) {
        self.latest.clear();
        self.first = 0;
        self.older = Numbers::default();
    }

    fn numbers(&self) -> impl Iterator<Item = (u32, &Operation)> {
        (self.first..).zip(&self.latest)
    }

    /// These, with all that comes before them.
    fn with_earlier(&self, set: Recent) -> Recent {
        let members = self.numbers().filter(|&(number, _)| set.has(number));
        members.fold(set, |all, (_, operation)| all.or(operation.before))
    }

    /// What comes after something that reads or makes this store.
    fn behind(&self, atomic: usize, store: u32) -> Recent {
        let behind = self
            .numbers()
            .filter(|(_, operation)| operation.is_behind(atomic, store));
        behind.fold(Recent::default(), |all, (number, _)| {
            all.or(Recent::one(number))
        })
    }

    /// What comes before the operation, or before what is behind it.
    fn before(&self, effect: &Effect, ordered: &Ordered) -> Recent {
        self.with_earlier(match effect.is_seqcst {
            true => ordered.done.or(effect.earlier),
            false => ordered.fences,
        })
    }

    /// Whether a thread with this past can do that. `None`: this is not known any more.
    pub fn allows(&self, effect: &Effect, ordered: &Ordered) -> Option<bool> {
        if !effect.is_seqcst && !ordered.is_fenced {
            return Some(true);
        }
        if effect.store < self.older.of(effect.atomic) {
            return None;
        }
        let behind = self.behind(effect.atomic, effect.store);
        Some(behind.is_empty() || !behind.meets(self.before(effect, ordered)))
    }

    /// A thread with this past does that. Gives the operation itself, if it is `SeqCst`: it comes before
    /// what the thread does next.
    pub fn take_in(&mut self, effect: &Effect, ordered: &Ordered) -> Recent {
        if !effect.is_seqcst && !ordered.is_fenced {
            return Recent::default();
        }
        let behind = self.behind(effect.atomic, effect.store);
        let before = self.before(effect, ordered);
        let own = match effect.is_seqcst {
            true => Recent::one(self.push(before, Standing::At(effect.atomic, effect.store))),
            false => Recent::default(),
        };
        self.put_before(before.or(own), behind);
        own
    }

    /// A thread that has seen so much makes a fence, which comes after what has come earlier to the
    /// atomics.
    pub fn fence(&mut self, seen: &Numbers, earlier: Recent, ordered: &mut Ordered) {
        let before = self.with_earlier(ordered.done.or(earlier));
        let fence = Recent::one(self.push(before, Standing::Behind(seen.clone())));
        ordered.fences = ordered.fences.or(fence);
        ordered.is_fenced = true;
        ordered.done = ordered.done.or(fence);
    }

    fn push(&mut self, before: Recent, standing: Standing) -> u32 {
        let number = self.first + self.latest.len() as u32;
        if self.latest.len() == Recent::MOST as usize
            && let Some(oldest) = self.latest.pop_front()
        {
            self.first += 1;
            match oldest.standing {
                Standing::At(atomic, store) => self.older.move_on(atomic, store),
                Standing::Behind(seen) => self.older.join(&seen),
            }
        }
        self.latest.push_back(Operation { before, standing });
        number
    }

    /// All of the first set comes before all of the second, and before what comes after that.
    fn put_before(&mut self, before: Recent, behind: Recent) {
        if behind.is_empty() {
            return;
        }
        for (number, operation) in (self.first..).zip(&mut self.latest) {
            if behind.has(number) || operation.before.meets(behind) {
                operation.before = operation.before.or(before);
            }
        }
    }
}
