//! The memory of an execution: each atomic's latest stores, and the views of all threads.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::Ordering::{self, SeqCst};

use rustc_hash::FxBuildHasher;

use super::action::{Action, Impossible};
use super::atomic::{Atomic, KEPT, New};
use super::history::History;
use super::orders::{acquires, releases};
use super::seqcst;
use super::view::{Recent, View};
use crate::access::{Access, Accesses};
use crate::addresses;
use crate::object::{CLOCK, Object, ObjectState};
use crate::options::Options;
use crate::raw::heap;

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
            | Access::Try
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
    pub(super) fn addresses(self) -> Range<usize> {
        self.address..self.address + self.bytes
    }
}

/// The memory of an execution.
#[derive(Default)]
pub(crate) struct Memory {
    threads: Vec<Views>,
    pub(super) atomics: Vec<Atomic>,
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
    /// By which steps the threads have seen what others had done, if the execution is recorded.
    history: Option<Box<History>>,
    /// The order of all operations that are `SeqCst`, where memory is weak.
    seqcst: seqcst::SeqCst,
    /// Whether a load may read an older value than the latest.
    pub(super) is_weak: bool,
    /// Whether something was left out: a load might have read a store that is no longer kept, or too
    /// little is kept to tell whether it may read a store.
    pub has_left_out: bool,
}

