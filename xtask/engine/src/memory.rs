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
//! failed exchange reads the latest store. And as time passes, each store is seen.
//!
//! The same views tell which accesses to memory may race, under every time model: what a thread has
//! seen of another are that one's moments. Beside atomics, threads are ordered by locks, by joins and
//! by what a library says of its operations ([`after`](crate::after)).

use std::collections::{HashMap, VecDeque};
use std::mem;
use std::ops::Range;
use std::panic::Location;
use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Release, SeqCst};

use rustc_hash::FxBuildHasher;

use crate::access::{Access, Accesses};
use crate::addresses;
use crate::object::{CLOCK, Object, ObjectState};
use crate::operation::Op;
use crate::races;
use crate::raw::heap;
use crate::running::{Running, with, with_scheduler};
use crate::scheduler::Scheduler;

/// So many stores of an atomic are kept, and no older one is read any more.
const KEPT: usize = 8;

/// From so many atomics on, those are looked for that are no more.
const MANY: usize = 64;

/// Numbers that only become more.
#[derive(Default)]
struct Numbers(Vec<u32>);

impl Clone for Numbers {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }

    fn clone_from(&mut self, other: &Self) {
        self.0.clone_from(&other.0);
    }
}

impl Numbers {
    fn of(&self, index: usize) -> u32 {
        self.0.get(index).copied().unwrap_or(0)
    }

    fn move_on(&mut self, index: usize, number: u32) {
        if self.0.len() <= index {
            self.0.resize(index + 1, 0);
        }
        self.0[index] = self.0[index].max(number);
    }

    fn join(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (number, &other) in self.0.iter_mut().zip(&other.0) {
            *number = other.max(*number);
        }
    }
}

/// What a thread has seen.
#[derive(Default)]
struct View {
    /// For each atomic, by its number here, the number of the oldest store that may be read.
    stores: Numbers,
    /// For each thread the latest moment before which all that it did is seen.
    moments: Numbers,
}

impl Clone for View {
    fn clone(&self) -> Self {
        Self {
            stores: self.stores.clone(),
            moments: self.moments.clone(),
        }
    }

    /// In the memory that is there.
    fn clone_from(&mut self, other: &Self) {
        self.stores.clone_from(&other.stores);
        self.moments.clone_from(&other.moments);
    }
}

