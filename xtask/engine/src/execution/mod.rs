//! One execution of the program: its threads, its objects, and what has happened so far.

mod enabled;
mod step;
mod thread;

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::mem;
use std::panic::Location;
use std::rc::Rc;

use rustc_hash::FxBuildHasher;

use crate::addresses;
use crate::kernel::Kernel;
use crate::memory::state::Memory;
use crate::numbers::Numbers;
use crate::object::{CLOCK, Guard, Object, ObjectState, ReadersAndWriters, THREAD_NUMBERS};
use crate::operation::{Op, StepId, Thread};
use crate::output::Output;
use crate::raw::fiber::Fiber;
use crate::raw::heap;
use crate::raw::keys;
use crate::raw::statics::{self, Statics};
use crate::record::{Detail, Ending, OpenEnd, Panicked, Step, WeakOrder};
use crate::recorder::Recorder;
use crate::relaxed::Uses;
use crate::schedule::{Schedule, TimeModel};
use crate::shadow::Shadow;
use crate::slot::Slot;
use crate::waiters::Waiters;
use crate::waiting::{Seen, Waiting};
use thread::NEVER;
pub(crate) use thread::Pending;
pub use thread::ThreadState;
pub use thread::{Before, Formats};

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
    /// The memory in which threads of earlier executions kept their reads, for the next ones.
    /// Without it, allocating would be 1 % of an execution's instructions.
    #[allow(
        clippy::vec_box,
        reason = "a box moves from thread to thread as one word"
    )]
    spare: Vec<Box<Waiting>>,
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
    /// The operations that stay behind the last store of an atomic, where memory is weak: at this step,
    /// so many stores.
    pub old_reads: Vec<(u32, u32)>,
    /// How often a thread was stopped that could have gone on.
    pub preemptions: u32,
    /// What was printed.
    pub output: Output,
    /// The ends of channels that have been made, and are still there, if the execution is
    /// recorded.
    pub channel_ends: Vec<Option<OpenEnd>>,
    /// The panics, in the order in which they happened, whether they were caught or not.
    pub panicked: Vec<Panicked>,
    /// How it ended; `None` while it runs.
    pub ending: Option<Ending>,
    /// What decides the order of each `HashMap`, and what else comes of a `RandomState`.
    pub hash_seed: u32,
    /// Whether the program has made a `RandomState`, as far as that is known, or asked the system for
    /// random numbers.
    pub hashed: bool,
    /// Whether it asked the system for random numbers.
    pub asked_random: bool,
    /// The time, in nanoseconds since the start.
    pub now: u64,
    /// Whether the program has read the clock, or waited for a time.
    pub(crate) timed: bool,
    /// Whether it has done what may fail for no reason.
    pub(crate) may_be_spurious: bool,
    /// The orders of memory that the program has asked for, in all executions, weaker than the
    /// one that all have.
    pub(crate) weak_orders: Vec<WeakOrder>,
    /// Whether on a real machine a load may read a store that is yet to come, in any execution so far.
    pub(crate) may_read_later: bool,
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
    /// Before which step the thread that takes it waits for a debugger, if before one.
    pub(crate) wait_before: Option<u32>,
    pub(crate) recorder: Option<Recorder>,
    pub(crate) statics: Statics,
    /// Whether a thread had to let others go on, so that not every schedule was possible.
    pub fair: bool,
    /// Whether a thread was taken to wait in a loop until something changes. Had it gone on
    /// meanwhile, and given up after some rounds, that would be another schedule.
    pub loops: bool,
    /// Whether a thread has read from a connection what might have come in more parts.
    pub(crate) in_parts: bool,
    /// Whether a thread has read the clock: how long it computes shows there.
    pub(crate) reads_clock: bool,
    /// Whether a thread has read several names of a folder, which come in some order.
    pub(crate) lists_names: bool,
    /// Whether a thread has written more than a page at once to a file. On a real system, another thread
    /// may read a part of that.
    pub(crate) writes_pages: bool,
    /// Whether a thread has asked how many cores the machine has.
    pub(crate) counts_cores: bool,
    /// Whether a thread has changed files, bound an address of its own choice, or asked for the number of
    /// its process: outside of the explorer, other processes share these.
    pub(crate) reaches_out: bool,
    /// Whether a thread has begun to read beside another, or once more, in a lock that is also
    /// written: a writer that waits may keep it out.
    pub(crate) reads_beside: bool,
    /// Locks that are read: the object, and the thread.
    pub(crate) readers: Vec<(Object, u32)>,
    /// Who waits at a futex's word, by the number of its object.
    pub(crate) futexes: HashMap<u32, Waiters, FxBuildHasher>,
    /// What the operating system keeps for it.
    pub(crate) kernel: Kernel,
    /// What orders the threads, and what loads may read: if memory is weak, or accesses are looked at.
    pub(crate) memory: Option<Box<Memory>>,
    /// What that was in an earlier execution, where it is nothing in this one.
    spare_memory: Option<Box<Memory>>,
    /// The accesses to memory, if the program announces them.
    pub(crate) shadow: Option<Box<Shadow>>,
    /// Whether they are looked at in this execution.
    pub(crate) looks: bool,
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

