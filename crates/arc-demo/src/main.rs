//! Arc: one value, several owners, dropped once.
//!
//! A spawned thread may outlive the function that started it, so it cannot
//! borrow that function's variables. An `Arc` makes it an owner instead: each
//! clone is one more handle on the same value, an atomic count says how many
//! there are, and whoever lets go of the last one drops the value. While it is
//! shared it can only be read; to change it as well, share an `Arc<Mutex<_>>`.
//!
//! ```text
//! cargo run -p arc-demo
//! ```
//!
//! What to look for:
//!
//! - The number of owners: 1, then 4, then 3 once main lets go, and 0 at last.
//! - The workers read the configuration although main, which made it, no longer
//!   owns it.
//! - The configuration is dropped once, after the last read, by whichever worker
//!   happens to be the last owner.

use std::io;
use std::sync::{Arc, Barrier};
use std::thread;

const WORKERS: usize = 3;

/// Not `Clone`, so there is never a second one.
struct Config {
    port: u16,
}

impl Drop for Config {
    fn drop(&mut self) {
        // Runs on the thread that lets go last.
        let last = thread::current();
        let name = last.name().expect("every thread here has a name");
        println!("Config: dropped by {name}");
    }
}

fn main() -> io::Result<()> {
    let config = Arc::new(Config { port: 8080 });
    println!("Main: {} owner, main alone", Arc::strong_count(&config));

    let meeting = Arc::new(Barrier::new(WORKERS + 1));
    let mut workers = Vec::new();
    for worker in 1..=WORKERS {
        // Copies a pointer and adds one to a count, however large the value.
        let config = Arc::clone(&config);
        let meeting = Arc::clone(&meeting);

        // The closure owns its handles, and lets go of them when it returns.
        let work = move || {
            println!("Worker {worker}: is an owner");
            meeting.wait();
            // Nobody may let go before main has counted.
            meeting.wait();
            println!("Worker {worker}: reads port {}", config.port);
        };
        let builder = thread::Builder::new().name(format!("worker {worker}"));
        workers.push(builder.spawn(work)?);
    }

    meeting.wait();
    let owners = Arc::strong_count(&config);
    println!("Main: {owners} owners, main and the workers");

    // A `Weak` can look at the count without being part of it.
    let observer = Arc::downgrade(&config);
    drop(config);
    let owners = observer.strong_count();
    println!("Main: {owners} owners, main has let go");
    meeting.wait();

    for worker in workers {
        worker.join().unwrap();
    }
    let owners = observer.strong_count();
    println!("Main: {owners} owners, the workers have ended");
    Ok(())
}
