//! One execution of the program: its threads, its objects, and what has happened so far.

use std::collections::BTreeSet;
use std::fmt;
use std::mem;
use std::panic::Location;
use std::rc::Rc;

use crate::access::Access;
use crate::numbers::Numbers;
use crate::object::{CLOCK, Guard, Object, ObjectState, ReadersAndWriters};
use crate::operation::{Event, Op, Thread};
use crate::output::Output;
use crate::raw::fiber::Fiber;
use crate::raw::keys;
use crate::raw::statics::{self, Statics};
use crate::record::{ChannelEnd, Detail, Ending, Panicked, Step, Switch};
use crate::recorder::Recorder;
use crate::schedule::{Schedule, TimeModel};
use crate::slot::Slot;
use crate::waiting::{Seen, Waiting};

/// How often in a row all threads may wait in loops that see nothing new before that is
/// called a livelock. A loop that gives up after some rounds, or computes between two looks,
/// gets its chance.
const IDLE_ROUNDS: u32 = 300_000;

/// So many are enough where the execution would soon have more steps than allowed: it has no more
/// than so many left.
const LATE_IDLE_ROUNDS: u32 = 30_000;
const LATE: u32 = 2_000;

/// So many times a thread is passed over, at most, that could go on, once the execution has had
/// so many steps: programs may rely on everybody's having a turn at some time.
const PASSED_OVER: u32 = 1_000;

/// So many times, at most, a thread in a loop may be let go round although nothing has changed.
const PATIENCE: u32 = 300;

/// So many times in a row a thread is let sleep for no time at all, in the adversarial model,
/// while another could go on.
const NAPS: u32 = 2;

/// One thread of the program.
pub struct ThreadState {
    /// Its name.
    pub name: Option<String>,
    /// Its latest step.
    pub last: Option<u32>,
    /// It panicked, and nobody has joined it.
    pub unjoined_panic: bool,
    /// Its handle is gone, and nobody has joined it.
    pub detached: bool,
    /// Whether it has announced an operation, and waits to be chosen for it.
    waits: bool,
    /// That operation, or the one before.
    pub(crate) op: Op,
    /// Index into [`Execution::pending`], until it has finished.
    pub(crate) index: usize,
    /// What it has seen, if it waits in a loop for something else.
    seen: Seen,
    /// The step since which that has been out of date, if it is.
    pub(crate) woken_by: Option<u32>,
    /// How often it went on although that was not out of date.
    pub(crate) rounds_in_vain: u32,
    /// Whether it has been woken, or a weak exchange of its has failed, for no reason.
    pub(crate) spurious: bool,
    pub(crate) spawned: Option<u32>,
    pub(crate) panicking: bool,
    pub(crate) finished: Object,
    pub(crate) token: Object,
    /// What the library above the engine keeps of the thread.
    pub(crate) slot: Slot,
    pub(crate) deferred: Vec<Box<dyn FnOnce()>>,
    pub(crate) waiting: Waiting,
    pub(crate) registered: u64,
    /// How often another was chosen since its latest step, though it could have gone on.
    pub(crate) passed_over: u32,
}

/// What a thread waits for that has not finished: this is asked at each step of any thread.
pub(crate) struct Pending {
    thread: u32,
    /// Whether it waits in a loop for something else than it has seen.
    pub(crate) spins: bool,
    pub(crate) guard: Guard,
    /// The time at which it goes on in any case.
    pub(crate) due: u64,
}

/// Sees each step of an execution as it is taken: the latest is the last of
/// [`details`](Execution::details). It must not ask the engine for anything else.
#[derive(Clone)]
pub struct Observer(Rc<dyn Fn(&Execution)>);

impl Observer {
    /// An observer that does this at each step.
    pub fn new(observe: impl Fn(&Execution) + 'static) -> Self {
        Self(Rc::new(observe))
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Observer")
    }
}

