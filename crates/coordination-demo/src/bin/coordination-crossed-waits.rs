//! Two workers each wait for the other's message before they send their own.
//!
//! This is a deadlock without a lock: each `recv` waits for a `send` that the other
//! worker reaches only after its own `recv`. Neither `recv` returns an `Err`, because
//! each worker still holds its sender, so both channels stay connected.
//!
//! Instead, let at least one of the workers send before it receives. Both may do so,
//! because `send` on these channels never waits.
//!
//! ```text
//! cargo run -p coordination-demo --bin coordination-crossed-waits
//! ```
//!
//! It does not end by itself: stop it with Ctrl-C.

use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

fn main() {
    let (to_1, signal_1) = mpsc::channel();
    let (to_2, signal_2) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(|| work(1, signal_1, to_2));
        scope.spawn(|| work(2, signal_2, to_1));
    });
    println!("Coordinator: every worker has ended");
}

fn work(id: u64, signal: Receiver<()>, other: Sender<()>) {
    println!("Worker {id}: waits for its signal");
    signal.recv().unwrap();
    println!("Worker {id}: begins");
    other.send(()).unwrap();
}
