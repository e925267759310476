//! Channels: many producers, one consumer, and back-pressure.
//!
//! A channel moves values from one thread to another. The threads share no data, and
//! they need no lock of their own. Any number of threads can have a `Sender`, but only
//! one has the `Receiver`: multiple producers, single consumer, hence `mpsc`.
//!
//! ```text
//! cargo run -p mpsc-demo
//! ```
//!
//! What to look for:
//!
//! - The messages of the two producers may interleave in any way. But each producer's
//!   own messages arrive in the order in which it sent them.
//! - A message may be reported received before it is reported sent: the producer
//!   prints after `send`, and the consumer may print first.
//! - The consumer's `for` loop ends by itself, because every sender has been dropped
//!   and the channel is empty.
//! - A bounded channel for two parcels is full with the second. Then `try_send` refuses
//!   a parcel, and `send` waits for the slow consumer. This is back-pressure: in an
//!   unbounded channel, the parcels of a fast producer would pile up in memory.
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

    let producers = [(1, ["alpha", "beta"]), (2, ["gamma", "delta"])];
    let producers = producers.map(|(producer, messages)| {
        let sender = sender.clone();
        thread::spawn(move || {
            for message in messages {
                // Simulates the work of making a message.
                thread::sleep(Duration::from_millis(10));
                sender.send((producer, message)).unwrap();
                println!("Producer {producer}: sent {message}");
            }
        })
    });
    // The loop below ends when no sender is left, and this one is a sender too.
    // Without this line, the consumer waits forever.
    drop(sender);

    for (producer, message) in receiver {
        println!("Consumer: received {message} from producer {producer}");
    }
    println!("Consumer: every sender is gone");
    // A producer that panics drops its sender too, and the loop ends without a word.
    // Only `join` reports the panic.
    for producer in producers {
        producer.join().unwrap();
    }
}

/// One producer fills a channel that holds at most two parcels.
fn bounded() {
    let (sender, receiver) = mpsc::sync_channel(2);

    // No thread receives yet, so the third parcel finds the channel full.
    for parcel in 1..=3 {
        match sender.try_send(parcel) {
            Ok(()) => println!("Fast producer: sent parcel {parcel}"),
            // `send` would wait here. `try_send` returns at once, with the parcel.
            Err(mpsc::TrySendError::Full(parcel)) => {
                println!("Fast producer: parcel {parcel} refused, the channel is full");
            }
            Err(mpsc::TrySendError::Disconnected(_)) => {
                unreachable!("the receiver has not been dropped");
            }
        }
    }

    let consumer = thread::spawn(move || {
        for parcel in receiver {
            println!("Slow consumer: received parcel {parcel}");
            // Simulates the work on each parcel.
            thread::sleep(Duration::from_millis(20));
        }
        println!("Slow consumer: every sender is gone");
    });

    // The refused parcel is the first one again.
    for parcel in 3..=8 {
        // Waits while two parcels are in the channel, until the consumer takes one.
        sender.send(parcel).unwrap();
        println!("Fast producer: sent parcel {parcel}");
    }
    drop(sender);
    consumer.join().unwrap();
}