/// The state of the execution that runs, or has just ended.
pub struct Execution {
    /// The threads, by number.
    pub threads: Vec<ThreadState>,
    /// The objects, by number.
    pub objects: Vec<ObjectState>,
    /// How many steps have been taken.
    pub length: u32,
    /// Each of them, if the scheduler wants to know.
    pub steps: Vec<Step>,
    /// More about each step, if the execution is recorded.
    pub details: Vec<Detail>,
    /// Steps that could not have happened before another: (the later one, the earlier one).
    pub edges: Vec<(u32, u32)>,
    /// Such edges that might have been others: (the later step, the one that let its thread go
    /// on, which something else would have done as well by then).
    pub one_of_several: Vec<(u32, u32)>,
    /// Where the schedule is not the one that runs each thread for as long as it can: at
    /// this step, this thread.
    pub deviations: Vec<(u32, u32)>,
    /// How often a thread was stopped that could have gone on.
    pub preemptions: u32,
    /// What was printed.
    pub output: Output,
    /// The ends of channels that have been made, and are still there, if the execution is
    /// recorded.
    pub channel_ends: Vec<Option<ChannelEnd>>,
    /// The panics, in the order in which they happened, whether they were caught or not.
    pub panicked: Vec<Panicked>,
    /// How it ended; `None` while it runs.
    pub ending: Option<Ending>,
    /// What decides the order of each `HashMap`, and what else comes of a `RandomState`.
    pub hash_seed: u32,
    /// Whether the program has made a `RandomState`, as far as that is known.
    pub hashed: bool,
    /// The time, in nanoseconds since the start.
    pub now: u64,
    /// Whether the program has read the clock, or waited for a time.
    pub(crate) timed: bool,
    /// Whether it has done what may fail for no reason.
    pub(crate) may_be_spurious: bool,
    /// The orders of memory that the program has asked for, in all executions, weaker than the
    /// one that all have.
    pub(crate) weak_orders: Vec<(&'static str, &'static Location<'static>)>,
    /// Whether the program parks threads itself, so that it matters who uses up their tokens.
    pub(crate) parks: bool,
    /// Whether it is under way. If not, whoever prints or locks now is the explorer itself.
    pub(crate) is_running: bool,
    pub(crate) number: u32,
    pub(crate) current: u32,
    pub(crate) time: TimeModel,
    pub(crate) limit: u32,
    pub(crate) recorded: bool,
    /// Whether the steps are kept, and what orders them.
    pub(crate) traced: bool,
    /// Who is shown each step as it is taken, if the execution is recorded.
    pub(crate) observer: Option<Observer>,
    pub(crate) recorder: Option<Recorder>,
    pub(crate) statics: Statics,
    /// Whether a thread had to let others go on, so that not every schedule was possible.
    pub fair: bool,
    /// Whether a thread was taken to wait in a loop until something changes. Had it gone on
    /// meanwhile, and given up after some rounds, that would be another schedule.
    pub loops: bool,
    /// Whether a thread has begun to read beside another, or once more, in a lock that is also
    /// written: a writer that waits may keep it out.
    pub(crate) reads_beside: bool,
    /// Locks that are read: the object, and the thread.
    pub(crate) readers: Vec<(Object, u32)>,
    /// What the library above the engine keeps for all threads.
    pub(crate) slot: Slot,
    /// The coroutines of the threads that have been started last, until they are first resumed.
    pub(crate) new_fibers: Vec<Fiber>,
    /// The threads that have not finished, by number.
    pub(crate) pending: Vec<Pending>,
    /// Those of them that can go on.
    enabled: Vec<u32>,
    /// Those that could, but wait in a loop for something to change.
    spinning: Vec<u32>,
    pub(crate) epoch: u32,
    /// How many steps have changed something.
    pub(crate) changes: u32,
    /// How often all threads have waited in loops since there were so many changes.
    pub idle_rounds: u32,
    pub(crate) idle_since: u32,
    /// How many of the steps that the running thread has taken since another did were sleeps.
    pub(crate) naps: u32,
    /// Whether the latest step waited for something else than a time, and the time came first.
    timed_out: bool,
}

impl ThreadState {
    /// What it does next; `None` once it has finished.
    pub fn next(&self) -> Option<&Op> {
        self.waits.then_some(&self.op)
    }

    /// Whether what it has seen is out of date after this step, the latest.
    #[cold]
    fn is_woken(&mut self, objects: &[ObjectState], latest: Option<u32>) -> bool {
        let changed = self.seen.changed(objects).next().is_some();
        let since = self.woken_by.or(latest);
        self.woken_by = since.filter(|_| changed);
        self.woken_by.is_some()
    }
}

impl Execution {
    pub(crate) const fn idle() -> Self {
        Self {
            threads: Vec::new(),
            objects: Vec::new(),
            length: 0,
            steps: Vec::new(),
            details: Vec::new(),
            edges: Vec::new(),
            one_of_several: Vec::new(),
            deviations: Vec::new(),
            preemptions: 0,
            output: Output::new(),
            channel_ends: Vec::new(),
            panicked: Vec::new(),
            ending: None,
            hash_seed: 0,
            hashed: false,
            now: 0,
            timed: false,
            may_be_spurious: false,
            weak_orders: Vec::new(),
            parks: false,
            is_running: false,
            number: 0,
            current: 0,
            time: TimeModel::Virtual,
            limit: 0,
            recorded: false,
            traced: false,
            observer: None,
            recorder: None,
            statics: Statics::none(),
            fair: false,
            loops: false,
            reads_beside: false,
            readers: Vec::new(),
            slot: Slot::EMPTY,
            new_fibers: Vec::new(),
            pending: Vec::new(),
            enabled: Vec::new(),
            spinning: Vec::new(),
            epoch: 0,
            changes: 0,
            idle_rounds: 0,
            idle_since: 0,
            naps: 0,
            timed_out: false,
        }
    }

