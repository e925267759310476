//! Orderings weaker than `SeqCst` let both threads miss the other's flag.
//!
//! `Release` and `Acquire` seem to order everything, but they order what comes before a
//! store and what comes after a load. Here the store comes first and the load after it,
//! and the load may overtake it. Processors do that: a store waits in the core's store
//! buffer, and the core already loads. If the flags guard a critical section, both
//! threads are inside.
//!
//! Instead, use `SeqCst` for all four operations, or a `SeqCst` fence between the store
//! and the load. For a critical section, use a `Mutex`.
//!
//! No machine has to show this, but x86, Arm and RISC-V processors with two cores may.
//! On 64-bit Arm, the usual instructions for `Release` and `Acquire` forbid more than
//! Rust asks for, and then only the lines with `Relaxed` can show it. Message passing
//! with `Relaxed` is just as wrong. But x86 processors keep two stores in order, and two
//! loads, so only a compiler can make it fail there.
//!
//! ```text
//! cargo run -p memory-ordering-demo --bin memory-ordering-weaker
//! ```

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU32};
use std::{hint, iter, thread};

const ROUNDS: usize = 10_000;

#[derive(Default)]
struct Round {
    arrived: AtomicU32,
    message: AtomicU32,
    ready: AtomicBool,
    left: AtomicBool,
    right: AtomicBool,
}

fn main() {
    println!("Main: runs {ROUNDS} rounds of each test");
    message_passing();
    store_buffering(
        "Release/Acquire",
        |round| {
            round.left.store(true, Release);
            round.right.load(Acquire)
        },
        |round| {
            round.right.store(true, Release);
            round.left.load(Acquire)
        },
    );
    store_buffering(
        "Relaxed",
        |round| {
            round.left.store(true, Relaxed);
            round.right.load(Relaxed)
        },
        |round| {
            round.right.store(true, Relaxed);
            round.left.load(Relaxed)
        },
    );
}

fn message_passing() {
    let rounds = race(
        |round| {
            round.message.store(1, Relaxed);
            round.ready.store(true, Relaxed);
        },
        |round| {
            let is_ready = round.ready.load(Relaxed);
            is_ready.then(|| round.message.load(Relaxed))
        },
    );
    let missing = count(&rounds, ((), Some(0)));
    println!("Main: message passing, Relaxed: missing {missing}");
}

fn store_buffering(orderings: &str, left: fn(&Round) -> bool, right: fn(&Round) -> bool) {
    let rounds = race(left, right);
    let [both, neither] = [true, false].map(|saw| count(&rounds, (saw, saw)));
    let one = count(&rounds, (true, false)) + count(&rounds, (false, true));
    println!(
        "Main: store buffering, {orderings}: both saw it {both}, one {one}, neither {neither}"
    );
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
        // Waits for the other thread, but not forever: it may have panicked. On a busy
        // machine it may just not be running, and a short wait would waste the round.
        for _ in 0..1_000 {
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
