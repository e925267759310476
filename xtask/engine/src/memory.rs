//! Weak memory: which value a load reads, where the orders of memory allow several.
//!
//! Each atomic keeps its latest stores, and each thread a view: for each atomic the oldest store that
//! it may still read. To read or to write moves the view on; a store that releases carries the
//! writer's view, and a load that acquires takes it over. What a load reads is the scheduler's
//! choice. (Kang, Hur, Lahav, Vafeiadis and Dreyer, "A promising semantics for relaxed-memory
//! concurrency", 2017, without its promises.) Operations that are `SeqCst` happen in the order of the
//! schedule: a load of that order reads no store older than the latest one that such an operation has
//! written or read, and a fence takes over what the fences before it have seen (C++20, "Order and
//! consistency").
//!
//! Everything here is possible on some machine that the language allows, and some of what is possible
//! is left out: a load reads no store that is yet to come, and a store is the last one of its atomic
//! when it is made, so that no load finds two stores in another order than the schedule has them. A
//! failed exchange reads the latest store. What threads share beside atomics orders them at each
//! operation, so that more is ordered than has to be. And as time passes, each store is seen.

use std::collections::{HashMap, VecDeque};
use std::mem;
use std::panic::Location;
use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Release, SeqCst};

use rustc_hash::FxBuildHasher;

use crate::access::Accesses;
use crate::object::{CLOCK, Object, ObjectState};
use crate::operation::Op;
use crate::running::{Running, with, with_scheduler};
use crate::scheduler::Scheduler;

/// So many stores of an atomic are kept, and no older one is read any more.
const KEPT: usize = 8;

/// For each atomic, by its number here, the number of the oldest store that may be read.
#[derive(Default, Clone)]
struct View(Vec<u32>);

impl View {
    fn of(&self, atomic: usize) -> u32 {
        self.0.get(atomic).copied().unwrap_or(0)
    }

    fn move_on(&mut self, atomic: usize, store: u32) {
        if self.0.len() <= atomic {
            self.0.resize(atomic + 1, 0);
        }
        self.0[atomic] = self.0[atomic].max(store);
    }

    fn join(&mut self, other: &Self) {
        for (atomic, &store) in other.0.iter().enumerate() {
            self.move_on(atomic, store);
        }
    }
}

/// The views of a thread.
#[derive(Default)]
struct Views {
    now: View,
    /// What an acquire fence would take over: what came with the stores that were read.
    acquired: View,
    /// What a store that does not release carries: the view at the latest release fence.
    released: View,
}

struct Store {
    value: u64,
    /// The view that a load takes over if it reads this store and acquires.
    carried: View,
    /// When it was made.
    at: u64,
}

/// An atomic, and its latest stores, the last one last.
#[derive(Default)]
struct Atomic {
    address: usize,
    bytes: usize,
    /// The number of the first store that is kept.
    first: u32,
    stores: VecDeque<Store>,
}

impl Atomic {
    fn last(&self) -> u32 {
        self.first + self.stores.len() as u32 - 1
    }

    fn store(&self, number: u32) -> &Store {
        &self.stores[(number - self.first) as usize]
    }

    fn push(&mut self, store: Store) {
        self.stores.push_back(store);
        if self.stores.len() > KEPT {
            self.stores.pop_front();
            self.first += 1;
        }
    }

    /// The oldest store that somebody may read whose view begins at this one. As soon as time has
    /// passed, a store is seen by all.
    fn oldest(&self, view: u32, now: u64) -> u32 {
        let mut oldest = self.last();
        while oldest > self.first.max(view) && self.store(oldest).at == now {
            oldest -= 1;
        }
        oldest
    }
}

/// What an operation on an atomic is done to: the object, where it stands, and how long it is.
#[derive(Clone, Copy)]
pub struct Word {
    /// The object.
    pub object: Object,
    /// Its first byte.
    pub address: usize,
    /// At most 8.
    pub bytes: usize,
}

/// The memory of an execution.
#[derive(Default)]
pub(crate) struct Memory {
    threads: Vec<Views>,
    atomics: Vec<Atomic>,
    /// The places of atomics, by the numbers of their objects.
    numbers: HashMap<u32, usize, FxBuildHasher>,
    /// What the threads have left at other objects that they share, by the objects' numbers.
    left: HashMap<u32, View, FxBuildHasher>,
    /// What operations that are `SeqCst` have seen of each atomic.
    seen_by_all: View,
}

fn acquires(order: Ordering) -> bool {
    matches!(order, Acquire | AcqRel | SeqCst)
}

fn releases(order: Ordering) -> bool {
    matches!(order, Release | AcqRel | SeqCst)
}

impl Memory {
    /// Another thread begins, with all that the one has seen that starts it.
    pub fn start_thread(&mut self, starter: u32) {
        let now = self.threads.get(starter as usize);
        let now = now.map_or_else(View::default, |starter| starter.now.clone());
        self.threads.push(Views {
            now,
            ..Views::default()
        });
    }

    /// The thread does an operation on these objects. Those that are no atomics order it after what
    /// was done to them.
    pub fn order(&mut self, thread: u32, accesses: &Accesses, objects: &[ObjectState]) {
        let now = &mut self.threads[thread as usize].now;
        for (object, _) in accesses.iter() {
            if object != CLOCK && !objects[object as usize].is_standing {
                let left = self.left.entry(object).or_default();
                now.join(left);
                left.join(now);
            }
        }
    }

