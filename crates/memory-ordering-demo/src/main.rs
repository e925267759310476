//! Memory ordering: what `Relaxed`, `Release`/`Acquire` and `SeqCst` each forbid.
//!
//! Compilers and processors reorder the memory accesses of a thread where this thread
//! cannot notice. Another thread could. What it must see follows from one relation,
//! happens-before:
//!
//! - In one thread, each operation happens before the next one.
//! - A `Release` store happens before an `Acquire` load that reads its value. `spawn`,
//!   `join` and the unlocking of a mutex order threads in the same way.
//! - If A happens before B, and B before C, then A happens before C.
//!
//! If a store happens before a load, the load reads the value of this store or a newer
//! one. Without that relation it may read an older value too.
//!
//! ```text
//! cargo run -p memory-ordering-demo
//! ```
//!
//! What to look for:
//!
//! - One number: a second load never reads an older value than the first. `Relaxed` is
//!   enough to forbid this, because all threads agree on the order of the changes of one
//!   atomic. About all other memory, `Relaxed` promises nothing.
//! - Message passing: a reader that sees the flag also sees the message. `Release` and
//!   `Acquire` forbid that it is missing: its store happens before its load.
//! - Store buffering: two threads raise a flag each, and then look at the other's. At
//!   least one of them sees it raised. Happens-before does not forbid that both miss it,
//!   since neither load reads what the other thread has stored. `SeqCst` forbids it: all
//!   `SeqCst` operations have one order, on which all threads agree. One of the two
//!   stores is the first there, and the other thread's load comes after it.
//!
//! `memory-ordering-fences` in `src/bin` does the same with fences, and the others there
//! show how it goes wrong. One of them, `memory-ordering-weaker`, counts what your
//! machine does with weaker orderings. No machine has to show all that they allow, so a
//! run that goes well proves little. The tools Miri and loom can show outcomes that your
//! processor does not. A stop flag and a counter are the topic of `atomics-demo`.

use std::cmp::Ordering::{Equal, Greater, Less};
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicU32};
use std::{hint, iter, thread};

/// How often each test runs. The two threads seldom meet at the critical moment.
const ROUNDS: usize = 200;

/// The memory of one round: each test uses some of it.
#[derive(Default)]
struct Round {
    arrived: AtomicU32,
    number: AtomicU32,
    message: AtomicU32,
    ready: AtomicBool,
    left: AtomicBool,
    right: AtomicBool,
}

fn main() {
    println!("Main: runs {ROUNDS} rounds of each test");
    one_number();
    message_passing();
    store_buffering();
}

fn one_number() {
    let rounds = race(
        |round| {
            round.number.store(1, Relaxed);
            round.number.store(2, Relaxed);
        },
        |round| {
            let first = round.number.load(Relaxed);
            let second = round.number.load(Relaxed);
            second.cmp(&first)
        },
    );
    let [same, newer, older] = [Equal, Greater, Less].map(|read| count(&rounds, ((), read)));
    println!("Main: one number, Relaxed: read again the same {same}, newer {newer}, older {older}");
}

fn message_passing() {
    let rounds = race(
        |round| {
            round.message.store(1, Relaxed);
            round.ready.store(true, Release);
        },
        |round| {
            let is_ready = round.ready.load(Acquire);
            is_ready.then(|| round.message.load(Relaxed))
        },
    );
    let [early, seen, missing] = [None, Some(1), Some(0)].map(|read| count(&rounds, ((), read)));
    println!(
        "Main: message passing, Release/Acquire: too early {early}, seen {seen}, missing {missing}"
    );
}

fn store_buffering() {
    let rounds = race(
        |round| {
            round.left.store(true, SeqCst);
            round.right.load(SeqCst)
        },
        |round| {
            round.right.store(true, SeqCst);
            round.left.load(SeqCst)
        },
    );
    let [both, neither] = [true, false].map(|saw| count(&rounds, (saw, saw)));
    let one = count(&rounds, (true, false)) + count(&rounds, (false, true));
    println!("Main: store buffering, SeqCst: both saw it {both}, one {one}, neither {neither}");
}

/// Two threads run `left` and `right`, in each round at about the same time.
fn race<L: Send, R: Send>(left: fn(&Round) -> L, right: fn(&Round) -> R) -> Vec<(L, R)> {
    let rounds: Vec<Round> = iter::repeat_with(Round::default).take(ROUNDS).collect();
    thread::scope(|scope| {
        let left = scope.spawn(|| run(&rounds, left));
        let right = scope.spawn(|| run(&rounds, right));
        iter::zip(left.join().unwrap(), right.join().unwrap()).collect()
    })
}

fn run<T>(rounds: &[Round], act: fn(&Round) -> T) -> Vec<T> {
    let one_round = |round: &Round| {
        round.arrived.fetch_add(1, Relaxed);
        // Waits for the other thread, but not for long: it may have panicked.
        for _ in 0..100 {
            if round.arrived.load(Relaxed) == 2 {
                break;
            }
            hint::spin_loop();
        }
        act(round)
    };
    rounds.iter().map(one_round).collect()
}

fn count<T: PartialEq>(rounds: &[T], outcome: T) -> usize {
    rounds.iter().filter(|round| **round == outcome).count()
}
