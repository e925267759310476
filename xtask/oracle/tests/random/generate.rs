//! A program for each seed.

use engine::Numbers;

use super::program::{Channel, Op, Program};

/// Decides by chance.
struct Chance(Numbers);

impl Chance {
    /// A number below this one.
    fn below(&mut self, bound: usize) -> usize {
        (self.0.draw() % bound as u64) as usize
    }

    /// Whether something happens that does once in so many times.
    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// What threads can have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Atomic,
    Mutex,
    RwLock,
    Condvar,
    Barrier,
    Cell,
    Channel,
    Parking,
    Time,
    Output,
    Ending,
}

const KINDS: &[Kind] = &[
    Kind::Atomic,
    Kind::Atomic,
    Kind::Mutex,
    Kind::Mutex,
    Kind::RwLock,
    Kind::RwLock,
    Kind::Condvar,
    Kind::Condvar,
    Kind::Barrier,
    Kind::Cell,
    Kind::Channel,
    Kind::Channel,
    Kind::Channel,
    Kind::Parking,
    Kind::Time,
    Kind::Output,
    Kind::Ending,
];

/// Who starts whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// `main` starts one.
    Pair,
    /// `main` starts two.
    Fork,
    /// `main` starts one, which starts another.
    Chain,
    /// `main` starts two in a scope.
    Scope,
}

struct Generator {
    chance: Chance,
    shape: Shape,
    /// What the program is about.
    kinds: Vec<Kind>,
    program: Program,
}

/// The program that belongs to this seed.
pub fn program(seed: u64) -> Program {
    let mut chance = Chance(Numbers::new(seed));
    let shape = *chance.pick(&[
        Shape::Pair,
        Shape::Pair,
        Shape::Fork,
        Shape::Fork,
        Shape::Chain,
        Shape::Scope,
    ]);
    let count = 1 + chance.below(3);
    let kinds = (0..count).map(|_| *chance.pick(KINDS)).collect();
    let threads = if shape == Shape::Pair { 2 } else { 3 };
    let mut generator = Generator {
        chance,
        shape,
        kinds,
        program: Program {
            threads: vec![Vec::new(); threads],
            ..Program::default()
        },
    };
    generator.make_objects();
    generator.make_threads();
    generator.program
}

impl Generator {
    fn make_objects(&mut self) {
        let threads = self.program.threads.len();
        for kind in self.kinds.clone() {
            let program = &mut self.program;
            match kind {
                Kind::Atomic => program.atomics += 1,
                Kind::Mutex => program.mutexes += 1,
                Kind::RwLock => program.rwlocks += 1,
                Kind::Condvar => {
                    program.condvars += 1;
                    program.mutexes = program.mutexes.max(1);
                }
                Kind::Barrier => program.barriers += 1,
                Kind::Cell => program.cells += 1,
                Kind::Channel => {
                    let bound = *self.chance.pick(&[None, Some(0), Some(0), Some(1)]);
                    let receiver = self.chance.below(threads);
                    program.channels.push(Channel { bound, receiver });
                }
                Kind::Parking | Kind::Time | Kind::Output | Kind::Ending => {}
            }
        }
    }

    fn make_threads(&mut self) {
        // Many small ones, since a small one that goes wrong says more.
        let most = match self.program.threads.len() {
            2 => 2 + self.chance.below(3),
            _ => 1 + self.chance.below(3),
        };
        for thread in (0..self.program.threads.len()).rev() {
            let count = match thread {
                0 => self.chance.below(most),
                _ => 1 + self.chance.below(most),
            };
            let mut ops: Vec<Op> = (0..count).map(|_| self.op(thread, 0)).collect();
            match (self.shape, thread) {
                (Shape::Pair, 0) => self.start(&mut ops, &[1]),
                (Shape::Fork, 0) => self.start(&mut ops, &[1, 2]),
                (Shape::Chain, 0) => self.start(&mut ops, &[1]),
                (Shape::Chain, 1) => self.start(&mut ops, &[2]),
                (Shape::Scope, 0) => ops = vec![Op::Scope(vec![1, 2], ops)],
                _ => {}
            }
            self.program.threads[thread] = ops;
        }
    }

    /// Has the thread that does this start others, and mostly wait for them.
    fn start(&mut self, ops: &mut Vec<Op>, threads: &[usize]) {
        // Nothing that could go another way comes before the last start.
        ops.splice(0..0, threads.iter().map(|&t| Op::Spawn(t)));
        for &thread in threads {
            if !self.chance.once_in(12) {
                ops.push(Op::Join(thread));
            }
        }
    }

