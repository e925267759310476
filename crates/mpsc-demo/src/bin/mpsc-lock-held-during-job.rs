//! Two workers share a receiver behind a mutex, and one of them works with the lock held.
//!
//! In `while let Ok(job) = receiver.lock().unwrap().recv()` the guard is a temporary
//! value. In every edition of Rust it lives until the loop's body ends. So a worker
//! holds the lock while it runs its job, and the other worker cannot receive. Here each
//! of the two jobs needs the other one to run at the same time, and both wait forever.
//! Other jobs would run, but one after another. A job that panics would also poison the
//! mutex.
//!
//! Instead, receive in a statement of its own. Its guard is dropped at the semicolon,
//! before the job runs:
//!
//! ```text
//! loop {
//!     let received = receiver.lock().unwrap().recv();
//!     let Ok(job) = received else { break };
//!     // Run the job here.
//! }
//! ```
//!
//! A `for` loop over `receiver.lock().unwrap().iter()` makes the same mistake. A channel
//! with several consumers needs no mutex: see `crossbeam-channel-demo`.
//!
//! It does not end by itself: stop it with Ctrl-C.
//!
//! ```text
//! cargo run -p mpsc-demo --bin mpsc-lock-held-during-job
//! ```

use std::sync::{Barrier, Mutex, mpsc};
use std::thread;

fn main() {
    let (sender, receiver) = mpsc::channel();
    for job in 1..=2 {
        sender.send(job).unwrap();
    }
    drop(sender);

    let receiver = &Mutex::new(receiver);
    let both_run = &Barrier::new(2);
    thread::scope(|scope| {
        for worker in 1..=2 {
            scope.spawn(move || {
                while let Ok(job) = receiver.lock().unwrap().recv() {
                    println!("Worker {worker}: starts job {job}");
                    both_run.wait();
                    println!("Worker {worker}: has finished job {job}");
                }
            });
        }
    });
}
