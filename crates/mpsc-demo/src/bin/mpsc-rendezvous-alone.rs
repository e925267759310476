//! A thread sends to itself over a channel without capacity, and waits forever.
//!
//! A `sync_channel(0)` has no room for a message: `send` waits until another thread
//! takes the message from it. Here the thread that waits in `send` has the only
//! receiver itself. With a larger capacity it would wait later, at the first message
//! that finds the channel full.
//!
//! Instead, receive in another thread. If one thread both adds and takes the values,
//! it needs no channel: keep them in a `VecDeque`.
//!
//! It does not end by itself: stop it with Ctrl-C.
//!
//! ```text
//! cargo run -p mpsc-demo --bin mpsc-rendezvous-alone
//! ```

use std::sync::mpsc;

fn main() {
    let (sender, receiver) = mpsc::sync_channel(0);

    for parcel in 1..=8 {
        println!("Fast producer: offers parcel {parcel}");
        // `send` returns no error, because the receiver still exists.
        sender.send(parcel).unwrap();
        println!("Fast producer: sent parcel {parcel}");
    }
    drop(sender);

    for parcel in receiver {
        println!("Slow consumer: received parcel {parcel}");
    }
    println!("Slow consumer: every sender is gone");
}
