//! Main uses a value that has moved into a thread.
//!
//! The closure owns the `String` now, and the thread may already have dropped it.
//! Repair: clone the `String` before the closure, or return it from the thread.

use std::thread;

fn main() {
    let text = String::from("Dear reader");
    let writer = thread::spawn(move || println!("Writer: got {text}"));
    println!("Main: still has {text}"); //~ E0382
    writer.join().unwrap();
}
