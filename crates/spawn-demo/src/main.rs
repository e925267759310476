//! Spawning a thread, and waiting for it to end.
//!
//! `thread::spawn` starts a thread and returns at once: from there on main and
//! the worker make progress side by side. Main is no ordinary thread, though.
//! When it returns the process ends, and every other thread with it, finished
//! or not. `join` makes main wait for the worker first.
//!
//! ```text
//! cargo run -p spawn-demo
//! ```
//!
//! What to look for:
//!
//! - The steps of main and of the worker interleave, differently from run to
//!   run where they are due at the same time; each takes its own in order.
//! - Main is likely to finish its steps first, and waits. The worker's last line
//!   always comes before main's last: without the `join`, it might not come at all.
//!
//! The programs in `src/bin` show how it goes wrong.

use std::thread;
use std::time::Duration;

fn main() {
    println!("Main: spawns a worker");

    let worker = thread::spawn(|| {
        println!("Worker: starts");
        for step in 1..=4 {
            // Stands for the worker's work.
            thread::sleep(Duration::from_millis(200));
            println!("Worker: step {step} of 4");
        }
        println!("Worker: ends");
    });

    for step in 1..=6 {
        // Stands for work of main's own, which does not need the worker.
        thread::sleep(Duration::from_millis(100));
        println!("Main: step {step} of 6");
    }

    println!("Main: waits for the worker");
    // `join` returns an error if the worker has panicked. The `unwrap` then
    // makes main panic too, so that the failure does not go unnoticed.
    worker.join().unwrap();
    println!("Main: the worker has ended");
}
