//! By which steps threads have seen what others had done, and which loads have read a store without
//! seeing what came before it. This is kept only of an execution that is recorded: a report of a data
//! race says what ordered the two threads last, and what would have ordered them.

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use rustc_hash::FxBuildHasher;

use super::orders::{acquires, releases};
use super::view::Numbers;

/// What is kept of an execution.
#[derive(Default)]
pub struct History {
    /// The latest step.
    step: u32,
    /// The moments that each thread had seen when that was last looked at.
    known: Vec<Numbers>,
    /// What each thread has seen since, in the order of the steps.
    seen: Vec<Seen>,
    /// The stores of each atomic, by its place and their numbers; each behind those of other threads
    /// whose release sequence it continues, of each thread the last.
    stores: HashMap<(usize, u32), Vec<Made>, FxBuildHasher>,
    /// The loads that have read another thread's store.
    loads: Vec<Loaded>,
}

/// By a step, a thread has seen all that another had done at a moment of that one. For a thread's own
/// moments: the moment began with that step.
#[derive(Clone, Copy)]
struct Seen {
    step: u32,
    thread: u32,
    other: u32,
    moment: u32,
}

/// A store.
#[derive(Clone, Copy)]
struct Made {
    step: u32,
    thread: u32,
    /// The thread's moment.
    moment: u32,
    /// The latest moment of the thread that an acquire load of the store sees.
    carried: u32,
    order: Ordering,
}

/// A load of another thread's store, or of one that continues its release sequence.
#[derive(Clone, Copy)]
struct Loaded {
    step: u32,
    thread: u32,
    store: Made,
    order: Ordering,
    /// Whether it acquires, by itself or by a later fence.
    acquires: bool,
}

/// A store and a load of it that would order the two threads if their orders of memory were stronger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooWeak {
    /// The steps of the store and of the load.
    pub steps: [u32; 2],
    /// The order of each, and whether it is too weak; one is, or both are. An order that is weak and not
    /// too weak has a fence beside it.
    pub orders: [(Ordering, bool); 2],
}

impl History {
    /// The thread, which has run until now, has seen so many moments of each thread.
    pub fn take_in(&mut self, thread: u32, moments: &Numbers) {
        let threads = self.known.len().max(thread as usize + 1);
        self.known.resize_with(threads, Numbers::default);
        let known = &mut self.known[thread as usize];
        for (other, moment) in (0u32..).zip(moments.iter()) {
            if moment > known.of(other as usize) {
                self.seen.push(Seen {
                    step: self.step,
                    thread,
                    other,
                    moment,
                });
            }
        }
        known.clone_from(moments);
    }

    /// A thread takes the step with this number.
    pub fn begin_step(&mut self, step: u32) {
        self.step = step;
    }

    /// The thread makes a store of an atomic, which has this number, at this moment. An acquire load of
    /// it sees the thread's moments up to the second one. It updates the store with that number, if any.
    pub fn store(
        &mut self,
        (atomic, number, updated): (usize, u32, Option<u32>),
        thread: u32,
        [moment, carried]: [u32; 2],
        order: Ordering,
    ) {
        let continued = updated.and_then(|updated| self.stores.get(&(atomic, updated)));
        let mut made = continued.cloned().unwrap_or_default();
        made.retain(|made| made.thread != thread);
        made.push(Made {
            step: self.step,
            thread,
            moment,
            carried,
            order,
        });
        self.stores.insert((atomic, number), made);
    }

    /// The thread reads the store with this number.
    pub fn load(&mut self, store: (usize, u32), thread: u32, order: Ordering) {
        let made = self.stores.get(&store).into_iter().flatten();
        let of_others = made.filter(|made| made.thread != thread);
        self.loads.extend(of_others.map(|&store| Loaded {
            step: self.step,
            thread,
            store,
            order,
            acquires: acquires(order),
        }));
    }

    /// A fence of the thread acquires.
    pub fn acquire(&mut self, thread: u32) {
        let its = self.loads.iter_mut().filter(|load| load.thread == thread);
        its.for_each(|load| load.acquires = true);
    }

    /// The step with which the moment of the thread ended, if it has.
    pub fn end_of(&self, thread: u32, moment: u32) -> Option<u32> {
        let is_later =
            |seen: &&Seen| seen.thread == thread && seen.other == thread && seen.moment > moment;
        Some(self.seen.iter().find(is_later)?.step)
    }

    /// The last step of the other thread that the thread has seen, and the step by which it has.
    pub fn last_seen(&self, thread: u32, other: u32) -> Option<[u32; 2]> {
        let is_its = |seen: &&Seen| seen.thread == thread && seen.other == other;
        let seen = self.seen.iter().rev().find(is_its)?;
        Some([self.end_of(other, seen.moment)?, seen.step])
    }

    /// The latest load by the thread of a store that the other made after this moment began, where one
    /// of the two is too weak to order what the other did at the moment before what the thread does now.
    pub fn too_weak(&self, thread: u32, other: u32, moment: u32) -> Option<TooWeak> {
        let is_between = |load: &&Loaded| {
            load.thread == thread && load.store.thread == other && load.store.moment >= moment
        };
        let load = self.loads.iter().rev().find(is_between)?;
        let Loaded { store, order, .. } = *load;
        let releases = store.carried >= moment || releases(store.order);
        let is_any = !releases || !load.acquires;
        is_any.then_some(TooWeak {
            steps: [store.step, load.step],
            orders: [(store.order, !releases), (order, !load.acquires)],
        })
    }
}
