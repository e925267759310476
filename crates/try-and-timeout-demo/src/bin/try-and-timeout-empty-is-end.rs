//! Main takes an empty channel for a closed one, and misses the other messages.
//!
//! `while let Ok(message) = receiver.try_recv()` ends at the first error, whichever it
//! is. Here the channel is empty for a moment, because the producer is slower than main.
//! With a fast producer the same loop gets every message, so a test may well pass.
//!
//! Instead, tell the errors apart, as the demo does: `Empty` means later, and only
//! `Disconnected` means never. Where main has nothing else to do, a `for` loop over the
//! receiver waits for each message, and ends at the right one.
//!
//! ```text
//! cargo run -p try-and-timeout-demo --bin try-and-timeout-empty-is-end
//! ```

use std::sync::{Barrier, mpsc};
use std::thread;

fn main() {
    let (sender, receiver) = mpsc::channel();
    let meeting = &Barrier::new(2);
    thread::scope(|scope| {
        scope.spawn(move || {
            for message in 1..=3 {
                println!("Producer: sends message {message}");
                sender.send(message).unwrap();
                if message == 1 {
                    // Main begins. The producer is slow, and goes on when main is done:
                    // without the barrier this goes wrong only now and then.
                    meeting.wait();
                    meeting.wait();
                }
            }
        });

        meeting.wait();
        while let Ok(message) = receiver.try_recv() {
            println!("Main: received message {message}");
        }
        meeting.wait();
    });
}
