//! One thread has both ends of a channel without capacity, and waits for itself.
//!
//! `bounded(0)` has no place where a message could wait, so `send` returns only
//! when another thread is in `recv`. Here the `recv` comes after the `send`, in
//! the same thread. That is no error to `send`, for the receiver still exists.
//!
//! Give the two ends to two threads, or the channel a capacity: one that holds
//! all that is sent before the first `recv`, since a smaller one only fills up
//! later. Where one thread does both, a `VecDeque` is enough.
//!
//! It does not end by itself: stop it with Ctrl-C.
//!
//! ```text
//! cargo run -p crossbeam-channel-demo --bin crossbeam-channel-rendezvous-alone
//! ```

use crossbeam::channel;

fn main() {
    let (sender, receiver) = channel::bounded(0);

    for next in 1..=3 {
        println!("Giver: holds out parcel {next}");
        sender.send(next).unwrap();
        println!("Giver: lets go of parcel {next}");

        println!("Taker: reaches for parcel {next}");
        let parcel = receiver.recv().unwrap();
        println!("Taker: has parcel {parcel}");
    }
}
