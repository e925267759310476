//! Two workers that never touch the same data wait for each other at one lock.
//!
//! A mutex around a whole struct locks every field of it, whichever of them is
//! wanted. One worker reckons with the sales of tea, the other with those of
//! coffee. Neither could disturb the other, but only one of them is ever at
//! work. This work cannot be done before the lock is taken, for it is done on
//! the very data that is locked: each job goes on from the last one's result.
//!
//! Lock apart what does not belong together: a `Mutex` around each field. One
//! lock is right for what must change together, such as the two sides of a
//! transfer.
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
    // Times that do not overlap add up to no more than the time in which they lie.
    // So this fails for certain, however many cores there are.
    assert!(worked > took, "no two workers ever worked at once");
    println!("Main: the two worked side by side");
}

/// Does four jobs on one field; returns how long it was at work.
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
    println!("Greedy {worker}: worked {worked_ms} ms, waited {waited_ms} ms");
    worked
}

/// Stands for work: arithmetic that keeps one core busy for a while.
fn work(value: u64) -> u64 {
    let mix = |x: u64, _| (x ^ (x >> 7)).wrapping_mul(31);
    (0..250_000).fold(value + 1, mix) % 1000
}
