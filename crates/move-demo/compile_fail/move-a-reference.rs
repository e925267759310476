//! A reference to a local variable moves into a spawned thread.
//!
//! `move` moves the reference, and leaves behind what it points to: the thread may live
//! on when that is gone.
//! Repair: move the `String` itself or a clone, or spawn inside a `thread::scope`.

use std::thread;

fn main() {
    let text = String::from("Dear reader");
    let mut shown = "nothing yet";
    println!("Main: made the text {text:?}");
    shown = &text; //~ E0597
    let writer = thread::spawn(move || println!("Writer: got {shown:?}"));
    writer.join().unwrap();
}