impl View {
    fn join(&mut self, other: &Self) {
        self.stores.join(&other.stores);
        self.moments.join(&other.moments);
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
    /// Whether its latest atomic operation both read and wrote.
    has_updated: bool,
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
    /// The number of the object.
    object: u32,
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

    /// Keeps one more store, and so many at most. What its view was made of is used again.
    fn push(&mut self, kept: usize, (value, at): (u64, u64), carry: impl FnOnce(&mut View)) {
        let mut carried = View::default();
        if self.stores.len() == kept
            && let Some(oldest) = self.stores.pop_front()
        {
            self.first += 1;
            carried = oldest.carried;
        }
        carry(&mut carried);
        self.stores.push_back(Store { value, carried, at });
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

/// What threads have left at an object that is no atomic, for those who come after them.
#[derive(Default)]
struct Left {
    /// What each thread that takes the lock comes after.
    main: View,
    /// What only writers come after: it is what readers have left.
    other: View,
}

impl Left {
    /// A thread does something to the object. A reader of a lock comes after its writers, and not after
    /// its other readers. An operation that only asks orders no threads.
    fn order(&mut self, now: &mut View, access: Access) {
        let Self { main, other } = self;
        match access {
            Access::Lock => {
                now.join(main);
                now.join(other);
            }
            Access::Unlock => main.join(now),
            Access::LockShared => now.join(main),
            Access::UnlockShared => other.join(now),
            Access::Await => {
                now.join(main);
                now.join(other);
            }
            Access::Write => {
                now.join(main);
                now.join(other);
                main.join(now);
                other.join(now);
            }
            Access::Read
            | Access::Send
            | Access::Receive
            | Access::CountUp
            | Access::CountDown
            | Access::CountToOne => {}
        }
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

impl Word {
    fn addresses(self) -> Range<usize> {
        self.address..self.address + self.bytes
    }
}

/// The memory of an execution.
#[derive(Default)]
pub(crate) struct Memory {
    threads: Vec<Views>,
    atomics: Vec<Atomic>,
    /// The places of atomics, by the numbers of their objects.
    numbers: HashMap<u32, usize, FxBuildHasher>,
    /// The places whose atomics are no more.
    free: Vec<usize>,
    /// With so many atomics those are looked for that are no more.
    many: usize,
    /// What the threads have left at other objects that they share, by the objects' numbers.
    left: HashMap<u32, Left, FxBuildHasher>,
    /// What threads had seen at steps after which others may come.
    steps: HashMap<u32, View, FxBuildHasher>,
    /// What the threads have left where a library shares what is no object, by its address.
    left_at: HashMap<usize, View, FxBuildHasher>,
    /// What operations that are `SeqCst` have seen of each atomic.
    seen_by_all: Numbers,
    /// Whether a load may read an older value than the latest.
    is_weak: bool,
}

fn acquires(order: Ordering) -> bool {
    matches!(order, Acquire | AcqRel | SeqCst)
}

fn releases(order: Ordering) -> bool {
    matches!(order, Release | AcqRel | SeqCst)
}

impl Memory {
    /// No memory yet.
    pub fn new(is_weak: bool) -> Self {
        Self {
            is_weak,
            many: MANY,
            ..Self::default()
        }
    }

    /// Another thread begins, with all that the one has seen that starts it.
    pub fn start_thread(&mut self, starter: u32) {
        let new = self.threads.len();
        let mut now = match self.threads.get(starter as usize) {
            Some(starter) => starter.now.clone(),
            None => View::default(),
        };
        now.moments.move_on(new, 1);
        self.threads.push(Views {
            now,
            ..Views::default()
        });
        self.let_see(starter);
    }

    /// The thread's moment: how often it has let others see what it has done, and 1.
    pub fn moment(&self, thread: u32) -> u32 {
        self.seen(thread, thread)
    }

    /// The latest moment of the other thread before which this one has seen all that it did.
    pub fn seen(&self, thread: u32, other: u32) -> u32 {
        self.threads[thread as usize].now.moments.of(other as usize)
    }

    /// The thread has let others see what it has done: what it does next they have not seen.
    fn let_see(&mut self, thread: u32) {
        heap::next_moment();
        let moments = &mut self.threads[thread as usize].now.moments;
        moments.move_on(thread as usize, moments.of(thread as usize) + 1);
    }

    /// The thread does an operation on these objects. Some of them order it after what was done to
    /// them.
    pub fn order(&mut self, thread: u32, accesses: &Accesses, objects: &[ObjectState]) {
        let now = &mut self.threads[thread as usize].now;
        let mut lets_see = false;
        for (object, access) in accesses.iter() {
            if object != CLOCK && objects[object as usize].orders {
                self.left.entry(object).or_default().order(now, access);
                lets_see = true;
            }
        }
        if lets_see {
            self.let_see(thread);
        }
    }

    /// Others may come after this step of the thread, its latest.
    pub fn keep(&mut self, thread: u32, step: u32) {
        let now = self.threads[thread as usize].now.clone();
        self.steps.insert(step, now);
        self.let_see(thread);
    }

    /// The thread comes after this step of another.
    pub fn come_after(&mut self, thread: u32, step: u32) {
        if let Some(seen) = self.steps.get(&step) {
            self.threads[thread as usize].now.join(seen);
        }
    }

    /// The thread comes after all that was done to the object.
    fn acquire(&mut self, thread: u32, object: u32) {
        let left = self.left.entry(object).or_default();
        left.order(&mut self.threads[thread as usize].now, Access::Await);
    }

    /// The thread lets go of what stands at this address. The last one comes after the others.
    fn let_go(&mut self, thread: u32, address: usize, is_last: bool) {
        let now = &mut self.threads[thread as usize].now;
        let left = self.left_at.entry(address).or_default();
        match is_last {
            true => now.join(left),
            false => left.join(now),
        }
        self.let_see(thread);
    }

    /// The number of the atomic. The value is what stands in memory before the operation. If the
    /// latest store made another value, a thread has since written this one without an operation, as
    /// `get_mut` does: then all threads read it.
    fn atomic(&mut self, word: Word, value: u64, now: u64) -> usize {
        let number = match self.numbers.get(&word.object.0) {
            Some(&number) => number,
            None => self.new_atomic(word.object.0),
        };
        let atomic = &mut self.atomics[number];
        let is_same = (atomic.address, atomic.bytes) == (word.address, word.bytes);
        let last = atomic.stores.back().map(|store| store.value);
        if !is_same || last != Some(value) {
            (atomic.address, atomic.bytes) = (word.address, word.bytes);
            atomic.first += mem::take(&mut atomic.stores).len() as u32;
            atomic.push(KEPT, (value, now), |_| {});
        }
        number
    }

    /// A place for a new atomic: if possible, one that an older atomic had whose memory was given back.
    /// The numbers of stores go on from there, so that a view which still has one of the older atomic's
    /// leaves out no store of the new one.
    fn new_atomic(&mut self, object: u32) -> usize {
        if self.numbers.len() >= self.many {
            self.forget_atomics();
        }
        let number = self.free.pop().unwrap_or_else(|| {
            self.atomics.push(Atomic::default());
            self.atomics.len() - 1
        });
        self.atomics[number].object = object;
        self.numbers.insert(object, number);
        number
    }

    /// Forgets the atomics whose memory was given back. Each view has a number for each atomic, so that
    /// a program which allocates for long would need ever more memory.
    fn forget_atomics(&mut self) {
        let Self {
            atomics,
            numbers,
            free,
            ..
        } = self;
        numbers.retain(|_, &mut number| {
            let atomic = &mut atomics[number];
            let stands = addresses::object_at(atomic.address, atomic.bytes) == Some(atomic.object);
            if !stands {
                atomic.first += mem::take(&mut atomic.stores).len() as u32;
                free.push(number);
            }
            stands
        });
        // Which place is taken first must not depend on the order of a map.
        free.sort_unstable();
        self.many = MANY.max(2 * self.numbers.len());
    }

    /// The thread reads this store.
    fn read(&mut self, thread: u32, atomic: usize, store: u32, order: Ordering) {
        let Views {
            now,
            acquired,
            has_updated,
            ..
        } = &mut self.threads[thread as usize];
        *has_updated = false;
        if self.is_weak {
            now.stores.move_on(atomic, store);
        }
        let carried = &self.atomics[atomic].store(store).carried;
        match acquires(order) {
            true => now.join(carried),
            false => acquired.join(carried),
        }
        if order == SeqCst && self.is_weak {
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
        if self.is_weak {
            views.now.stores.move_on(atomic, store);
        }
        views.has_updated = false;
        let view = match releases(order) {
            true => &views.now,
            false => &views.released,
        };
        // Unless memory is weak, each load reads the latest store.
        let kept = if self.is_weak { KEPT } else { 1 };
        self.atomics[atomic].push(kept, (value, at), |carried| {
            carried.clone_from(view);
            carried.join(also);
        });
        if order == SeqCst && self.is_weak {
            self.seen_by_all.move_on(atomic, store);
        }
        self.let_see(thread);
    }

    fn fence(&mut self, thread: u32, order: Ordering) {
        let views = &mut self.threads[thread as usize];
        if acquires(order) {
            views.now.join(&views.acquired);
        }
        if order == SeqCst {
            views.now.stores.join(&self.seen_by_all);
            self.seen_by_all.join(&views.now.stores);
        }
        if releases(order) {
            views.released = views.now.clone();
            self.let_see(thread);
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
    races::access_atomic(word.addresses(), false);
    with_scheduler(|running| {
        let Running {
            execution,
            scheduler,
        } = running;
        let (thread, now) = (execution.current, execution.now);
        let memory = execution.memory.as_mut().filter(|_| execution.is_running)?;
        let atomic = memory.atomic(word, newest, now);
        let mut view = memory.threads[thread as usize].now.stores.of(atomic);
        if order == SeqCst {
            view = view.max(memory.seen_by_all.of(atomic));
        }
        let last = memory.atomics[atomic].last();
        let most = last - memory.atomics[atomic].oldest(view, now);
        let step = execution.length - 1;
        let scheduler = scheduler.as_mut().expect("somebody decides");
        let back = match most {
            0 => 0,
            _ if !memory.is_weak => 0,
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
    races::access_atomic(word.addresses(), false);
    with_memory(|memory, thread, now| {
        let atomic = memory.atomic(word, value, now);
        let last = memory.atomics[atomic].last();
        memory.read(thread, atomic, last, order);
    });
}

/// It has stored the second value in place of the first.
pub fn store(word: Word, order: Ordering, [before, value]: [u64; 2]) {
    races::access_atomic(word.addresses(), true);
    with_memory(|memory, thread, now| {
        let atomic = memory.atomic(word, before, now);
        memory.write(thread, atomic, order, (value, now), &View::default());
    });
}

/// It has read the first value, and written the second, as one.
pub fn update(word: Word, order: Ordering, [before, value]: [u64; 2]) {
    races::access_atomic(word.addresses(), true);
    with_memory(|memory, thread, now| {
        let atomic = memory.atomic(word, before, now);
        let last = memory.atomics[atomic].last();
        memory.read(thread, atomic, last, order);
        let carried = memory.atomics[atomic].store(last).carried.clone();
        memory.write(thread, atomic, order, (value, now), &carried);
        memory.threads[thread as usize].has_updated = true;
    });
}

/// A fence of the running thread: an operation where memory is weak, and nothing elsewhere.
#[track_caller]
pub fn fence(order: Ordering) {
    if with_memory(|memory, _, _| memory.is_weak) == Some(true) {
        Op::local("fence", Location::caller()).perform();
    }
    with_memory(|memory, thread, _| memory.fence(thread, order));
}

/// The running thread lets go of what a library shares at this address that is no object. The last of
/// its owners comes after the others, as with an `Arc`.
pub fn let_go(address: usize, is_last: bool) {
    with_memory(|memory, thread, _| memory.let_go(thread, address, is_last));
}

/// The running thread comes after all that was done to the object: it has seen that it is done.
pub fn acquire(object: Object) {
    with_memory(|memory, thread, _| memory.acquire(thread, object.0));
}

/// A fence of the running thread for the compiler alone. An operation of a processor of the family
/// x86 that both reads and writes is a fence of its own, if the compiler lets it be one.
pub fn compiler_fence(order: Ordering) {
    if cfg!(any(target_arch = "x86", target_arch = "x86_64")) {
        with_memory(|memory, thread, _| {
            if memory.threads[thread as usize].has_updated {
                memory.fence(thread, order);
            }
        });
    }
}