    /// Begins an execution, and forgets the one before.
    pub(crate) fn begin(&mut self) {
        self.slot = Slot::EMPTY;
        self.threads.clear();
        self.objects.clear();
        self.length = 0;
        self.steps.clear();
        self.details.clear();
        self.edges.clear();
        self.one_of_several.clear();
        self.deviations.clear();
        self.preemptions = 0;
        self.output.clear();
        self.channel_ends.clear();
        self.panicked.clear();
        self.ending = None;
        statics::clear(&self.statics)
            .unwrap_or_else(|error| panic!("there is no room for the program's heap: {error}"));
        self.now = 0;
        self.timed = false;
        self.may_be_spurious = false;
        self.is_running = true;
        self.number += 1;
        self.current = 0;
        self.fair = false;
        self.loops = false;
        self.reads_beside = false;
        self.readers.clear();
        self.new_fibers.clear();
        self.pending.clear();
        self.epoch = 0;
        self.changes = 0;
        self.idle_rounds = 0;
        self.idle_since = 0;
        self.naps = 0;
        for (kind, counter) in [
            ("stdout", 1),
            ("stderr", 1),
            ("clock", 0),
            ("panic hook", 0),
        ] {
            self.register(kind, Location::caller(), counter);
        }
        if let Some(recorder) = &mut self.recorder {
            recorder.begin(self.time, self.hash_seed);
        }
    }

    pub(crate) fn register(
        &mut self,
        kind: &'static str,
        created: &'static Location<'static>,
        counter: i64,
    ) -> Object {
        let number = self.objects.len() as u32;
        let key = match self.threads.get_mut(self.current as usize) {
            Some(thread) => {
                thread.registered += 1;
                u64::from(self.current + 1) << 32 | thread.registered
            }
            None => u64::from(number),
        };
        self.objects.push(ObjectState {
            kind,
            created,
            holder: None,
            readers_and_writers: ReadersAndWriters::default(),
            key,
            address: 0,
            counter,
            version: 0,
        });
        Object(number)
    }

    pub(crate) fn start_thread(
        &mut self,
        name: Option<String>,
        place: &'static Location<'static>,
        mut fiber: Fiber,
    ) -> Thread {
        let finished = self.register("thread", place, 0);
        let token = self.register("park token", place, 0);
        let thread = Thread(self.threads.len() as u32);
        self.threads.push(ThreadState {
            name,
            last: None,
            unjoined_panic: false,
            detached: false,
            waits: true,
            op: Op::local("start", place),
            index: self.pending.len(),
            seen: Seen::default(),
            woken_by: None,
            rounds_in_vain: 0,
            spurious: false,
            spawned: None,
            panicking: false,
            finished,
            token,
            slot: Slot::EMPTY,
            deferred: Vec::new(),
            waiting: Waiting::default(),
            registered: 0,
            passed_over: 0,
        });
        if keys::are_known() {
            let mut numbers = Numbers::new(self.objects[finished.0 as usize].key);
            let mut numbers = Numbers::new(numbers.draw() ^ u64::from(self.hash_seed));
            fiber.set_keys([numbers.draw(), numbers.draw()]);
        }
        self.new_fibers.push(fiber);
        self.pending.push(Pending {
            thread: thread.0,
            spins: false,
            guard: Guard::ALWAYS,
            due: u64::MAX,
        });
        thread
    }

    /// The thread whose end or whose park token this object is.
    pub fn thread_of(&self, object: u32) -> Option<u32> {
        let is_its = |thread: &ThreadState| [thread.finished.0, thread.token.0].contains(&object);
        let thread = self.threads.iter().position(is_its)?;
        Some(thread as u32)
    }

