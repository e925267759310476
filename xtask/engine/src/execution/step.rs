//! Announcing an operation and taking it as a step, with what is kept of it.

use std::mem;

use super::thread::{NEVER, ThreadState};
use super::{Execution, Observer};
use crate::access::{Access, Accesses};
use crate::object::{CLOCK, Guard, Object};
use crate::raw::{fiber, heap, statics};
use crate::record::{Detail, Step, Switch};
use crate::schedule::TimeModel;

impl Execution {
    /// Takes in the operation that the running thread has put down in its state.
    #[inline(always)]
    pub(crate) fn put_down(&mut self, yields: bool) {
        let thread = &mut self.threads[self.current as usize];
        let ThreadState { op, waiting, .. } = thread;
        let pending = &mut self.pending[thread.index];
        pending.spins = false;
        pending.keeps_waiting = false;
        if yields || waiting.may_wait_before(op) {
            let seen = match yields {
                true => waiting.before_yield(op, self.now),
                false => waiting.before_op(op, self.now, &self.objects),
            };
            if let Some(seen) = seen {
                self.loops = true;
                pending.spins = true;
                thread.seen = seen;
            }
        }
        thread.waits = true;
        pending.guard = op.guard;
        pending.due = NEVER;
        let Some(at) = op.deadline else { return };
        pending.due = at;
        if self.time.is_adversarial() {
            // At any moment; but if it has seen all there is, only when there is more to see.
            if pending.spins {
                pending.guard = Guard::ALWAYS;
                pending.due = NEVER;
            } else {
                pending.due = 0;
            }
            // Whoever wakes up moves the clock by the whole wait, as if it had begun just
            // then: so it does not matter when it did, and two of them leave the clock at the
            // same time in either order.
            op.deadline = Some(at.saturating_sub(self.now));
            op.accesses = op.accesses.and(CLOCK, Access::LockShared);
        }
    }

    #[inline(always)]
    pub(crate) fn take_step(&mut self, chosen: u32) {
        let index = self.length;
        if let Some(recorder) = &mut self.recorder {
            recorder.step(index, chosen);
        }
        if chosen != self.current {
            self.naps = 0;
        }
        if let Some(memory) = &mut self.memory {
            memory.begin_step(self.current, index);
        }
        self.current = chosen;
        self.length += 1;
        if self.traced {
            self.trace(index);
        }
        if self.looks {
            self.use_objects();
        }
        if let Some(memory) = &mut self.memory {
            let op = &self.threads[chosen as usize].op;
            memory.order(chosen, &op.accesses, &self.objects);
            heap::next_moment();
        }
        let thread = &mut self.threads[chosen as usize];
        thread.waits = false;
        thread.passed_over = 0;
        thread.last = Some(index);
        let op = &thread.op;
        self.timed_out = false;
        if let Some(at) = op.deadline {
            self.timed = true;
            self.naps += u32::from(!op.guard.waits() && self.time.is_adversarial());
            // What waits for a time alone, or had to give up waiting, did wait.
            if !op.guard.is_open(&self.objects) {
                self.timed_out = op.guard.waits() && op.guard.object != thread.finished.0;
                self.now = match self.time.is_adversarial() {
                    true => self.now.saturating_add(at),
                    false => self.now.max(at),
                };
            }
        }
        if !thread.seen.is_empty() {
            thread.seen.clear();
            thread.waiting.leave();
            let woken = thread.woken_by.take();
            thread.rounds_in_vain += u32::from(woken.is_none());
        }
        if thread.waiting.step(op, &mut self.objects) {
            self.changes += 1;
        }
    }

    /// Keeps the step that the running thread is about to take, and what it comes after.
    fn trace(&mut self, index: u32) {
        let thread = &self.threads[self.current as usize];
        if let Some(before) = thread.woken_by {
            self.edges.push((index, before));
            if thread.seen.changed(&self.objects).nth(1).is_some() {
                self.one_of_several.push((index, before));
            }
        }
        if let (None, Some(spawned)) = (thread.last, thread.spawned) {
            self.edges.push((index, spawned));
        }
        self.steps.push(Step {
            thread: self.current,
            accesses: thread.op.accesses,
            epoch: self.epoch,
        });
    }

