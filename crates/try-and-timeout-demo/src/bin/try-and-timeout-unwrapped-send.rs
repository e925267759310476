//! Main unwraps `send`, and a worker that has stopped brings main down.
//!
//! A `send` fails when the receiver is gone. That is often no bug: the worker has enough,
//! or the program is shutting down. `unwrap` makes a panic of it, and the job that the
//! error contained is lost. The panic's message names neither the worker nor the job.
//!
//! Instead, match on the `SendError` and use the job that it gives back: for another
//! worker, for a retry, or for the log. A thread whose messages no other thread receives
//! can return. `unwrap` is right only where the receiver can be gone for just one reason:
//! its thread has panicked.
//!
//! ```text
//! cargo run -p try-and-timeout-demo --bin try-and-timeout-unwrapped-send
//! ```

use std::sync::mpsc;
use std::thread;

fn main() {
    let (to_first, first) = mpsc::sync_channel(0);
    thread::spawn(move || {
        for job in first.iter().take(2) {
            println!("Worker 1: does job {job}");
        }
    });

    for job in 1..=4 {
        to_first.send(job).unwrap();
    }
}