    /// The threads that hold this lock; those that read what it protects, each once.
    pub fn holders(&self, object: u32) -> BTreeSet<u32> {
        let its = |(lock, _): &&(Object, u32)| lock.0 == object;
        let readers = self.readers.iter().filter(its).map(|&(_, thread)| thread);
        readers
            .chain(self.objects[object as usize].holder)
            .collect()
    }

    /// What the running thread has put off.
    pub(crate) fn take_deferred(&mut self) -> Vec<Box<dyn FnOnce()>> {
        match self.is_running {
            true => mem::take(&mut self.threads[self.current as usize].deferred),
            false => Vec::new(),
        }
    }

    /// How many threads there are that have not finished.
    pub(crate) fn unfinished(&self) -> usize {
        self.pending.len()
    }

    /// The thread has come to its end.
    pub(crate) fn finish(&mut self, thread: u32) {
        let index = self.threads[thread as usize].index;
        self.pending.remove(index);
        for later in &self.pending[index..] {
            self.threads[later.thread as usize].index -= 1;
        }
    }

    /// The threads that can go on, by number, lowest first.
    pub fn enabled(&self) -> &[u32] {
        &self.enabled
    }

    /// Others that could go on, but wait in a loop for something to change: if they go round
    /// some hundred times before it does, the loop may come to its end.
    pub fn spinning(&self) -> &[u32] {
        &self.spinning
    }

    /// The thread that took the latest step.
    pub fn current(&self) -> u32 {
        self.current
    }

    /// The running thread's latest operation.
    #[inline]
    pub(crate) fn latest(&self) -> Event {
        let thread = self.threads.get(self.current as usize);
        Event(thread.and_then(|thread| thread.last).unwrap_or(0))
    }

    /// The time model.
    pub fn time(&self) -> TimeModel {
        self.time
    }

    /// The schedule of the steps so far.
    pub fn schedule(&self) -> Schedule {
        Schedule {
            time: self.time,
            hash_seed: self.hash_seed,
            deviations: self.deviations.clone(),
        }
    }

    /// Whether the thread waits in a loop for something to change.
    pub fn spins(&self, thread: u32) -> bool {
        let thread = &self.threads[thread as usize];
        thread.waits && !thread.seen.is_empty()
    }

    /// What the thread looks at again and again, if it waits in a loop for that to change.
    pub fn looked_at(&self, thread: u32) -> impl Iterator<Item = u32> {
        let thread = &self.threads[thread as usize];
        let seen = thread.waits.then_some(&thread.seen);
        let seen = seen.into_iter().flat_map(Seen::objects);
        seen.filter(|&object| object != CLOCK)
    }

    /// The latest step that has written this object, if the steps are kept and one has.
    pub fn last_written(&self, object: u32) -> Option<usize> {
        let writes = |step: &Step| {
            let mut accesses = step.accesses.iter();
            accesses.any(|(touched, access)| touched == object && access.writes())
        };
        self.steps.iter().rposition(writes)
    }

    /// Finds out who can go on, and whether the thread that ran is one of them; where nobody can,
    /// lets time pass. Nothing if that does not help.
    #[inline(always)]
    pub(crate) fn find_enabled(&mut self) -> Option<bool> {
        loop {
            self.enabled.clear();
            self.spinning.clear();
            let mut stays = false;
            for pending in &self.pending {
                let mut open = pending.guard.is_open(&self.objects);
                if pending.spins {
                    let latest = self.length.checked_sub(1);
                    let thread = &mut self.threads[pending.thread as usize];
                    let woken = thread.is_woken(&self.objects, latest);
                    let is_patient = thread.rounds_in_vain < PATIENCE;
                    if open && !woken && pending.due > self.now && is_patient {
                        self.spinning.push(pending.thread);
                    }
                    open &= woken;
                }
                if open || pending.due <= self.now {
                    stays |= pending.thread == self.current;
                    self.enabled.push(pending.thread);
                }
            }
            if (self.length >= PASSED_OVER || self.naps >= NAPS) && self.enabled.len() > 1 {
                self.be_fair();
                stays &= self.enabled.contains(&self.current);
            }
            if !self.enabled.is_empty() {
                return Some(stays);
            }
            if !self.let_time_pass() {
                return None;
            }
            self.epoch += 1;
        }
    }

    /// Leaves only those who have waited for too long, if there are any.
    #[cold]
    fn be_fair(&mut self) {
        let Self {
            enabled, threads, ..
        } = self;
        let before = enabled.len();
        if self.naps >= NAPS {
            enabled.retain(|&id| id != self.current);
        }
        for &id in &*enabled {
            threads[id as usize].passed_over += 1;
        }
        let waits_too_long = |&id: &u32| threads[id as usize].passed_over > PASSED_OVER;
        if enabled.iter().any(waits_too_long) {
            enabled.retain(waits_too_long);
            self.spinning.clear();
        }
        self.fair |= enabled.len() < before;
    }

