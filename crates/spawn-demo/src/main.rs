//! Spawning a thread, and waiting for it to end.
//!
//! `thread::spawn` starts a thread and returns at once. From then on, main and the new
//! thread run concurrently. The main thread is special: when `main` returns, the
//! process ends, and with it every thread that has not finished. `join` makes main
//! wait for the worker first.
//!
//! ```text
//! cargo run -p spawn-demo
//! ```
//!
//! What to look for:
//!
//! - The steps of main and of the worker interleave. Where both are due at the same
//!   time, either may come first, because nothing orders the two threads. The steps of
//!   one thread always come in order.
//! - Main is likely to finish its steps first, because they take less time. It then
//!   waits in `join`.
//! - The worker's last line always comes before main's last line, because `join`
//!   returns only after the worker has ended. Without the `join`, the process could
//!   end before the worker has printed it.
//!
//! The program in `src/bin` shows how it goes wrong.

use std::thread;
use std::time::Duration;

fn main() {
    println!("Main: spawns a worker");

    let worker = thread::spawn(|| {
        println!("Worker: starts");
        for step in 1..=4 {
            // Simulates work.
            thread::sleep(Duration::from_millis(200));
            println!("Worker: step {step} of 4");
        }
        println!("Worker: ends");
    });

    for step in 1..=6 {
        // Simulates work of main's own that does not need the worker.
        thread::sleep(Duration::from_millis(100));
        println!("Main: step {step} of 6");
    }

    println!("Main: waits for the worker");
    // `join` returns an error if the worker has panicked. The `unwrap` then makes
    // main panic too, so that the failure does not go unnoticed.
    worker.join().unwrap();
    println!("Main: the worker has ended");
}
