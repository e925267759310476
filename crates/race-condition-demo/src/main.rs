//! Race conditions: how an increment gets lost, and two ways to keep it.
//!
//! `counter += 1` reads the counter, adds one and writes the sum back. When two
//! threads read the same value, both write the same sum, and one increment is
//! gone: a lost update. On a plain variable this would be a data race, which
//! safe Rust does not compile. But a race condition need not be a data race:
//! the racers here use an atomic, and lose increments all the same.
//!
//! ```text
//! cargo run -p race-condition-demo
//! ```
//!
//! What to look for:
//!
//! - Where both racers read the same value, both write the same sum. A racer that
//!   writes late can even take the counter back to a smaller value.
//! - Most runs end with 3 of the racers' 6 increments, but every total from 2 to 6
//!   is possible. Can you find the interleaving that ends at 2? It exists for a
//!   thousand increments each, too.
//! - The adders lose nothing, but their lines may come out of order, because
//!   they print after the increment. The lockers print while they hold the
//!   lock, so their lines never do.
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

/// Wrong: the increment takes two steps, and the other thread fits in between.
fn racers() {
    let counter = AtomicU32::new(0);
    thread::scope(|scope| {
        for id in 1..=2 {
            let counter = &counter;
            scope.spawn(move || {
                for n in 1..=EACH {
                    // A stronger ordering would not help: none of them keeps the
                    // other thread from storing between this load and our store.
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

/// Right: `fetch_add` reads and writes in one step, which nothing can split.
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

/// Right: a lock makes one critical section of as many steps as it takes.
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

/// Stands for work, during which the other thread gets its turn if it can.
fn work() {
    thread::sleep(Duration::from_millis(1));
}

fn report(who: &str, counted: u32) {
    let lost = ALL - counted;
    println!("Main: the {who} counted {counted} of {ALL}, lost {lost}");
}