    fn op(&mut self, thread: usize, depth: usize) -> Op {
        let kind = *self.chance.pick(&self.kinds.clone());
        let value = self.chance.below(3) as u32;
        let ms = 1 + self.chance.below(2) as u64;
        let way = self.chance.below(12);
        match kind {
            Kind::Atomic => {
                let x = self.chance.below(self.program.atomics);
                match way {
                    0..=2 => Op::Load(x),
                    3..=5 => Op::Store(x, value),
                    6 => Op::Swap(x, value),
                    7..=8 => Op::Add(x, 1 + value),
                    9 => Op::CompareExchange(x, value, 1 + value),
                    10 => Op::Spin(x, value),
                    _ => Op::Poll(x, 1 + value, 3),
                }
            }
            Kind::Mutex => {
                let m = self.chance.below(self.program.mutexes);
                match way {
                    0..=6 => Op::Lock(m, self.section(thread, depth)),
                    7..=9 => Op::TryLock(m, self.section(thread, depth)),
                    10 => Op::IsPoisoned(m),
                    _ => Op::ClearPoison(m),
                }
            }
            Kind::RwLock => {
                let r = self.chance.below(self.program.rwlocks);
                match way {
                    0..=3 => Op::Read(r, self.section(thread, depth)),
                    4..=7 => Op::Write(r, self.section(thread, depth)),
                    8..=9 => Op::TryRead(r, self.section(thread, depth)),
                    _ => Op::TryWrite(r, self.section(thread, depth)),
                }
            }
            Kind::Condvar => {
                let c = self.chance.below(self.program.condvars);
                let m = self.chance.below(self.program.mutexes);
                match way {
                    0..=3 => Op::Lock(m, vec![Op::Wait(c)]),
                    4..=5 => Op::Lock(m, vec![Op::WaitTimeout(c, ms)]),
                    6 => Op::Lock(m, vec![Op::Set(1 + value), Op::NotifyOne(c)]),
                    7..=8 => Op::NotifyOne(c),
                    9 => Op::NotifyAll(c),
                    10 => Op::Lock(m, vec![Op::Wait(c), Op::Get]),
                    _ => Op::Lock(m, self.section(thread, depth)),
                }
            }
            Kind::Barrier => Op::Arrive(self.chance.below(self.program.barriers)),
            Kind::Cell => {
                let o = self.chance.below(self.program.cells);
                match way {
                    0..=7 => Op::Init(o, self.section(thread, depth)),
                    _ => Op::Peek(o),
                }
            }
            Kind::Channel => {
                let c = self.chance.below(self.program.channels.len());
                let receives = self.program.channels[c].receiver == thread;
                match way {
                    0..=4 if receives => Op::Receive(c),
                    5..=6 if receives => Op::TryReceive(c),
                    7..=8 if receives => Op::ReceiveTimeout(c, ms),
                    9 if receives => Op::DropReceiver(c),
                    0..=6 => Op::Send(c, 10 * thread as u32 + value),
                    7..=9 => Op::TrySend(c, 10 * thread as u32 + value),
                    _ => Op::DropSender(c),
                }
            }
            Kind::Parking => match way {
                0..=2 => Op::Park,
                3..=5 => Op::ParkTimeout(ms),
                _ => Op::Unpark(self.known_to(thread)),
            },
            Kind::Time => match way {
                0..=6 => Op::Sleep(ms),
                7..=9 => Op::Now,
                _ => Op::Yield,
            },
            Kind::Output => Op::Print,
            Kind::Ending => match way {
                0 => Op::Exit,
                1..=3 => Op::Panic,
                4..=6 => Op::Catch(self.section(thread, depth)),
                7..=9 => match (self.shape, thread) {
                    (Shape::Fork, 0) => Op::IsFinished(1 + self.chance.below(2)),
                    (Shape::Pair | Shape::Chain, 0) => Op::IsFinished(1),
                    (Shape::Chain, 1) => Op::IsFinished(2),
                    _ => Op::Yield,
                },
                _ => Op::Print,
            },
        }
    }

    /// What is done while something is held.
    fn section(&mut self, thread: usize, depth: usize) -> Vec<Op> {
        let count = self.chance.below(3).saturating_sub(depth);
        let mut ops = Vec::new();
        for _ in 0..count {
            let op = match self.chance.below(6) {
                0 => Op::Get,
                1..=2 => Op::Set(1 + self.chance.below(2) as u32),
                3 if self.chance.once_in(2) => Op::Panic,
                _ => self.op(thread, depth + 1),
            };
            ops.push(op);
        }
        ops
    }

    /// A thread that this one may unpark: it has been started by then, whatever happens.
    fn known_to(&mut self, thread: usize) -> usize {
        let known: &[usize] = match (self.shape, thread) {
            (Shape::Pair, 0) | (Shape::Chain, 0) => &[1],
            (Shape::Pair, _) => &[0],
            (Shape::Chain, 1) => &[0, 2],
            (Shape::Chain, _) => &[0, 1],
            (_, 0) => &[1, 2],
            (_, 1) => &[0],
            (_, _) => &[0, 1],
        };
        *self.chance.pick(known)
    }
}