impl Memory {
    /// Begins an execution. What the memory of the one before was made of is used again.
    pub fn begin(&mut self, is_weak: bool, is_recorded: bool) {
        self.threads.clear();
        self.atomics.iter_mut().for_each(Atomic::reset);
        self.numbers.clear();
        self.free.clear();
        self.free.extend((0..self.atomics.len()).rev());
        self.many = MANY;
        self.left.clear();
        self.steps.clear();
        self.left_at.clear();
        self.history = is_recorded.then(Box::default);
        self.seqcst.begin();
        self.is_weak = is_weak;
        self.has_left_out = false;
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

    /// The thread, which has run until now, or another one takes the step with this number.
    pub fn begin_step(&mut self, before: u32, step: u32) {
        self.take_in(before);
        if let Some(history) = &mut self.history {
            history.begin_step(step);
        }
    }

    /// Takes in what the thread has seen, which has run until now.
    pub fn take_in(&mut self, thread: u32) {
        if let Some(history) = &mut self.history {
            history.take_in(thread, &self.threads[thread as usize].now.moments);
        }
    }

    /// By which steps the threads have seen what others had done, if that is kept.
    pub fn history(&self) -> Option<&History> {
        self.history.as_deref()
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

    /// The thread has taken a lock that it has only tried to take.
    pub fn took(&mut self, thread: u32, lock: u32, access: Access) {
        let left = self.left.entry(lock).or_default();
        left.order(&mut self.threads[thread as usize].now, access);
    }

    /// The thread comes after all that was done to the object.
    pub(super) fn acquire(&mut self, thread: u32, object: u32) {
        let left = self.left.entry(object).or_default();
        left.order(&mut self.threads[thread as usize].now, Access::Await);
    }

    /// Who looks at the object from here on comes after what the thread has done.
    pub(super) fn release(&mut self, thread: u32, object: u32) {
        let left = self.left.entry(object).or_default();
        left.order(&mut self.threads[thread as usize].now, Access::Unlock);
        self.let_see(thread);
    }

    /// The thread lets go of what stands at this address. The last one comes after the others.
    pub(super) fn let_go(&mut self, thread: u32, address: usize, is_last: bool) {
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
    pub(super) fn atomic(&mut self, word: Word, value: u64, now: u64) -> usize {
        let number = match self.numbers.get(&word.object.0) {
            Some(&number) => number,
            None => self.new_atomic(word.object.0),
        };
        let atomic = &mut self.atomics[number];
        let is_same = (atomic.address, atomic.bytes) == (word.address, word.bytes);
        if !is_same || atomic.value() != Some(value) {
            (atomic.address, atomic.bytes) = (word.address, word.bytes);
            atomic.forget_stores();
            atomic.begin(value, now);
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

    /// How many stores an operation of the thread on this atomic may stay behind the last.
    pub(super) fn options(
        &mut self,
        thread: u32,
        atomic: usize,
        action: Action,
        now: u64,
    ) -> Options {
        let mut options = Options::LATEST;
        if !self.is_weak {
            return options;
        }
        let Self {
            threads, atomics, ..
        } = self;
        let (
            View {
                stores, ordered, ..
            },
            its,
        ) = (&threads[thread as usize].now, &atomics[atomic]);
        let (farthest, is_cut) = its.farthest(stores.of(atomic), now);
        let mut has_left_out = is_cut;
        for back in 1..=farthest {
            let effect = action.effect(its, atomic, back);
            match effect.map(|effect| self.seqcst.allows(&effect, ordered)) {
                Ok(Some(true)) => options.add(back),
                Ok(Some(false)) | Err(Impossible::Ever) => {}
                Ok(None) | Err(Impossible::Here) => has_left_out = true,
            }
        }
        self.has_left_out |= has_left_out;
        options
    }

    /// The thread does that to an atomic, and stays so many stores behind the last; if it makes a store,
    /// with this value and at this time.
    pub(super) fn act(
        &mut self,
        thread: u32,
        atomic: usize,
        (action, back): (Action, u32),
        (value, at): (u64, u64),
    ) {
        let its = &self.atomics[atomic];
        let action = action.at(its, back);
        let (mut own, mut number) = (Recent::default(), its.next_number());
        if self.is_weak {
            let Ok(effect) = action.effect(its, atomic, back) else {
                unreachable!("it is one of the options")
            };
            number = effect.store;
            let now = &mut self.threads[thread as usize].now;
            now.stores.move_on(atomic, number);
            own = self.seqcst.take_in(&effect, &now.ordered);
        }
        let made_by = own.or(self.threads[thread as usize].now.ordered.fences);
        if action.reads() {
            self.read(thread, atomic, back, action.order());
        }
        if action.writes() {
            let new = New {
                value,
                number,
                at,
                made_by,
            };
            self.write(thread, atomic, back, action, new);
        } else {
            let store = self.atomics[atomic].store_mut(back);
            store.read_by = store.read_by.or(made_by);
        }
        // Who reads a store does not thereby come after it in the order of all that are `SeqCst`.
        let views = &mut self.threads[thread as usize];
        views.now.ordered.done = views.now.ordered.done.or(own);
        views.has_updated = action.reads() && action.writes();
    }

    /// Whether the thread's latest atomic operation both read and wrote.
    pub(super) fn has_updated(&self, thread: u32) -> bool {
        self.threads[thread as usize].has_updated
    }

    /// The thread comes after what the store carries that is so many behind the last, at once or with
    /// its next fence.
    fn read(&mut self, thread: u32, atomic: usize, back: u32, order: Ordering) {
        let Views { now, acquired, .. } = &mut self.threads[thread as usize];
        let store = self.atomics[atomic].store(back);
        if let Some(history) = &mut self.history {
            history.load((atomic, store.number), thread, order);
        }
        let carried = &store.carried;
        match acquires(order) {
            true => now.join(carried),
            false => acquired.join(carried),
        }
    }

    /// The thread makes a store, so many behind the last. If it updates the one there, what that carries
    /// goes on with the new one.
    fn write(&mut self, thread: u32, atomic: usize, back: u32, action: Action, new: New) {
        let mut also = View::default();
        let mut number = None;
        if action.reads() {
            let updated = self.atomics[atomic].store_mut(back);
            updated.is_updated = true;
            number = Some(updated.number);
            also.clone_from(&updated.carried);
        }
        let Views { now, released, .. } = &self.threads[thread as usize];
        let view = match releases(action.order()) {
            true => now,
            false => released,
        };
        if let Some(history) = &mut self.history {
            let moments = [now, view].map(|view| view.moments.of(thread as usize));
            let store = (atomic, new.number, number);
            history.store(store, thread, moments, action.order());
        }
        // Unless memory is weak, each load reads the last store.
        let kept = if self.is_weak { KEPT } else { 1 };
        self.atomics[atomic].insert(back, kept, new, |carried| {
            carried.clone_from(view);
            carried.join(&also);
        });
        self.let_see(thread);
    }

    pub(super) fn fence(&mut self, thread: u32, order: Ordering) {
        let views = &mut self.threads[thread as usize];
        if acquires(order) {
            views.now.join(&views.acquired);
            if let Some(history) = &mut self.history {
                history.acquire(thread);
            }
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
