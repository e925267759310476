//! Main ends without waiting for its worker, and the worker never finishes.
//!
//! When main returns the process ends, and every other thread with it, at
//! whatever it was doing. Nothing reports that: the program exits with success,
//! and what the worker had still to do is missing. Dropping the handle of a
//! thread does not wait for it, it only gives up the right to.
//!
//! Keep the handle that `thread::spawn` returns and `join` it before main
//! returns, or spawn in a `thread::scope`, which joins by itself.
//!
//! ```text
//! cargo run -p spawn-demo --bin spawn-without-join
//! ```

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

fn main() {
    println!("Main: spawns a worker");

    let (at_work, first_step) = mpsc::channel();
    thread::spawn(move || {
        println!("Worker: starts");
        println!("Worker: step 1 of 4");
        at_work.send(()).unwrap();
        for step in 2..=4 {
            // Stands for a minute's work. However short it is, nothing makes
            // main stay for it.
            thread::sleep(Duration::from_secs(60));
            println!("Worker: step {step} of 4");
        }
        println!("Worker: ends");
    });

    // Otherwise main would mostly be gone before the worker has even started.
    first_step.recv().unwrap();
    println!("Main: has nothing left to do");
}
