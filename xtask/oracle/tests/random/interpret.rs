//! Doing what a program says, on the facade.

use ::engine::outside;
use ::model_std as std;
use ::std::cell::RefCell;
use ::std::sync::Arc;
use ::std::sync::Mutex as RealMutex;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{
    AtomicU32,
    Ordering::{Relaxed, SeqCst},
};
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::sync::{Barrier, Condvar, Mutex, MutexGuard, OnceLock, RwLock, TryLockError};
use std::sync::{RwLockReadGuard, RwLockWriteGuard};
use std::thread::{self, JoinHandle, Thread};
use std::time::{Duration, Instant};

use super::program::{Op, Program};

/// Something that a thread has observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seen {
    Value(u32),
    /// How something went that has no value.
    Went(&'static str),
    Millis(u128),
    Joined(usize),
}

/// What the threads have observed.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// For each thread of the program what it has observed, in order.
    pub seen: Vec<Vec<Seen>>,
    /// For each thread of the execution which of the program it is.
    pub numbers: Vec<usize>,
}

thread_local! {
    /// That of the current execution. It is kept apart from the threads, since some outcomes
    /// are that they never return.
    static RECORD: RefCell<Record> = RefCell::default();
}

/// What the latest execution has left, which is cleared.
pub fn take_record() -> Record {
    RECORD.take()
}

fn record(change: impl FnOnce(&mut Record)) {
    outside(|| RECORD.with_borrow_mut(change));
}

/// What the threads share. It is never dropped, so that no thread depends on which of them
/// would have been the last.
struct World {
    program: Arc<Program>,
    start: Instant,
    atomics: Vec<AtomicU32>,
    mutexes: Vec<Mutex<u32>>,
    rwlocks: Vec<RwLock<u32>>,
    condvars: Vec<Condvar>,
    barriers: Vec<Barrier>,
    cells: Vec<OnceLock<u32>>,
    /// What each thread takes when it starts.
    ends: Vec<RealMutex<Option<Ends>>>,
    /// The threads that have been started. Whoever asks for one comes after its start.
    threads: Vec<OnceReal>,
}

type OnceReal = ::std::sync::OnceLock<Thread>;

/// The ends of the channels that a thread has.
#[derive(Default)]
struct Ends {
    senders: Vec<Option<AnySender>>,
    receivers: Vec<Option<Receiver<u32>>>,
}

#[derive(Clone)]
enum AnySender {
    Unbounded(Sender<u32>),
    Bounded(SyncSender<u32>),
}

