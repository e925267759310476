//! Main keeps a sender that it never uses, and the loop over the receiver never ends.
//!
//! The loop ends when the channel is empty and no sender is left. Each producer drops
//! its clone when its thread ends. But main still has the original sender, until the
//! end of `main`. Main cannot get there, because it waits in the loop.
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
