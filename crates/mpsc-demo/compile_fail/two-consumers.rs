//! Two threads receive from the same `Receiver`.
//!
//! A `Receiver` is not `Sync`, because its channel is made for a single consumer: only
//! one thread at a time may use the receiver.
//! Repair: give each consumer a channel of its own. Or share an `Arc<Mutex<Receiver<_>>>`
//! and receive in a statement of its own: otherwise a worker holds the lock during its
//! job, as in `mpsc-lock-held-during-job`. Or use a channel with several consumers, as in
//! `crossbeam-channel-demo`.

use std::sync::mpsc;
use std::thread;

fn main() {
    let (sender, receiver) = mpsc::channel();
    for message in ["alpha", "beta"] {
        sender.send(message).unwrap();
    }
    drop(sender);
    thread::scope(|scope| {
        scope.spawn(|| println!("Consumer 1: received {:?}", receiver.recv())); //~ E0277
        println!("Consumer 2: received {:?}", receiver.recv());
    });
}
