//! Arc: one value, several owners, dropped once.
//!
//! A spawned thread may outlive the function that spawned it, so it cannot borrow that
//! function's variables. With an `Arc`, the thread becomes an owner instead. Each clone
//! of the `Arc` is one more handle to the same value, and an atomic count holds the
//! number of handles. Dropping the last handle drops the value. An `Arc` gives only
//! shared access to its value: to let the threads change it, use an `Arc<Mutex<T>>`.
//!
//! ```text
//! cargo run -p arc-demo
//! ```
//!
//! What to look for:
//!
//! - The number of owners goes from 1 to 4, because each of three workers gets a clone.
//!   It falls to 3 when main drops its own handle, and is 0 at the end.
//! - The workers read the configuration after main, which made it, has dropped its
//!   handle: they are owners too.
//! - The configuration is dropped exactly once, after the last read. The worker that
//!   drops the last handle drops it, and that may be any of the three.

use std::io;
use std::sync::{Arc, Barrier};
use std::thread;

const WORKERS: usize = 3;

struct Config {
    port: u16,
}

impl Drop for Config {
    fn drop(&mut self) {
        // This runs on the thread that drops the last handle.
        let current = thread::current();
        let name = current.name().unwrap_or("Unnamed thread");
        println!("{name}: drops the configuration");
    }
}

fn main() -> io::Result<()> {
    let config = Arc::new(Config { port: 8080 });
    println!("Main: {} owner, main alone", Arc::strong_count(&config));

    let gate = Arc::new(Barrier::new(WORKERS + 1));
    let mut workers = Vec::new();
    for worker in 1..=WORKERS {
        // This copies a pointer and adds one to the count. It never copies the value.
        let config = Arc::clone(&config);
        let gate = Arc::clone(&gate);

        // The closure owns the two handles, and drops them when it returns.
        let work = move || {
            // The workers keep their handles until main has counted the owners.
            gate.wait();
            println!("Worker {worker}: reads port {}", config.port);
        };
        let builder = thread::Builder::new().name(format!("Worker {worker}"));
        workers.push(builder.spawn(work)?);
    }

    let owners = Arc::strong_count(&config);
    println!("Main: {owners} owners, main and the workers");

    // A `Weak` can read the count without being an owner.
    let observer = Arc::downgrade(&config);
    drop(config);
    let owners = observer.strong_count();
    println!("Main: {owners} owners, main has dropped its handle");
    gate.wait();

    for worker in workers {
        worker.join().unwrap();
    }
    let owners = observer.strong_count();
    println!("Main: {owners} owners, the workers have ended");
    Ok(())
}