/// The innermost lock that a thread holds.
enum Held<'g> {
    Nothing,
    Mutex(Option<MutexGuard<'g, u32>>),
    Read(RwLockReadGuard<'g, u32>),
    Write(RwLockWriteGuard<'g, u32>),
}

/// Runs the program as `main`; its exit status.
pub fn run(program: &Arc<Program>) -> i32 {
    // An execution that was cut short has left something as well.
    record(|record| {
        record.seen.clear();
        record.seen.resize(program.threads.len(), Vec::new());
        record.numbers.clear();
        record.numbers.resize(program.threads.len(), 0);
    });
    let world: &'static World = Box::leak(Box::new(World::new(program)));
    world.threads[0].get_or_init(thread::current);
    world.act(0);
    0
}

impl World {
    fn new(program: &Arc<Program>) -> Self {
        let threads = program.threads.len();
        let mut ends: Vec<Ends> = (0..threads).map(|_| Ends::default()).collect();
        for (number, channel) in program.channels.iter().enumerate() {
            let (sender, receiver) = match channel.bound {
                None => {
                    let (sender, receiver) = mpsc::channel();
                    (AnySender::Unbounded(sender), receiver)
                }
                Some(bound) => {
                    let (sender, receiver) = mpsc::sync_channel(bound);
                    (AnySender::Bounded(sender), receiver)
                }
            };
            let mut sender = Some(sender);
            let last = (0..threads).rfind(|&t| program.has_sender(t, number));
            for (thread, ends) in ends.iter_mut().enumerate() {
                let mine = match program.has_sender(thread, number) {
                    true if last == Some(thread) => sender.take(),
                    true => sender.clone(),
                    false => None,
                };
                ends.senders.push(mine);
                ends.receivers.push(None);
            }
            ends[channel.receiver].receivers[number] = Some(receiver);
        }
        fn some<T>(count: usize, make: impl Fn() -> T) -> Vec<T> {
            (0..count).map(|_| make()).collect()
        }
        Self {
            program: Arc::clone(program),
            start: Instant::now(),
            atomics: some(program.atomics, || AtomicU32::new(0)),
            mutexes: some(program.mutexes, || Mutex::new(0)),
            rwlocks: some(program.rwlocks, || RwLock::new(0)),
            condvars: some(program.condvars, Condvar::new),
            barriers: some(program.barriers, || Barrier::new(2)),
            cells: some(program.cells, OnceLock::new),
            ends: ends.into_iter().map(|e| RealMutex::new(Some(e))).collect(),
            threads: some(threads, OnceReal::new),
        }
    }

    /// What a thread does.
    fn act(&'static self, number: usize) {
        let own = engine::current().0 as usize;
        record(|record| record.numbers[own] = number);
        let mut actor = Actor::new(self, number);
        actor.block(&self.program.threads[number], &mut Held::Nothing);
    }
}

/// A thread at work.
struct Actor {
    world: &'static World,
    number: usize,
    ends: Ends,
    handles: Vec<(usize, JoinHandle<()>)>,
    /// How many operations it has begun.
    begun: usize,
}

impl Actor {
    fn new(world: &'static World, number: usize) -> Self {
        let ends = world.ends[number].lock().unwrap().take();
        Self {
            world,
            number,
            ends: ends.expect("a thread starts once"),
            handles: Vec::new(),
            begun: 0,
        }
    }

    fn note(&self, seen: Seen) {
        let number = self.number;
        record(|record| record.seen[number].push(seen));
    }

    fn note_value(&self, value: u32) {
        self.note(Seen::Value(value));
    }

    fn went(&self, how: &'static str) {
        self.note(Seen::Went(how));
    }

    /// One operation after the other, each at another place in the source: at the same one
    /// they would be taken for a loop.
    fn block(&mut self, ops: &[Op], held: &mut Held<'static>) {
        for op in ops {
            self.begun += 1;
            match self.begun % 10 {
                0 => self.op(op, held),
                1 => self.op(op, held),
                2 => self.op(op, held),
                3 => self.op(op, held),
                4 => self.op(op, held),
                5 => self.op(op, held),
                6 => self.op(op, held),
                7 => self.op(op, held),
                8 => self.op(op, held),
                _ => self.op(op, held),
            }
        }
    }

    #[track_caller]
    fn op(&mut self, op: &Op, held: &mut Held<'static>) {
        let world = self.world;
        let order = match world.program.is_relaxed {
            true => Relaxed,
            false => SeqCst,
        };
        match *op {
            Op::Load(x) => self.note_value(world.atomics[x].load(order)),
            Op::Store(x, v) => world.atomics[x].store(v, order),
            Op::Swap(x, v) => self.note_value(world.atomics[x].swap(v, order)),
            Op::Add(x, v) => self.note_value(world.atomics[x].fetch_add(v, order)),
            Op::CompareExchange(x, from, to) => {
                match world.atomics[x].compare_exchange(from, to, order, order) {
                    Ok(_) => self.went("exchanged"),
                    Err(v) => self.note_value(v),
                }
            }
            Op::Spin(x, v) => {
                while world.atomics[x].load(order) != v {
                    std::hint::spin_loop();
                }
            }
            Op::Poll(x, v, n) => {
                // How many rounds it takes is not told apart, so it is not part of the outcome.
                let mut came = false;
                for _ in 0..n {
                    if world.atomics[x].load(order) == v {
                        came = true;
                        break;
                    }
                    thread::yield_now();
                }
                self.went(if came { "came" } else { "did not come" });
            }
            Op::Lock(m, ref body) => {
                let guard = world.mutexes[m].lock().unwrap_or_else(|error| {
                    self.went("poisoned");
                    error.into_inner()
                });
                self.block(body, &mut Held::Mutex(Some(guard)));
            }
            Op::TryLock(m, ref body) => {
                if let Some(guard) = self.tried(world.mutexes[m].try_lock()) {
                    self.block(body, &mut Held::Mutex(Some(guard)));
                }
            }
            Op::Read(r, ref body) => {
                let guard = world.rwlocks[r].read().unwrap_or_else(|error| {
                    self.went("poisoned");
                    error.into_inner()
                });
                self.block(body, &mut Held::Read(guard));
            }
            Op::TryRead(r, ref body) => {
                if let Some(guard) = self.tried(world.rwlocks[r].try_read()) {
                    self.block(body, &mut Held::Read(guard));
                }
            }
            Op::Write(r, ref body) => {
                let guard = world.rwlocks[r].write().unwrap_or_else(|error| {
                    self.went("poisoned");
                    error.into_inner()
                });
                self.block(body, &mut Held::Write(guard));
            }
            Op::TryWrite(r, ref body) => {
                if let Some(guard) = self.tried(world.rwlocks[r].try_write()) {
                    self.block(body, &mut Held::Write(guard));
                }
            }
            Op::IsPoisoned(m) => {
                let poisoned = world.mutexes[m].is_poisoned();
                self.went(if poisoned { "poisoned" } else { "sound" });
            }
            Op::ClearPoison(m) => world.mutexes[m].clear_poison(),
            Op::Get => match held {
                Held::Mutex(Some(guard)) => self.note_value(**guard),
                Held::Read(guard) => self.note_value(**guard),
                Held::Write(guard) => self.note_value(**guard),
                Held::Mutex(None) | Held::Nothing => {}
            },
            Op::Set(v) => match held {
                Held::Mutex(Some(guard)) => **guard = v,
                Held::Write(guard) => **guard = v,
                Held::Read(_) | Held::Mutex(None) | Held::Nothing => {}
            },
            Op::Wait(c) => {
                if let Held::Mutex(guard) = held
                    && let Some(mine) = guard.take()
                {
                    let again = world.condvars[c].wait(mine).unwrap_or_else(|error| {
                        self.went("poisoned");
                        error.into_inner()
                    });
                    *guard = Some(again);
                }
            }
            Op::WaitTimeout(c, ms) => {
                if let Held::Mutex(guard) = held
                    && let Some(mine) = guard.take()
                {
                    let again = world.condvars[c].wait_timeout(mine, millis(ms));
                    let (again, result) = again.unwrap_or_else(|error| {
                        self.went("poisoned");
                        error.into_inner()
                    });
                    *guard = Some(again);
                    self.went(if result.timed_out() {
                        "timed out"
                    } else {
                        "notified"
                    });
                }
            }
            Op::NotifyOne(c) => world.condvars[c].notify_one(),
            Op::NotifyAll(c) => world.condvars[c].notify_all(),
            Op::Arrive(b) => {
                let leads = world.barriers[b].wait().is_leader();
                self.went(if leads { "leads" } else { "follows" });
            }
            Op::Send(c, v) => {
                let sent = match &self.ends.senders[c] {
                    Some(AnySender::Unbounded(sender)) => sender.send(v),
                    Some(AnySender::Bounded(sender)) => sender.send(v),
                    None => return,
                };
                self.went(if sent.is_ok() { "sent" } else { "closed" });
            }
            Op::TrySend(c, v) => {
                let sent = match &self.ends.senders[c] {
                    Some(AnySender::Unbounded(sender)) => sender.send(v).map_err(Into::into),
                    Some(AnySender::Bounded(sender)) => sender.try_send(v),
                    None => return,
                };
                self.went(match sent {
                    Ok(()) => "sent",
                    Err(mpsc::TrySendError::Full(_)) => "full",
                    Err(mpsc::TrySendError::Disconnected(_)) => "closed",
                });
            }
            Op::DropSender(c) => drop(self.ends.senders[c].take()),
            Op::Receive(c) => {
                if let Some(receiver) = &self.ends.receivers[c] {
                    match receiver.recv() {
                        Ok(v) => self.note_value(v),
                        Err(_) => self.went("closed"),
                    }
                }
            }
            Op::TryReceive(c) => {
                if let Some(receiver) = &self.ends.receivers[c] {
                    match receiver.try_recv() {
                        Ok(v) => self.note_value(v),
                        Err(mpsc::TryRecvError::Empty) => self.went("empty"),
                        Err(mpsc::TryRecvError::Disconnected) => self.went("closed"),
                    }
                }
            }
            Op::ReceiveTimeout(c, ms) => {
                if let Some(receiver) = &self.ends.receivers[c] {
                    match receiver.recv_timeout(millis(ms)) {
                        Ok(v) => self.note_value(v),
                        Err(mpsc::RecvTimeoutError::Timeout) => self.went("timed out"),
                        Err(mpsc::RecvTimeoutError::Disconnected) => self.went("closed"),
                    }
                }
            }
            Op::DropReceiver(c) => drop(self.ends.receivers[c].take()),
            Op::Park => thread::park(),
            Op::ParkTimeout(ms) => thread::park_timeout(millis(ms)),
            Op::Unpark(t) => {
                if let Some(thread) = world.threads[t].get() {
                    thread.unpark();
                }
            }
            Op::Init(o, ref body) => {
                let number = self.number as u32;
                let value = *world.cells[o].get_or_init(|| {
                    self.block(body, &mut Held::Nothing);
                    number
                });
                self.note_value(value);
            }
            Op::Peek(o) => match world.cells[o].get() {
                Some(&value) => self.note_value(value),
                None => self.went("empty"),
            },
            Op::Sleep(ms) => thread::sleep(millis(ms)),
            Op::Now => self.note(Seen::Millis(world.start.elapsed().as_millis())),
            Op::Yield => thread::yield_now(),
            Op::Print => std::println!("{}: {}", self.number, self.begun),
            Op::Panic => panic!("{} at {}", self.number, self.begun),
            Op::Catch(ref body) => {
                let result = catch_unwind(AssertUnwindSafe(|| {
                    self.block(body, &mut Held::Nothing);
                }));
                self.went(if result.is_ok() {
                    "returned"
                } else {
                    "panicked"
                });
            }
            Op::Exit => std::process::exit(3),
            Op::Spawn(t) => {
                let handle = thread::spawn(move || world.act(t));
                world.threads[t].get_or_init(|| handle.thread().clone());
                self.handles.push((t, handle));
            }
            Op::Join(t) => {
                let found = self.handles.iter().position(|&(number, _)| number == t);
                if let Some(found) = found {
                    let result = self.handles.remove(found).1.join();
                    self.went(if result.is_ok() {
                        "returned"
                    } else {
                        "panicked"
                    });
                    self.note(Seen::Joined(t));
                }
            }
            Op::IsFinished(t) => {
                if let Some((_, handle)) = self.handles.iter().find(|&&(number, _)| number == t) {
                    let finished = handle.is_finished();
                    self.went(if finished { "finished" } else { "alive" });
                }
            }
            Op::Scope(ref threads, ref body) => {
                let result = catch_unwind(AssertUnwindSafe(|| {
                    thread::scope(|scope| {
                        for &t in threads {
                            let handle = scope.spawn(move || world.act(t));
                            world.threads[t].get_or_init(|| handle.thread().clone());
                        }
                        self.block(body, &mut Held::Nothing);
                    });
                }));
                self.went(if result.is_ok() {
                    "returned"
                } else {
                    "panicked"
                });
                threads.iter().for_each(|&t| self.note(Seen::Joined(t)));
            }
        }
    }

    /// The guard, if there is one.
    fn tried<G>(&self, result: Result<G, TryLockError<G>>) -> Option<G> {
        match result {
            Ok(guard) => Some(guard),
            Err(TryLockError::WouldBlock) => {
                self.went("busy");
                None
            }
            Err(TryLockError::Poisoned(error)) => {
                self.went("poisoned");
                Some(error.into_inner())
            }
        }
    }
}

fn millis(ms: u64) -> Duration {
    Duration::from_millis(ms)
}