    #[inline(never)]
    fn let_time_pass(&mut self) -> bool {
        let waiting = || self.threads.iter().filter(|thread| thread.waits);
        if self.time != TimeModel::Adversarial
            && let Some(next) = waiting().filter_map(|thread| thread.op.deadline).min()
        {
            self.now = self.now.max(next);
            return true;
        }
        let loops = waiting().any(|thread| !thread.seen.is_empty());
        if self.changes != self.idle_since {
            self.idle_since = self.changes;
            self.idle_rounds = 0;
        }
        let is_late = self.limit.saturating_sub(self.length) <= LATE;
        let most = if is_late {
            LATE_IDLE_ROUNDS
        } else {
            IDLE_ROUNDS
        };
        if !loops || self.idle_rounds >= most {
            return false;
        }
        // Only loops are left. Each goes round once more, in case it counts its rounds or
        // looks at the clock.
        self.idle_rounds += 1;
        for thread in &mut self.threads {
            thread.seen = Seen::default();
            thread.woken_by = None;
        }
        for pending in &mut self.pending {
            pending.spins = false;
        }
        true
    }

    /// Takes in the operation that the running thread has put down in its state.
    #[inline(always)]
    pub(crate) fn put_down(&mut self, yields: bool) {
        let thread = &mut self.threads[self.current as usize];
        let ThreadState { op, waiting, .. } = thread;
        let seen = match yields {
            true => waiting.before_yield(op, self.now),
            false => waiting.before_op(op, self.now, &self.objects),
        };
        let pending = &mut self.pending[thread.index];
        pending.spins = seen.is_some();
        if let Some(seen) = seen {
            self.loops = true;
            thread.seen = seen;
        }
        thread.waits = true;
        pending.guard = op.guard;
        pending.due = op.deadline.unwrap_or(u64::MAX);
        if self.time == TimeModel::Adversarial
            && let Some(at) = op.deadline
        {
            // At any moment; but if it has seen all there is, only when there is more to see.
            if pending.spins {
                pending.guard = Guard::ALWAYS;
                pending.due = u64::MAX;
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
        self.current = chosen;
        self.length += 1;
        if self.traced {
            self.trace(index);
        }
        let thread = &mut self.threads[chosen as usize];
        thread.waits = false;
        thread.passed_over = 0;
        thread.last = Some(index);
        let op = &thread.op;
        self.timed_out = false;
        if let Some(at) = op.deadline {
            self.timed = true;
            self.naps += u32::from(!op.guard.waits() && self.time == TimeModel::Adversarial);
            // What waits for a time alone, or had to give up waiting, did wait.
            if !op.guard.is_open(&self.objects) {
                self.timed_out = op.guard.waits() && op.guard.object != thread.finished.0;
                self.now = match self.time {
                    TimeModel::Adversarial => self.now.saturating_add(at),
                    TimeModel::Virtual | TimeModel::Spurious | TimeModel::Writers => {
                        self.now.max(at)
                    }
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
        let op = &self.threads[self.current as usize].op;
        self.details.push(Detail {
            verb: op.verb,
            object: op.object(),
            value: None,
            place: op.place,
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
        if self.recorded {
            let last = self.threads[self.current as usize].last;
            if let Some(detail) = last.and_then(|last| self.details.get_mut(last as usize)) {
                detail.value = Some(value());
            }
        }
    }

    /// Takes in that the running thread's latest step changed what this lock protects.
    pub(crate) fn changed(&mut self, object: Object) {
        let thread = &mut self.threads[self.current as usize];
        thread.waiting.changed(object.0, &mut self.objects);
        self.changes += 1;
    }

    /// Takes back that the running thread's latest step wrote: it has changed nothing.
    pub(crate) fn unchanged(&mut self) {
        let thread = &mut self.threads[self.current as usize];
        let mut wrote = false;
        for (object, access) in thread.op.accesses.iter() {
            if access.writes() {
                thread.waiting.take_back(object, &mut self.objects);
                wrote = true;
            }
        }
        self.changes -= u32::from(wrote);
        thread.op.accesses = thread.op.accesses.only_read();
        if self.traced
            && let Some(last) = thread.last
        {
            self.steps[last as usize].accesses = thread.op.accesses;
        }
    }
}
