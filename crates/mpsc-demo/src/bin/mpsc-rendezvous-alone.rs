//! A thread sends to itself over a channel that holds nothing, and waits for ever.
//!
//! A `sync_channel(0)` has no room for a message: `send` hands it over, and waits
//! until somebody takes it. The only receiver is in the hands of the very thread
//! that waits. A larger channel only puts it off until that one is full.
//!
//! Instead, receive in another thread; or where one thread does both, keep what
//! is yet to do in a `VecDeque`.
//!
//! It does not end by itself: stop it with Ctrl-C.
//!
//! ```text
//! cargo run -p mpsc-demo --bin mpsc-rendezvous-alone
//! ```

use std::sync::mpsc;

fn main() {
    let (sender, receiver) = mpsc::sync_channel(0);

    println!("Fast producer: offers parcel 1");
    // Not an `Err`: the receiver is still there, it is just never asked.
    sender.send(1).unwrap();
    println!("Fast producer: sent parcel 1");
    drop(sender);

    for parcel in receiver {
        println!("Slow consumer: received parcel {parcel}");
    }
    println!("Slow consumer: every sender is gone");
}
