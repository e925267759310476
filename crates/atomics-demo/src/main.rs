//! Atomics: a stop flag, a statistics counter, and the ordering each needs.
//!
//! An atomic operation is never half done, whatever its ordering. The ordering
//! is about all *other* memory: a `Relaxed` load says nothing of it, an `Acquire`
//! load makes visible all that came before the `Release` store it reads from. So
//! ask of each access: does anybody conclude from this value that something else
//! has been written?
//!
//! ```text
//! cargo run -p atomics-demo
//! ```
//!
//! What to look for:
//!
//! - Both workers receive the very number that main sends along with the flag,
//!   and never the 0 that stood there before.
//! - What the workers did adds up to the total: a `Relaxed` counter loses nothing.
//!
//! A run that goes well proves little here. Some processors, x86 among them, keep
//! more order than Rust promises: with an ordering that is too weak, the program
//! may pass every test on one machine and fail on another.
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
        for worker in 1..=2 {
            let (jobs, message, stop) = (&jobs, &message, &stop);
            scope.spawn(move || {
                let mut own = 0;
                // Acquire: whoever reads `true` sees all that main did before it
                // stored it, the message included.
                while !stop.load(Ordering::Acquire) {
                    // Stands for a job.
                    thread::sleep(Duration::from_millis(1));
                    own += 1;
                    // Relaxed: to count without loss, `fetch_add` needs no more,
                    // and nobody concludes from the number that anything else
                    // has been written.
                    jobs.fetch_add(1, Ordering::Relaxed);
                }
                // Relaxed: the flag has already made the message visible.
                let told = message.load(Ordering::Relaxed);
                println!("Worker {worker}: told to stop at {told}, did {own}");
            });
        }

        let seen = loop {
            // Relaxed: the number may lag behind, but it never goes back.
            let seen = jobs.load(Ordering::Relaxed);
            if seen >= ENOUGH {
                break seen;
            }
            // Stands for main's own work between two looks at the statistics.
            thread::sleep(Duration::from_millis(1));
        };
        println!("Main: saw {seen} jobs done, tells the workers to stop");
        // Relaxed: nobody reads the message before the flag.
        message.store(seen, Ordering::Relaxed);
        // Release: if this were Relaxed, a worker could see the flag and still
        // read 0 as the message.
        stop.store(true, Ordering::Release);
    });

    // The scope has joined the workers, so all that they did is visible here, and
    // nobody else has the counter any more: a plain read will do.
    println!("Main: {} jobs were done in all", jobs.into_inner());
}
