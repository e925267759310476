//! One execution of the program: its threads, its objects, and what has happened so far.

use std::collections::BTreeSet;
use std::mem;
use std::panic::Location;

use super::access::{Access, Accesses};
use super::output::Output;
use super::raw::{self, Fiber, Statics};
use super::recorder::Recorder;
use super::search::{AnyScheduler, Numbers, Pick, Schedule, Scheduler, TimeModel};
use super::waiting::{Seen, Waiting};
use super::{Event, Guard, Object, Op, Thread};
use crate::panic::Panics;
use crate::thread::Local;

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

/// The number of the object that is the clock, behind those of the two streams.
pub(super) const CLOCK: u32 = 2;

/// The number of the object that is the panic hook.
pub(super) const PANIC_HOOK: u32 = 3;

/// How an execution ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// The program exited with this status.
    Exited(i32),
    /// It was killed by this signal.
    Killed(i32),
    /// Every thread that is left waits for another.
    Deadlock,
    /// The threads go on, each in a loop, and for as long as is looked nothing changes.
    Livelock,
    /// They took more steps than allowed.
    TooLong,
    /// It printed more than is kept.
    OutputTooLong,
    /// It used something that the explorer does not model: what, and why.
    Refused(String),
    /// A step that was possible before is not possible any more, after the same steps: the
    /// program depends on something other than the schedule.
    Nondeterminism(String),
    /// The search knows that what would follow has been seen.
    Cut,
}

/// An operation that has been chosen.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// Whose it is.
    pub thread: u32,
    /// What it touches.
    pub accesses: Accesses,
    /// Steps of different epochs are ordered: between them every thread waited, and time
    /// went on.
    pub epoch: u32,
}

/// What a report wants to know of a step, kept when the execution is recorded.
#[derive(Debug, Clone)]
pub struct Detail {
    /// What the operation is called.
    pub verb: &'static str,
    /// The object that it is about; `None` for the start of a thread.
    pub object: Option<u32>,
    /// What it read or wrote.
    pub value: Option<String>,
    /// Where it stands in the source.
    pub place: &'static Location<'static>,
    /// The time, in nanoseconds since the start.
    pub at: u64,
    /// Why another thread than before is running, if one is.
    pub switch: Option<Switch>,
    /// Whether it waited for something else than a time, and the time came first.
    pub timed_out: bool,
}

/// Why another thread goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// The scheduler took the processor away from a thread that could have gone on.
    Preempted,
    /// The thread waits.
    Blocked,
    /// The thread has finished.
    Finished,
}

/// What an object is, and its counter.
#[derive(Debug, Clone, Copy)]
pub struct ObjectState {
    /// `"mutex"`, `"channel"`.
    pub kind: &'static str,
    /// Where it was created.
    pub created: &'static Location<'static>,
    /// The thread that holds it alone.
    pub(super) holder: Option<u32>,
    /// What has been done to a lock for readers and writers.
    pub(super) readers_and_writers: ReadersAndWriters,
    /// The thread that first used it, and how many that thread had used before: the same in
    /// every schedule that differs only in the order of what commutes.
    pub key: u64,
    /// What guards ask for; each kind of object counts something else.
    pub(super) counter: i64,
    /// Changes with whatever changes it beside its counter.
    pub(super) version: u32,
}

/// What has been done to a lock for readers and writers in the execution.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ReadersAndWriters {
    /// A thread has begun to read beside another, or once more.
    pub read_beside: bool,
    /// A thread has asked to write, and would have waited.
    pub written: bool,
    /// How many writers wait and keep readers out.
    pub waiting: u32,
}

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
    pub(super) op: Op,
    /// Where what it waits for is kept, until it has finished.
    slot: usize,
    /// What it has seen, if it waits in a loop for something else.
    seen: Seen,
    /// The step since which that has been out of date, if it is.
    woken_by: Option<u32>,
    /// How often it went on although that was not out of date.
    rounds_in_vain: u32,
    /// Whether it has been woken, or a weak exchange of its has failed, for no reason.
    pub(super) spurious: bool,
    pub(super) spawned: Option<u32>,
    pub(super) panicking: bool,
    pub(super) finished: Object,
    pub(super) token: Object,
    pub(super) locals: Vec<Local>,
    pub(super) put_off: Vec<Box<dyn FnOnce()>>,
    pub(super) waiting: Waiting,
    registered: u64,
    /// How often another was chosen since its latest step, though it could have gone on.
    passed_over: u32,
}

