//! A raw pointer moves into a thread.
//!
//! The type of a raw pointer says neither how long its target lives nor which other
//! threads read or write it. So the compiler cannot check its use in another thread.
//! Repair: give the thread a reference inside a `thread::scope`, or an `Arc`.

use std::thread;

fn main() {
    let number = 41;
    let pointer = &raw const number;
    thread::scope(|scope| {
        scope.spawn(move || println!("Worker: got {pointer:?}")); //~ E0277
        println!("Main: the number is at {pointer:?}");
    });
}