    /// The number of the atomic. The value is what stands in memory before the operation. If the
    /// latest store made another value, a thread has since written this one without an operation, as
    /// `get_mut` does: then all threads read it.
    fn atomic(&mut self, word: Word, value: u64, now: u64) -> usize {
        let next = self.atomics.len();
        let number = *self.numbers.entry(word.object.0).or_insert(next);
        if number == next {
            self.atomics.push(Atomic::default());
        }
        let atomic = &mut self.atomics[number];
        let is_same = (atomic.address, atomic.bytes) == (word.address, word.bytes);
        let last = atomic.stores.back().map(|store| store.value);
        if !is_same || last != Some(value) {
            (atomic.address, atomic.bytes) = (word.address, word.bytes);
            atomic.first += mem::take(&mut atomic.stores).len() as u32;
            atomic.push(Store {
                value,
                carried: View::default(),
                at: now,
            });
        }
        number
    }

    /// The thread reads this store.
    fn read(&mut self, thread: u32, atomic: usize, store: u32, order: Ordering) {
        let Views { now, acquired, .. } = &mut self.threads[thread as usize];
        now.move_on(atomic, store);
        let carried = &self.atomics[atomic].store(store).carried;
        match acquires(order) {
            true => now.join(carried),
            false => acquired.join(carried),
        }
        if order == SeqCst {
            self.seen_by_all.move_on(atomic, store);
        }
    }

    /// The thread makes a store, which carries this as well.
    fn write(
        &mut self,
        thread: u32,
        atomic: usize,
        order: Ordering,
        (value, at): (u64, u64),
        also: &View,
    ) {
        let store = self.atomics[atomic].last() + 1;
        let views = &mut self.threads[thread as usize];
        views.now.move_on(atomic, store);
        let mut carried = match releases(order) {
            true => views.now.clone(),
            false => views.released.clone(),
        };
        carried.join(also);
        self.atomics[atomic].push(Store { value, carried, at });
        if order == SeqCst {
            self.seen_by_all.move_on(atomic, store);
        }
    }

    fn fence(&mut self, thread: u32, order: Ordering) {
        let views = &mut self.threads[thread as usize];
        if acquires(order) {
            views.now.join(&views.acquired);
        }
        if order == SeqCst {
            views.now.join(&self.seen_by_all);
            self.seen_by_all.join(&views.now);
        }
        if releases(order) {
            views.released = views.now.clone();
        }
    }
}

/// Does something with the memory of the execution, if it is weak; with the thread that runs, and the
/// time.
fn with_memory<R>(f: impl FnOnce(&mut Memory, u32, u64) -> R) -> Option<R> {
    with(|running| {
        let (thread, now) = (running.current, running.now);
        let memory = running.memory.as_mut().filter(|_| running.is_running)?;
        Some(f(memory, thread, now))
    })
}

/// The running thread's latest operation loads an atomic that has this value in memory. If it reads
/// an older one, that.
pub fn load(word: Word, order: Ordering, newest: u64) -> Option<u64> {
    with_scheduler(|running| {
        let Running {
            execution,
            scheduler,
        } = running;
        let (thread, now) = (execution.current, execution.now);
        let memory = execution.memory.as_mut().filter(|_| execution.is_running)?;
        let atomic = memory.atomic(word, newest, now);
        let mut view = memory.threads[thread as usize].now.of(atomic);
        if order == SeqCst {
            view = view.max(memory.seen_by_all.of(atomic));
        }
        let last = memory.atomics[atomic].last();
        let most = last - memory.atomics[atomic].oldest(view, now);
        let step = execution.length - 1;
        let scheduler = scheduler.as_mut().expect("somebody decides");
        let back = match most {
            0 => 0,
            _ => scheduler.pick_store(step, most).min(most),
        };
        let value = memory.atomics[atomic].store(last - back).value;
        memory.read(thread, atomic, last - back, order);
        if back == 0 {
            return None;
        }
        execution.old_reads.push((step, back));
        if let Some(recorder) = &mut execution.recorder {
            recorder.old_read(step, back);
        }
        let waiting = &mut execution.threads[thread as usize].waiting;
        waiting.read_older(word.object.0);
        Some(value)
    })
}

/// It tried to exchange the value, which is this one, and did not.
pub fn not_exchanged(word: Word, order: Ordering, value: u64) {
    with_memory(|memory, thread, now| {
        let atomic = memory.atomic(word, value, now);
        let last = memory.atomics[atomic].last();
        memory.read(thread, atomic, last, order);
    });
}

/// It has stored the second value in place of the first.
pub fn store(word: Word, order: Ordering, [before, value]: [u64; 2]) {
    with_memory(|memory, thread, now| {
        let atomic = memory.atomic(word, before, now);
        memory.write(thread, atomic, order, (value, now), &View::default());
    });
}

/// It has read the first value, and written the second, as one.
pub fn update(word: Word, order: Ordering, [before, value]: [u64; 2]) {
    with_memory(|memory, thread, now| {
        let atomic = memory.atomic(word, before, now);
        let last = memory.atomics[atomic].last();
        memory.read(thread, atomic, last, order);
        let carried = memory.atomics[atomic].store(last).carried.clone();
        memory.write(thread, atomic, order, (value, now), &carried);
    });
}

/// A fence of the running thread: an operation where memory is weak, and nothing elsewhere.
#[track_caller]
pub fn fence(order: Ordering) {
    if with_memory(|_, _, _| ()).is_some() {
        Op::local("fence", Location::caller()).perform();
        with_memory(|memory, thread, _| memory.fence(thread, order));
    }
}