impl Execution {
    pub(crate) const fn idle() -> Self {
        Self {
            threads: Vec::new(),
            spare: Vec::new(),
            objects: Vec::new(),
            length: 0,
            steps: Vec::new(),
            details: Vec::new(),
            edges: Vec::new(),
            one_of_several: Vec::new(),
            deviations: Vec::new(),
            old_reads: Vec::new(),
            preemptions: 0,
            output: Output::new(),
            channel_ends: Vec::new(),
            panicked: Vec::new(),
            ending: None,
            hash_seed: 0,
            hashed: false,
            asked_random: false,
            now: 0,
            timed: false,
            may_be_spurious: false,
            weak_orders: Vec::new(),
            may_read_later: false,
            parks: false,
            is_running: false,
            number: 0,
            current: 0,
            time: TimeModel::Virtual,
            limit: 0,
            recorded: false,
            traced: false,
            observer: None,
            wait_before: None,
            recorder: None,
            statics: Statics::none(),
            fair: false,
            loops: false,
            in_parts: false,
            reads_clock: false,
            lists_names: false,
            writes_pages: false,
            counts_cores: false,
            reaches_out: false,
            reads_beside: false,
            readers: Vec::new(),
            futexes: HashMap::with_hasher(FxBuildHasher),
            kernel: Kernel::new(),
            memory: None,
            spare_memory: None,
            shadow: None,
            looks: false,
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
        let waiting = self.threads.drain(..).map(|thread| thread.waiting);
        self.spare.extend(waiting);
        self.objects.clear();
        addresses::forget_all();
        self.length = 0;
        self.steps.clear();
        self.details.clear();
        self.edges.clear();
        self.one_of_several.clear();
        self.deviations.clear();
        self.old_reads.clear();
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
        self.in_parts = false;
        self.reads_clock = false;
        self.lists_names = false;
        self.writes_pages = false;
        self.counts_cores = false;
        self.reaches_out = false;
        self.reads_beside = false;
        self.readers.clear();
        self.futexes.clear();
        self.kernel.clear();
        self.asked_random = false;
        let is_weak = self.time == TimeModel::Weak;
        self.looks &= self.shadow.is_some();
        heap::look(self.looks);
        let memory = self.memory.take().or(self.spare_memory.take());
        let mut memory = memory.unwrap_or_default();
        match is_weak || self.looks {
            true => {
                memory.begin(is_weak, self.recorded);
                self.memory = Some(memory);
            }
            false => self.spare_memory = Some(memory),
        }
        if let Some(shadow) = &mut self.shadow {
            shadow.begin(self.recorded);
        }
        self.new_fibers.clear();
        self.pending.clear();
        self.spinning.clear();
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
            ("thread numbers", 0),
        ] {
            self.register(kind, Location::caller(), counter);
        }
        self.objects[THREAD_NUMBERS as usize].orders = false;
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
            is_standing: false,
            orders: true,
            first_step: self.length,
            readers_and_writers: ReadersAndWriters::default(),
            uses: Uses::default(),
            key,
            address: 0,
            used_at: 0,
            counter,
            version: 0,
        });
        Object(number)
    }

    /// The same, of an object that is known by its address alone.
    pub(crate) fn register_standing(
        &mut self,
        kind: &'static str,
        used: &'static Location<'static>,
        address: usize,
    ) -> Object {
        let object = self.register(kind, used, 0);
        let state = &mut self.objects[object.0 as usize];
        state.address = address;
        state.is_standing = true;
        state.orders = false;
        object
    }

    /// Something of the system's: it stands nowhere, but is called after its first use, and orders
    /// nothing, as what does.
    pub(crate) fn register_opened(&mut self, kind: &'static str) -> Object {
        self.register_standing(kind, Location::caller(), 0)
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
        if let Some(memory) = &mut self.memory {
            memory.start_thread(self.current);
        }
        let mut waiting = self.spare.pop().unwrap_or_default();
        waiting.begin();
        self.threads.push(ThreadState {
            name,
            last: None,
            unjoined_panic: false,
            detached: false,
            waits: true,
            op: Op::local("start", place),
            calls: Vec::new(),
            is_systems: false,
            index: self.pending.len(),
            seen: Seen::default(),
            woken_by: None,
            rounds_in_vain: 0,
            failed_at: Vec::new(),
            spawned: None,
            panicking: false,
            finished,
            token,
            slot: Slot::EMPTY,
            deferred: Vec::new(),
            formats: Formats::Not,
            waiting,
            registered: 0,
            random: None,
            passed_over: 0,
        });
        if keys::are_known() {
            let mut numbers = self.numbers_of(finished, 0);
            fiber.set_keys([numbers.draw(), numbers.draw()]);
        }
        self.new_fibers.push(fiber);
        self.pending.push(Pending {
            thread: thread.0,
            spins: false,
            keeps_waiting: false,
            guard: Guard::ALWAYS,
            due: NEVER,
        });
        thread
    }

    /// The numbers that the execution's seed gives the thread whose end this object is: the same on each
    /// schedule, and others for each use.
    fn numbers_of(&self, finished: Object, usage: u64) -> Numbers {
        let mut numbers = Numbers::new(self.objects[finished.0 as usize].key ^ usage);
        Numbers::new(numbers.draw() ^ u64::from(self.hash_seed))
    }

    /// The random numbers of the running thread.
    pub(crate) fn random(&mut self) -> &mut Numbers {
        self.asked_random = true;
        let current = self.current as usize;
        let first = self.numbers_of(self.threads[current].finished, 1);
        self.threads[current].random.get_or_insert(first)
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

    /// Whether the running thread formats what it is about to print.
    pub(crate) fn formats(&self) -> bool {
        let thread = self.threads.get(self.current as usize);
        thread.is_some_and(|thread| !matches!(thread.formats, Formats::Not))
    }

    /// The same, as it was: from here on this is so.
    pub(crate) fn replace_formats(&mut self, formats: Formats) -> Formats {
        let thread = self.threads.get_mut(self.current as usize);
        let known = thread
            .filter(|_| self.is_running)
            .map(|thread| &mut thread.formats);
        known.map_or(Formats::Not, |known| mem::replace(known, formats))
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

    /// Whether the thread that has been chosen waits for a debugger before it goes on.
    #[inline(always)]
    pub fn waits_here(&self) -> bool {
        self.wait_before.is_some_and(|step| step + 1 == self.length)
    }

    /// The thread that took the latest step.
    pub fn current(&self) -> u32 {
        self.current
    }

    /// The running thread's latest operation.
    #[inline]
    pub(crate) fn latest(&self) -> StepId {
        // No other thread has taken a step since the running one took its own.
        StepId(self.length.saturating_sub(1))
    }

    /// The running thread's latest operation could not have happened before that one.
    pub(crate) fn caused_by(&mut self, step: StepId) {
        if self.is_running && self.traced {
            self.edges.push((self.latest().0, step.0));
        }
    }

    /// Others may come after the running thread's latest operation.
    #[inline]
    pub(crate) fn keep_latest(&mut self) {
        let (thread, step) = (self.current, self.latest());
        if let Some(memory) = self.memory.as_mut().filter(|_| self.is_running) {
            memory.keep(thread, step.0);
        }
    }

    /// The latest operation stays so many stores behind the last.
    pub(crate) fn stays_behind(&mut self, back: u32) {
        let step = self.latest().0;
        self.old_reads.push((step, back));
        if let Some(recorder) = &mut self.recorder {
            recorder.old_read(step, back);
        }
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
            old_reads: self.old_reads.clone(),
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
}
