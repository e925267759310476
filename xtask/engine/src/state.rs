//! States: what tells one from another, whichever steps have led to it.
//!
//! Two executions are in the same state if whatever may follow in one may follow in the other, and
//! is the same there. The steps' happens-before relation stands for what each thread has computed
//! and for what each object holds. What else decides who can go on is added to it, also where it
//! seems to follow from the relation: two states too many cost time, and one too few is a mistake.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::Location;
use std::ptr;

use crate::execution::{Execution, Pending, ThreadState};
use crate::happens_before::HappensBefore;
use crate::object::{Guard, ObjectState};
use crate::operation::Op;
use crate::raw::keys;

impl Execution {
    /// A number for each object, the same in every execution of the program. An object that stands
    /// somewhere is known by where: objects that one call has made, such as the locks of an array,
    /// are first used in another order on another schedule.
    pub fn identities(&self) -> Vec<u64> {
        let mut alike: HashMap<u64, u32> = HashMap::new();
        let name = |object: &ObjectState| {
            let maker = object.key >> 32;
            let origin = object.stands_at().map_or(maker, |place| place as u64);
            // Where it was first used may be another place in each execution.
            let created = (!object.is_standing).then(|| address_of(object.created));
            let kind = (created, object.kind.as_ptr().addr());
            let name = number(&(kind, origin));
            let nth = alike.entry(name).or_default();
            *nth += 1;
            number(&(name, *nth))
        };
        self.objects.iter().map(name).collect()
    }

    /// A number for the state in which the execution is, if its steps were kept and the next choice
    /// is to be made or it has ended. The thread that ran last is no part of it, unless it
    /// matters for who can go on.
    pub fn state(&self) -> u64 {
        let names = self.identities();
        let relation = HappensBefore::default().hash(self, |object| names[object]);
        let mut hasher = DefaultHasher::new();
        relation.hash(&mut hasher);
        for thread in &self.threads {
            // The threads have the same numbers only if the same threads have spawned them.
            let key = self.objects[thread.finished.0 as usize].key;
            (key >> 32).hash(&mut hasher);
            // What a thread's `RandomState` is made of comes from this key, which depends on how many
            // objects its spawner has been the first to use.
            let keys = keys::are_known().then_some((key, thread.registered));
            keys.hash(&mut hasher);
            self.hash_thread(thread, &names, &mut hasher);
        }
        let mut objects: Vec<_> = self.objects.iter().zip(&names).collect();
        objects.sort_by_key(|(_, name)| **name);
        for (object, name) in objects {
            (name, object.counter, object.version, object.holder).hash(&mut hasher);
        }
        let readers = self.readers.iter();
        let mut readers: Vec<_> = readers
            .map(|(lock, thread)| (names[lock.0 as usize], thread))
            .collect();
        readers.sort_unstable();
        readers.hash(&mut hasher);
        self.output.timed_hash().hash(&mut hasher);
        self.hash_time(&mut hasher);
        hasher.finish()
    }

    /// Whether what the thread waits for is there, if it waits. Where that is so and it is not
    /// [enabled](Self::enabled), it has to let others go on, which have had no turn for too long,
    /// or have not slept so often in a row.
    pub fn is_open(&self, thread: u32) -> bool {
        let state = &self.threads[thread as usize];
        let pending = state.next().map(|_| &self.pending[state.index]);
        pending.is_some_and(|pending| {
            let has_changed = !pending.spins || state.woken_by.is_some();
            pending.guard.is_open(&self.objects) && has_changed || pending.due <= self.now
        })
    }

    /// Where the thread was spawned.
    pub fn spawned_at(&self, thread: u32) -> &'static Location<'static> {
        let finished = self.threads[thread as usize].finished;
        self.objects[finished.0 as usize].created
    }

    /// Adds what a thread is about to do, and what decides whether it can.
    fn hash_thread(&self, thread: &ThreadState, names: &[u64], hasher: &mut DefaultHasher) {
        (thread.unjoined_panic, thread.detached, &thread.failed_at).hash(hasher);
        (thread.rounds_in_vain, thread.passed_over).hash(hasher);
        let Some(op) = thread.next() else { return };
        let Pending {
            spins, guard, due, ..
        } = &self.pending[thread.index];
        (spins, due, thread.woken_by.is_some()).hash(hasher);
        let Op {
            verb,
            place,
            accesses,
            deadline,
            ..
        } = op;
        (verb, address_of(place), deadline).hash(hasher);
        for (object, access) in accesses.iter() {
            (names[object as usize], access as u8).hash(hasher);
        }
        let Guard { object, at_least } = *guard;
        (guard.waits().then(|| names[object as usize]), at_least).hash(hasher);
    }

    /// Adds what decides how time passes, and who has had too many turns in a row.
    fn hash_time(&self, hasher: &mut DefaultHasher) {
        (self.now, self.epoch, self.idle_rounds).hash(hasher);
        (self.changes == self.idle_since).hash(hasher);
        let naps = (self.naps > 0).then_some((self.current, self.naps));
        (naps, &self.ending).hash(hasher);
    }
}

fn number(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// A place in the source is one in the memory of this process.
fn address_of(place: &'static Location<'static>) -> usize {
    ptr::from_ref(place).addr()
}
