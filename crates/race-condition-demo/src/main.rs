//! Race conditions: how an increment gets lost, and two ways to keep it.
//!
//! `counter += 1` reads the counter, adds one and writes the sum back. If two threads
//! read the same value, both write the same sum, and one increment is gone: a lost
//! update. With a plain variable these accesses would also be a data race, and safe
//! Rust refuses to compile it. But not every race condition is a data race: the racers
//! here use an atomic, and lose increments all the same.
//!
//! ```text
//! cargo run -p race-condition-demo
//! ```
//!
//! What to look for:
//!
//! - When both racers read the same value, both write the same sum. A racer that writes
//!   late can even take the counter back to a smaller value.
//! - The racers often end with 3 of their 6 increments, but every total from 2 to 6 is
//!   possible. Can you find the interleaving that ends at 2? It exists for a thousand
//!   increments each, too.
//! - The adders lose nothing, but their lines may come out of order, because an adder
//!   prints after its increment. The lockers' lines are always in order, because a
//!   locker prints while it holds the lock.
//!
//! The programs in `src/bin` show how it goes wrong.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

const EACH: u32 = 3;
const ALL: u32 = 2 * EACH;

fn main() {
    racers();
    adders();
    lockers();
}

/// Wrong: an increment takes two steps, and the other racer can store between them.
fn racers() {
    let counter = AtomicU32::new(0);
    thread::scope(|scope| {
        for id in 1..=2 {
            let counter = &counter;
            scope.spawn(move || {
                for n in 1..=EACH {
                    // A stronger ordering would not help: none prevents a store of
                    // the other racer between this load and the store below.
                    let read = counter.load(Ordering::Relaxed);
                    work();
                    let wrote = read + 1;
                    counter.store(wrote, Ordering::Relaxed);
                    println!("Racer {id}: increment {n} read {read}, wrote {wrote}");
                }
            });
        }
    });
    report("racers", counter.into_inner());
}

/// Right: `fetch_add` reads and writes in one indivisible step.
fn adders() {
    let counter = AtomicU32::new(0);
    thread::scope(|scope| {
        for id in 1..=2 {
            let counter = &counter;
            scope.spawn(move || {
                for n in 1..=EACH {
                    work();
                    let read = counter.fetch_add(1, Ordering::Relaxed);
                    let wrote = read + 1;
                    println!("Adder {id}: increment {n} read {read}, wrote {wrote}");
                }
            });
        }
    });
    report("adders", counter.into_inner());
}

/// Right: the lock makes one critical section of all the steps.
fn lockers() {
    let counter = Mutex::new(0);
    thread::scope(|scope| {
        for id in 1..=2 {
            let counter = &counter;
            scope.spawn(move || {
                for n in 1..=EACH {
                    let mut counter = counter.lock().unwrap();
                    let read = *counter;
                    work();
                    let wrote = read + 1;
                    *counter = wrote;
                    println!("Locker {id}: increment {n} read {read}, wrote {wrote}");
                }
            });
        }
    });
    report("lockers", counter.into_inner().unwrap());
}

/// Simulates work. Meanwhile the other thread runs, unless a lock keeps it waiting.
fn work() {
    thread::sleep(Duration::from_millis(1));
}

fn report(kind: &str, counted: u32) {
    let lost = ALL - counted;
    println!("Main: the {kind} counted {counted} of {ALL}, lost {lost}");
}
