//! A reference to a local variable moves into a spawned thread.
//!
//! `move` moves only the reference into the closure. The `String` that it refers to
//! still belongs to main, and the thread could outlive it.
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
