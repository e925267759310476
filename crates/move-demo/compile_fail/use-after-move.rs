//! A value that has moved into a thread is used again.
//!
//! Repair: clone it before the closure, or let the thread return it through `join`.

use std::thread;

fn main() {
    let text = String::from("Dear reader");
    let writer = thread::spawn(move || println!("Writer: got {text}"));
    println!("Main: still has {text}"); //~ E0382
    writer.join().unwrap();
}