/// An end of a channel that is still there.
#[derive(Debug, Clone, Copy)]
pub struct ChannelEnd {
    /// The channel's object.
    pub channel: u32,
    /// Whether it sends.
    pub sends: bool,
    /// Where it was made.
    pub made: &'static Location<'static>,
    /// The thread that made it, or has used it last.
    pub thread: u32,
    /// Whether it was used.
    pub used: bool,
}

/// A panic: whose it was, where, and with which message.
#[derive(Debug, Clone)]
pub struct Panicked {
    /// The thread.
    pub thread: u32,
    /// Where it panicked.
    pub place: &'static Location<'static>,
    /// What the panic said.
    pub message: String,
}

/// What a thread waits for that has not finished: this is asked at each step of any thread.
struct Pending {
    thread: u32,
    /// Whether it waits in a loop for something else than it has seen.
    spins: bool,
    guard: Guard,
    /// The time at which it goes on in any case.
    due: u64,
}

/// The execution, and who decides in it.
pub(super) struct Running {
    pub(super) execution: Execution,
    pub(super) scheduler: Option<AnyScheduler>,
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
    pub(super) timed: bool,
    /// Whether it has done what may fail for no reason.
    pub(super) may_be_spurious: bool,
    /// The orders of memory that the program has asked for, in all executions, weaker than the
    /// one that all have.
    pub(super) weak_orders: Vec<(&'static str, &'static Location<'static>)>,
    /// Whether the program parks threads itself, so that it matters who uses up their tokens.
    pub(super) parks: bool,
    /// Whether it is under way. If not, what uses the facade now is the explorer itself.
    pub(super) is_running: bool,
    pub(super) number: u32,
    pub(super) current: u32,
    pub(super) time: TimeModel,
    pub(super) limit: u32,
    pub(super) recorded: bool,
    /// Whether the steps are kept, and what orders them.
    pub(super) traced: bool,
    /// After how many steps it may take the process with it, if that is feared.
    pub(super) live: Option<usize>,
    pub(super) recorder: Option<Recorder>,
    pub(super) statics: Statics,
    /// Whether a thread had to let others go on, so that not every schedule was possible.
    pub fair: bool,
    /// Whether a thread was taken to wait in a loop until something changes. Had it gone on
    /// meanwhile, and given up after some rounds, that would be another schedule.
    pub loops: bool,
    /// Whether a thread has begun to read beside another, or once more, in a lock that is also
    /// written: a writer that waits may keep it out.
    pub(super) reads_beside: bool,
    /// Locks that are read: the object, and the thread.
    pub(super) readers: Vec<(Object, u32)>,
    pub(super) panics: Panics,
    /// The coroutines of the threads that have been started last, until they are first resumed.
    pub(super) new_fibers: Vec<Fiber>,
    /// The threads that have not finished, by number.
    pending: Vec<Pending>,
    /// Those of them that can go on.
    enabled: Vec<u32>,
    /// Those that could, but wait in a loop for something to change.
    spinning: Vec<u32>,
    epoch: u32,
    /// How many steps have changed something.
    changes: u32,
    /// How often all threads have waited in loops since there were so many changes.
    pub idle_rounds: u32,
    idle_since: u32,
    /// How many of the steps that the running thread has taken since another did were sleeps.
    naps: u32,
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
    pub(super) const fn idle() -> Self {
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
            live: None,
            recorder: None,
            statics: Statics::none(),
            fair: false,
            loops: false,
            reads_beside: false,
            readers: Vec::new(),
            panics: Panics::NONE,
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
    pub(super) fn begin(&mut self) {
        // What belongs to the program vanishes without being dropped.
        for thread in &mut self.threads {
            thread.locals.drain(..).for_each(mem::forget);
        }
        mem::forget(mem::replace(&mut self.panics, Panics::NONE));
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
        raw::clear(&self.statics)
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

    pub(super) fn register(
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
            counter,
            version: 0,
        });
        Object(number)
    }

    pub(super) fn start_thread(
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
            slot: self.pending.len(),
            seen: Seen::default(),
            woken_by: None,
            rounds_in_vain: 0,
            spurious: false,
            spawned: None,
            panicking: false,
            finished,
            token,
            locals: Vec::new(),
            put_off: Vec::new(),
            waiting: Waiting::default(),
            registered: 0,
            passed_over: 0,
        });
        if raw::keys::are_known() {
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
    pub(super) fn take_put_off(&mut self) -> Vec<Box<dyn FnOnce()>> {
        match self.is_running {
            true => mem::take(&mut self.threads[self.current as usize].put_off),
            false => Vec::new(),
        }
    }

    /// How many threads there are that have not finished.
    pub(super) fn unfinished(&self) -> usize {
        self.pending.len()
    }

    /// The thread has come to its end.
    pub(super) fn finish(&mut self, thread: u32) {
        let slot = self.threads[thread as usize].slot;
        self.pending.remove(slot);
        for later in &self.pending[slot..] {
            self.threads[later.thread as usize].slot -= 1;
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

    /// Has this thread go on, as it did after the same steps before.
    pub fn again(&self, thread: u32) -> Pick {
        if self.enabled.contains(&thread) || self.spinning.contains(&thread) {
            return Pick::Thread(thread);
        }
        let step = self.length;
        let what = format!("thread {thread} could take step {step} before, and cannot now");
        Pick::End(Ending::Nondeterminism(what))
    }

    /// The thread that took the latest step.
    pub fn current(&self) -> u32 {
        self.current
    }

    /// The running thread's latest operation.
    #[inline]
    pub(super) fn latest(&self) -> Event {
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
    fn find_enabled(&mut self) -> Option<bool> {
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
    fn put_down(&mut self, yields: bool) {
        let thread = &mut self.threads[self.current as usize];
        let ThreadState { op, waiting, .. } = thread;
        let seen = match yields {
            true => waiting.before_yield(op, self.now),
            false => waiting.before_op(op, self.now, &self.objects),
        };
        let pending = &mut self.pending[thread.slot];
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
    fn take_step(&mut self, chosen: u32) {
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
    fn add_detail(&mut self, before: u32, preempted: bool) {
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
        if let Some(length) = self.live {
            crate::explore::say_step(self, length);
        }
    }

    /// Keeps what the running thread's latest step read or wrote, if the execution is recorded.
    #[inline(always)]
    pub(super) fn show(&mut self, value: impl FnOnce() -> String) {
        if self.recorded {
            let last = self.threads[self.current as usize].last;
            if let Some(detail) = last.and_then(|last| self.details.get_mut(last as usize)) {
                detail.value = Some(value());
            }
        }
    }

    /// Takes in that the running thread's latest step changed what this lock protects.
    pub(super) fn changed(&mut self, object: Object) {
        let thread = &mut self.threads[self.current as usize];
        thread.waiting.changed(object.0, &mut self.objects);
        self.changes += 1;
    }

    /// Takes back that the running thread's latest step wrote: it has changed nothing.
    pub(super) fn unchanged(&mut self) {
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

impl Running {
    pub(super) const fn idle() -> Self {
        Self {
            execution: Execution::idle(),
            scheduler: None,
        }
    }

    /// The running thread has come to an operation, which it has put down in its state, and
    /// waits to be chosen for it. If it yields, that is the end of a round of its loop. Whether
    /// it goes on at once.
    pub(super) fn announce(&mut self, yields: bool) -> bool {
        let asking = self.execution.current;
        self.execution.put_down(yields);
        self.choose() == Some(asking)
    }

    /// Whether there is another execution to run.
    pub(super) fn next(&mut self) -> bool {
        let scheduler = self.scheduler.as_mut().expect("somebody decides");
        scheduler.next(&self.execution)
    }

    /// Lets the scheduler choose who goes on, and takes that step; or ends the execution. Gives
    /// the thread that has been chosen.
    ///
    /// This is done at each operation of any thread: what it calls is part of it.
    #[inline(always)]
    pub(super) fn choose(&mut self) -> Option<u32> {
        let Self {
            execution,
            scheduler,
        } = self;
        if execution.ending.is_some() {
            return None;
        }
        let Some(stays) = execution.find_enabled() else {
            let mut threads = 0..execution.threads.len() as u32;
            let livelock = threads.any(|thread| execution.spins(thread));
            execution.ending = Some(match livelock {
                true => Ending::Livelock,
                false => Ending::Deadlock,
            });
            return None;
        };
        if execution.length >= execution.limit {
            execution.ending = Some(Ending::TooLong);
            return None;
        }
        let before = execution.current;
        let default = if stays { before } else { execution.enabled[0] };
        let scheduler = scheduler.as_mut().expect("somebody decides");
        let chosen = match scheduler.pick(execution, default) {
            Pick::Thread(thread) => thread,
            Pick::End(ending) => {
                execution.ending = Some(ending);
                return None;
            }
        };
        if chosen != default {
            execution.deviations.push((execution.length, chosen));
        }
        let preempts = stays && chosen != before;
        execution.preemptions += u32::from(preempts);
        execution.take_step(chosen);
        if execution.recorded {
            execution.add_detail(before, preempts);
        }
        Some(chosen)
    }
}
