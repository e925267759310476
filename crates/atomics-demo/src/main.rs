//! Atomics: a stop flag, a statistics counter, and the ordering each needs.
//!
//! An atomic operation is never half done, whatever its ordering. The ordering is about
//! all *other* memory. A `Relaxed` load says nothing about it. If an `Acquire` load reads
//! the value of a `Release` store, everything that the storing thread wrote before is
//! visible. So ask of each access: does a thread conclude from this value that something
//! else has been written?
//!
//! ```text
//! cargo run -p atomics-demo
//! ```
//!
//! What to look for:
//!
//! - Both workers read the very message that main stored before the flag, and never the
//!   0 that was there at first: main stores the flag with `Release`, and a worker loads
//!   it with `Acquire`.
//! - The workers' jobs add up to the total: a `Relaxed` counter loses nothing.
//!
//! A run that goes well proves little here. Some processors, x86 among them, keep more
//! order than Rust promises: a program with too weak an ordering may pass every test on
//! one machine and fail on another.
//!
//! The programs in `src/bin` show how it goes wrong.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

const ENOUGH: u32 = 6;

fn main() {
    let jobs = AtomicU32::new(0);
    let message = AtomicU32::new(0);
    let stop = AtomicBool::new(false);

    thread::scope(|scope| {
        // The scope waits for the workers, so they must stop even if main panics in it.
        let tell = StopOnDrop(&stop);
        let workers = [1, 2].map(|worker| {
            let (jobs, message, stop) = (&jobs, &message, &stop);
            scope.spawn(move || {
                let mut own = 0;
                // Acquire: a worker that reads `true` also sees what main wrote before
                // it stored `true`, such as the message.
                while !stop.load(Ordering::Acquire) {
                    // Simulates a job.
                    thread::sleep(Duration::from_millis(1));
                    own += 1;
                    // Relaxed: `fetch_add` counts without loss in any ordering, and no
                    // thread concludes anything else from this number.
                    jobs.fetch_add(1, Ordering::Relaxed);
                }
                // Relaxed: the flag has already made the message visible.
                let told = message.load(Ordering::Relaxed);
                println!("Worker {worker}: told to stop at {told}, did {own}");
            })
        });

        let seen = loop {
            // Relaxed: the number may be out of date, but it never goes back.
            let seen = jobs.load(Ordering::Relaxed);
            // If all workers panic, the counter stays where it is.
            if seen >= ENOUGH || workers.iter().all(|worker| worker.is_finished()) {
                break seen;
            }
            // Simulates main's own work between two looks at the statistics.
            thread::sleep(Duration::from_millis(1));
        };
        println!("Main: saw {seen} jobs done, tells the workers to stop");
        // Relaxed: no worker reads the message before it has seen the flag.
        message.store(seen, Ordering::Relaxed);
        drop(tell);
    });

    // The scope has joined the workers, so all their increments are visible here, and no
    // other thread can reach the counter: no atomic operation is needed.
    println!("Main: {} jobs were done in all", jobs.into_inner());
}

/// Tells the workers to stop, at the end of its scope or when a panic leaves the scope.
struct StopOnDrop<'a>(&'a AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        // Release: with Relaxed, a worker could see the flag and still read 0 as the
        // message.
        self.0.store(true, Ordering::Release);
    }
}
