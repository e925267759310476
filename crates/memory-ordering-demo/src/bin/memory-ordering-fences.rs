//! The same with fences: `Relaxed` loads and stores, and the order between them.
//!
//! A `Release` fence before a store, and an `Acquire` fence after the load that reads its
//! value, do what `Release` and `Acquire` do in the operations themselves. If each
//! of two threads has a `SeqCst` fence between its store and its load, at least one of
//! them sees the other's flag: all `SeqCst` fences have one order.
//!
//! A fence is of use where one ordering is to hold for many operations, or only in one
//! branch: here the reader needs no `Acquire` while it comes too early. For one flag, the
//! ordering of the operation says the same with less.
//!
//! ```text
//! cargo run -p memory-ordering-demo --bin memory-ordering-fences
//! ```

use std::cmp::Ordering::{Equal, Greater, Less};
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicU32, fence};
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
            fence(Release);
            round.ready.store(true, Relaxed);
        },
        |round| {
            let is_ready = round.ready.load(Relaxed);
            is_ready.then(|| {
                fence(Acquire);
                round.message.load(Relaxed)
            })
        },
    );
    let [early, seen, missing] = [None, Some(1), Some(0)].map(|read| count(&rounds, ((), read)));
    println!("Main: message passing, fences: too early {early}, seen {seen}, missing {missing}");
}

fn store_buffering() {
    let rounds = race(
        |round| {
            round.left.store(true, Relaxed);
            fence(SeqCst);
            round.right.load(Relaxed)
        },
        |round| {
            round.right.store(true, Relaxed);
            fence(SeqCst);
            round.left.load(Relaxed)
        },
    );
    let [both, neither] = [true, false].map(|saw| count(&rounds, (saw, saw)));
    let one = count(&rounds, (true, false)) + count(&rounds, (false, true));
    println!("Main: store buffering, fences: both saw it {both}, one {one}, neither {neither}");
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
