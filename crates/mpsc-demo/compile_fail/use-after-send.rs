//! A producer uses a message that it has sent.
//!
//! `send` moves the message into the channel, so the producer no longer owns it.
//! Repair: print the message before it is sent, or send a clone.

use std::sync::mpsc;
use std::thread;

fn main() {
    let (sender, receiver) = mpsc::channel();
    let producer = thread::spawn(move || {
        let message = String::from("alpha");
        sender.send(message).unwrap();
        println!("Producer: sent {message}"); //~ E0382
    });
    for message in receiver {
        println!("Consumer: received {message}");
    }
    producer.join().unwrap();
}
