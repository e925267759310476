//! Two threads receive from the same `Receiver`.
//!
//! The channel is made for a single consumer, and does nothing to keep a second one from
//! taking the same message.
//! Repair: share an `Arc<Mutex<Receiver<_>>>`, or give each consumer a channel of its own.

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
