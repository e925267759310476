//! Five workers keep their guard while they work, and so work one after another.
//!
//! A guard holds the lock until it is dropped, not until the value has been used
//! for the last time. Each worker needs the counter for a moment only; but its
//! guard lives on, through work that does not need it, and all the others wait.
//! Five threads take as long as one would, and main, which counts on them to
//! work side by side, gives up. No increment is lost: nothing but the time tells.
//!
//! Do the long work before the lock is taken, or after it has been given back:
//! `drop` the guard first, let its scope end, or give it no name at all, as in
//! `*counter.lock().unwrap() += 1;`.
//!
//! ```text
//! cargo run -p mutex-demo --bin mutex-held-too-long
//! ```

use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

const WORKERS: u32 = 5;
const WORK: Duration = Duration::from_millis(10);

fn main() {
    let counter = Mutex::new(0);

    let begun = Instant::now();
    thread::scope(|scope| {
        for worker in 1..=WORKERS {
            let counter = &counter;
            scope.spawn(move || {
                let mut count = counter.lock().unwrap();
                *count += 10;
                println!("Worker {worker}: made 10 increments");
                // Stands for work that does not need the counter.
                thread::sleep(WORK);
            });
        }
    });
    let took = begun.elapsed();

    println!("Main: counted {}", counter.into_inner().unwrap());
    // A sleep may last longer than it should, but never less. So the workers
    // cannot be faster than this while only one of them works at a time.
    assert!(
        took < WORK * WORKERS,
        "five workers took as long as one would"
    );
    println!("Main: the workers were faster than one would be");
}
