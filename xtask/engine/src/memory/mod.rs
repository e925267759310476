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

mod atomic;
mod seqcst;
mod view;

use std::collections::HashMap;
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
use crate::scheduler::{Options, Scheduler};
use atomic::Atomic;
use seqcst::Effect;
use view::{Recent, View};

/// From so many atomics on, those are looked for that are no more.
const MANY: usize = 64;

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
    /// The order of all operations that are `SeqCst`, where memory is weak.
    seqcst: seqcst::SeqCst,
    /// Whether a load may read an older value than the latest.
    is_weak: bool,
    /// Whether a load might have read a store that is not kept any more, or one of which it is not
    /// known any more whether it may.
    pub has_left_out: bool,
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
        if !is_same || atomic.value() != Some(value) {
            (atomic.address, atomic.bytes) = (word.address, word.bytes);
            atomic.forget_stores();
            atomic.push(true, (value, now), Recent::default(), |_| {});
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
                atomic.forget_stores();
                free.push(number);
            }
            stands
        });
        // Which place is taken first must not depend on the order of a map.
        free.sort_unstable();
        self.many = MANY.max(2 * self.numbers.len());
    }

    /// How far an operation of the thread on this atomic may stay behind the last store.
    fn options(&mut self, thread: u32, atomic: usize, order: Ordering, now: u64) -> Options {
        let mut options = Options::LATEST;
        if !self.is_weak {
            return options;
        }
        let view = &self.threads[thread as usize].now;
        let (farthest, is_cut) = self.atomics[atomic].farthest(view.stores.of(atomic), now);
        self.has_left_out |= is_cut;
        for back in 1..=farthest {
            let effect = self.effect(atomic, back, order);
            let view = &self.threads[thread as usize].now;
            match self.seqcst.allows(&effect, &view.ordered) {
                Some(true) => options.add(back),
                Some(false) => {}
                None => self.has_left_out = true,
            }
        }
        options
    }

    /// What it does to an atomic to read the store that is so many behind the last.
    fn effect(&mut self, atomic: usize, back: u32, order: Ordering) -> Effect {
        Effect {
            atomic,
            store: self.atomics[atomic].store(back).number,
            earlier: self.atomics[atomic].earlier(back, false),
            is_seqcst: order == SeqCst,
        }
    }

    /// The thread reads the store that is so many behind the last.
    fn read(&mut self, thread: u32, atomic: usize, back: u32, order: Ordering) {
        if self.is_weak {
            let effect = self.effect(atomic, back, order);
            let now = &mut self.threads[thread as usize].now;
            now.stores.move_on(atomic, effect.store);
            let own = self.seqcst.take_in(&effect, &now.ordered);
            now.ordered.done = now.ordered.done.or(own);
            let store = self.atomics[atomic].store(back);
            store.read_by = store.read_by.or(own).or(now.ordered.fences);
        }
        self.acquire_store(thread, atomic, back, order);
    }

    /// The thread comes after what the store carries that is so many behind the last, at once or with
    /// its next fence.
    fn acquire_store(&mut self, thread: u32, atomic: usize, back: u32, order: Ordering) {
        let Views {
            now,
            acquired,
            has_updated,
            ..
        } = &mut self.threads[thread as usize];
        *has_updated = false;
        let carried = &self.atomics[atomic].store(back).carried;
        match acquires(order) {
            true => now.join(carried),
            false => acquired.join(carried),
        }
    }

    /// The thread makes a store. If it updates the atomic, it reads the last store for that, and what
    /// this one carries goes on with the new one.
    fn write(
        &mut self,
        thread: u32,
        atomic: usize,
        order: Ordering,
        (value, at): (u64, u64),
        updates: bool,
    ) {
        let mut own = Recent::default();
        if self.is_weak {
            let effect = Effect {
                atomic,
                store: self.atomics[atomic].next_number(),
                earlier: self.atomics[atomic].earlier(0, true),
                is_seqcst: order == SeqCst,
            };
            let now = &mut self.threads[thread as usize].now;
            now.stores.move_on(atomic, effect.store);
            own = self.seqcst.take_in(&effect, &now.ordered);
        }
        let mut also = View::default();
        if updates {
            self.acquire_store(thread, atomic, 0, order);
            also.clone_from(&self.atomics[atomic].store(0).carried);
        }
        let views = &mut self.threads[thread as usize];
        views.has_updated = updates;
        let view = match releases(order) {
            true => &views.now,
            false => &views.released,
        };
        let made_by = own.or(views.now.ordered.fences);
        self.atomics[atomic].push(self.is_weak, (value, at), made_by, |carried| {
            carried.clone_from(view);
            carried.join(&also);
        });
        // Who reads the store does not thereby come after it in the order of all that are `SeqCst`.
        let ordered = &mut views.now.ordered;
        ordered.done = ordered.done.or(own);
        self.let_see(thread);
    }

    fn fence(&mut self, thread: u32, order: Ordering) {
        let views = &mut self.threads[thread as usize];
        if acquires(order) {
            views.now.join(&views.acquired);
        }
        if order == SeqCst && self.is_weak {
            let View {
                stores, ordered, ..
            } = &mut views.now;
            let mut earlier = Recent::default();
            for (atomic, seen) in self.atomics.iter().zip(stores.iter()) {
                let (its, is_too_much) = atomic.earlier_than_fence(seen);
                earlier = earlier.or(its);
                self.has_left_out |= is_too_much;
            }
            self.seqcst.fence(stores, earlier, ordered);
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
        let mut options = memory.options(thread, atomic, order, now);
        let scheduler = scheduler.as_mut().expect("somebody decides");
        let state = &mut execution.threads[thread as usize];
        if options != Options::LATEST
            && let Some(store) = state.waiting.has_just_read(&state.op, word.object.0)
            && let Some(back @ 1..) = memory.atomics[atomic].back_of(store)
        {
            execution.loops = true;
            if !scheduler.reads_again() {
                options = options.below(back);
            }
        }
        let step = execution.length - 1;
        let back = match options {
            Options::LATEST => 0,
            options => scheduler.pick_store(step, options),
        };
        memory.read(thread, atomic, back, order);
        if back == 0 {
            return None;
        }
        let store = memory.atomics[atomic].store(back);
        execution.old_reads.push((step, back));
        if let Some(recorder) = &mut execution.recorder {
            recorder.old_read(step, back);
        }
        let waiting = &mut state.waiting;
        waiting.read_older(&state.op, word.object.0, store.number);
        Some(store.value)
    })
}

/// It tried to exchange the value, which is this one, and did not.
pub fn not_exchanged(word: Word, order: Ordering, value: u64) {
    races::access_atomic(word.addresses(), false);
    with_memory(|memory, thread, now| {
        let atomic = memory.atomic(word, value, now);
        memory.read(thread, atomic, 0, order);
    });
}

/// It has stored the second value in place of the first.
pub fn store(word: Word, order: Ordering, [before, value]: [u64; 2]) {
    races::access_atomic(word.addresses(), true);
    with_memory(|memory, thread, now| {
        let atomic = memory.atomic(word, before, now);
        memory.write(thread, atomic, order, (value, now), false);
    });
}

/// It has read the first value, and written the second, as one.
pub fn update(word: Word, order: Ordering, [before, value]: [u64; 2]) {
    races::access_atomic(word.addresses(), true);
    with_memory(|memory, thread, now| {
        let atomic = memory.atomic(word, before, now);
        memory.write(thread, atomic, order, (value, now), true);
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
