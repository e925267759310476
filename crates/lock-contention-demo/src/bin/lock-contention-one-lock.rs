//! Two workers that never use the same field wait for each other at one lock.
//!
//! A mutex around a whole struct locks every field of it. One worker computes with the
//! sales of tea, the other with those of coffee. Neither could disturb the other, but
//! only one of them works at a time. This work cannot be done before the lock is taken,
//! because each job starts from the result of the last one.
//!
//! Instead, give independent fields separate locks: a `Mutex` around each. One lock is
//! right for fields that must change together, such as the two sides of a transfer.
//!
//! ```text
//! cargo run -p lock-contention-demo --bin lock-contention-one-lock
//! ```

use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

#[derive(Default)]
struct Sales {
    tea: u64,
    coffee: u64,
}

fn main() {
    let sales = Mutex::new(Sales::default());
    let started = Instant::now();

    let worked: Duration = thread::scope(|scope| {
        let tea = scope.spawn(|| run(1, &sales, |sales| &mut sales.tea));
        let coffee = scope.spawn(|| run(2, &sales, |sales| &mut sales.coffee));
        tea.join().unwrap() + coffee.join().unwrap()
    });

    let took = started.elapsed();
    // Times that do not overlap add up to at most the whole time that contains them, so
    // this fails in every run, however many cores there are.
    assert!(worked > took, "no two workers ever worked at once");
    println!("Main: the two worked side by side");
}

/// Does four jobs on one field, and returns how long it has worked.
fn run(worker: u64, sales: &Mutex<Sales>, field: fn(&mut Sales) -> &mut u64) -> Duration {
    let (mut worked, mut waited) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..4 {
        let asked = Instant::now();
        let mut sales = sales.lock().unwrap();
        let begun = Instant::now();
        waited += begun - asked;
        let value = field(&mut sales);
        *value = work(*value);
        worked += begun.elapsed();
    }
    let (worked_ms, waited_ms) = (worked.as_millis(), waited.as_millis());
    println!("Greedy worker {worker}: worked {worked_ms} ms, waited {waited_ms} ms");
    worked
}

/// Simulates work on a value.
fn work(value: u64) -> u64 {
    thread::sleep(Duration::from_millis(10));
    value + 1
}
