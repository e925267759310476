//! Main ends without waiting for its worker, and the worker never finishes.
//!
//! When `main` returns, the process ends, and with it every other thread, wherever it
//! is. No error is reported: the program exits with success, and the rest of the
//! worker's output is missing. Dropping a thread's handle does not wait for the
//! thread. It detaches the thread, so that nothing can join it any more.
//!
//! Instead, keep the handle that `thread::spawn` returns, and `join` it before main
//! returns. Or spawn the thread in a `thread::scope`, which waits for it.
//!
//! ```text
//! cargo run -p spawn-demo --bin spawn-without-join
//! ```

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

fn main() {
    println!("Main: spawns a worker");

    let (step_done, first_step) = mpsc::channel();
    thread::spawn(move || {
        println!("Worker: starts");
        println!("Worker: step 1 of 4");
        step_done.send(()).unwrap();
        for step in 2..=4 {
            // Simulates work. However little it is, main does not wait for it.
            thread::sleep(Duration::from_secs(1));
            println!("Worker: step {step} of 4");
        }
        println!("Worker: ends");
    });

    // Without this, main would mostly end before the worker has even started.
    first_step.recv().unwrap();
    println!("Main: has nothing left to do");
}
