//! Main keeps a sender that it never uses, and the loop over the receiver never ends.
//!
//! The loop ends when the channel is empty and no sender is left. Each producer's
//! clone is dropped as its thread ends, but the sender they were cloned from is
//! main's. It lives to the end of `main`, which the loop never lets main reach.
//!
//! Instead, drop the original before the loop, or move it into the last producer.
//!
//! It does not end by itself: stop it with Ctrl-C.
//!
//! ```text
//! cargo run -p mpsc-demo --bin mpsc-forgotten-sender
//! ```

use std::sync::mpsc;
use std::thread;

fn main() {
    let (sender, receiver) = mpsc::channel();

    for (producer, messages) in [(1, ["alpha", "beta"]), (2, ["gamma", "delta"])] {
        let sender = sender.clone();
        thread::spawn(move || {
            for message in messages {
                sender.send((producer, message)).unwrap();
                println!("Producer {producer}: sent {message}");
            }
        });
    }
    // Here `drop(sender)` is missing.

    for (producer, message) in receiver {
        println!("Consumer: received {message} from producer {producer}");
    }
    println!("Consumer: every sender is gone");
}
