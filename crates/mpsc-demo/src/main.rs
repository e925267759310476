//! Channels: many producers, one consumer, and back-pressure.
//!
//! A channel moves values from thread to thread, so nothing is shared and
//! nothing needs a lock. Any number of threads may hold a `Sender`, one holds
//! the `Receiver`: multiple producers, single consumer, hence `mpsc`.
//!
//! ```text
//! cargo run -p mpsc-demo
//! ```
//!
//! What to look for:
//!
//! - The two producers' messages interleave differently from run to run, yet
//!   each producer's own messages always arrive in the order it sent them.
//! - A message may be reported received before it is reported sent: the producer
//!   prints after `send`, and the consumer may be faster.
//! - The consumer's `for` loop ends by itself once the last sender is gone.
//! - A bounded channel makes a fast producer wait for a slow consumer. That is
//!   back-pressure: without it, the waiting messages would pile up in memory.
//!
//! The programs in `src/bin` show how it goes wrong.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

fn main() {
    unbounded();
    bounded();
}

/// Two producers share a channel that takes any number of messages.
fn unbounded() {
    let (sender, receiver) = mpsc::channel();

    for (producer, messages) in [(1, ["alpha", "beta"]), (2, ["gamma", "delta"])] {
        let sender = sender.clone();
        thread::spawn(move || {
            for message in messages {
                // Stands for the work that it takes to make a message.
                thread::sleep(Duration::from_millis(10));
                sender.send((producer, message)).unwrap();
                println!("Producer {producer}: sent {message}");
            }
        });
    }
    // The loop below ends when no sender is left, and this one is a sender too.
    // Forget it here, and the consumer waits for ever.
    drop(sender);

    for (producer, message) in receiver {
        println!("Consumer: received {message} from producer {producer}");
    }
    println!("Consumer: every sender is gone");
}

/// One producer fills a channel that holds two messages at most.
fn bounded() {
    let (sender, receiver) = mpsc::sync_channel(2);

    // Nobody receives yet, so the third message finds the channel full.
    // `try_send` says so at once and hands the message back; `send` would wait.
    for parcel in 1..=3 {
        match sender.try_send(parcel) {
            Ok(()) => println!("Fast producer: sent parcel {parcel}"),
            Err(error) => println!("Fast producer: parcel {parcel} refused, {error}"),
        }
    }

    let consumer = thread::spawn(move || {
        for parcel in receiver {
            println!("Slow consumer: received parcel {parcel}");
            // Stands for the work that each parcel takes.
            thread::sleep(Duration::from_millis(20));
        }
        println!("Slow consumer: every sender is gone");
    });

    for parcel in 3..=8 {
        // Waits while the channel is full: the producer slows down to the
        // consumer's pace, and no more than two parcels ever wait.
        sender.send(parcel).unwrap();
        println!("Fast producer: sent parcel {parcel}");
    }
    drop(sender);
    consumer.join().unwrap();
}