    /// Keeps the details of the step that has been taken, for which this thread gave way.
    #[cold]
    pub(crate) fn add_detail(&mut self, before: u32, preempted: bool) {
        let switch = if before == self.current {
            None
        } else if preempted {
            Some(Switch::Preempted)
        } else if self.threads[before as usize].waits {
            Some(Switch::Blocked)
        } else {
            Some(Switch::Finished)
        };
        let ThreadState { op, calls, .. } = &mut self.threads[self.current as usize];
        self.details.push(Detail {
            verb: op.verb,
            object: op.object(),
            value: None,
            place: op.place,
            calls: mem::take(calls),
            at: self.now,
            switch,
            timed_out: self.timed_out,
        });
        if let Some(Observer(observe)) = &self.observer {
            observe(self);
        }
    }

    /// Keeps what the running thread's latest step read or wrote, if the execution is recorded.
    #[inline(always)]
    pub(crate) fn show(&mut self, value: impl FnOnce() -> String) {
        if let Some(detail) = self.latest_detail() {
            detail.value = Some(value());
        }
    }

    /// The details of the running thread's latest step, if the execution is recorded.
    #[inline(always)]
    fn latest_detail(&mut self) -> Option<&mut Detail> {
        if !self.recorded {
            return None;
        }
        let last = self.threads[self.current as usize].last?;
        self.details.get_mut(last as usize)
    }

    /// The running thread's latest step did this, and not all that it had announced.
    fn did_only(&mut self, accesses: Accesses) {
        let thread = &mut self.threads[self.current as usize];
        thread.op.accesses = accesses;
        if self.traced
            && let Some(last) = thread.last
        {
            self.steps[last as usize].accesses = accesses;
        }
    }

    /// Whether the operation that the running thread is about to announce stands in the compiler's
    /// library, as a `next` that an adaptor of iterators calls: only the calls tell where that was asked
    /// for.
    #[cold]
    pub(crate) fn is_placed_in_library(&self) -> bool {
        let op = &self.threads[self.current as usize].op;
        op.place.file().starts_with("/rustc/")
    }

    /// Keeps by which calls the running thread has come to the operation that it is about to
    /// announce, if the execution is recorded: where nothing else tells in which place of the source
    /// that stands.
    pub(crate) fn note_calls(&mut self) {
        if self.recorded && self.is_running {
            let calls = fiber::calls().map(statics::linked).collect();
            self.threads[self.current as usize].calls = calls;
        }
    }

    /// The running thread's latest step also touches this: that was not known when it was announced.
    pub(crate) fn touches_too(&mut self, object: Object, access: Access) {
        let thread = &self.threads[self.current as usize];
        self.did_only(thread.op.accesses.and(object.0, access));
    }

    /// It touches this, and not what it had announced.
    pub(crate) fn touches_instead(&mut self, object: Object, announced: Object) {
        let thread = &self.threads[self.current as usize];
        self.did_only(thread.op.accesses.instead(object.0, announced.0));
    }

    /// Takes back that the running thread's latest step did more than to take one from a count, of
    /// which so many are left.
    pub(crate) fn only_counted(&mut self, left: usize) {
        let thread = &self.threads[self.current as usize];
        self.did_only(thread.op.accesses.only_count(left));
    }

    /// Takes in that the running thread's latest step changed what this lock protects.
    pub(crate) fn changed(&mut self, object: Object) {
        let thread = &mut self.threads[self.current as usize];
        thread.waiting.changed(object.0, &mut self.objects);
        self.changes += 1;
    }

    /// Takes back that the running thread's latest step wrote: it has changed nothing.
    pub(crate) fn unchanged(&mut self) {
        self.nothing_new();
        let thread = &self.threads[self.current as usize];
        self.did_only(thread.op.accesses.only_read());
    }

    /// The running thread's latest step wrote what was there before. Nobody can tell, unless memory is
    /// weak: then a load may read this store and not the one before, and take over what it carries.
    pub(crate) fn wrote_the_same(&mut self) {
        match self.time {
            TimeModel::Weak => self.nothing_new(),
            _ => self.unchanged(),
        }
    }

    /// Takes back that there is something new to see after the running thread's latest step.
    fn nothing_new(&mut self) {
        let thread = &mut self.threads[self.current as usize];
        let mut wrote = false;
        for (object, access) in thread.op.accesses.iter() {
            if access.writes() {
                thread.waiting.take_back(object, &mut self.objects);
                wrote = true;
            }
        }
        self.changes -= u32::from(wrote);
    }
}
