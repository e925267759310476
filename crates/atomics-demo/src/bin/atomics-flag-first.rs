//! Main stores the flag before the message, and the workers read 0.
//!
//! A `Release` store publishes what its thread wrote before it, not what the thread
//! writes later. Both orderings are right here, and do not help, because the two stores
//! are in the wrong order.
//!
//! Instead, write all the data first, and the flag last.
//!
//! ```text
//! cargo run -p atomics-demo --bin atomics-flag-first
//! ```

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

fn main() {
    let jobs = AtomicU32::new(0);
    let message = AtomicU32::new(0);
    let stop = AtomicBool::new(false);
    let all_read = Barrier::new(3);

    thread::scope(|scope| {
        for worker in 1..=2 {
            let (jobs, message, stop, all_read) = (&jobs, &message, &stop, &all_read);
            scope.spawn(move || {
                let mut own = 0;
                while !stop.load(Ordering::Acquire) {
                    own += 1;
                    jobs.fetch_add(1, Ordering::Relaxed);
                    thread::yield_now();
                }
                let told = message.load(Ordering::Relaxed);
                println!("Worker {worker}: told to stop at {told}, did {own}");
                all_read.wait();
            });
        }

        let seen = loop {
            let seen = jobs.load(Ordering::Relaxed);
            if seen >= 6 {
                break seen;
            }
            thread::yield_now();
        };
        println!("Main: saw {seen} jobs done, tells the workers to stop");
        stop.store(true, Ordering::Release);
        // Main is interrupted at the worst moment. Without the barrier most runs go well,
        // so the mistake is hard to find.
        all_read.wait();
        message.store(seen, Ordering::Relaxed);
    });
    println!("Main: {} jobs were done in all", jobs.into_inner());
}
