//! A raw pointer moves into a thread.
//!
//! A raw pointer says neither how long its target lives nor who else reads or writes it,
//! so the compiler cannot vouch for a thread that follows it.
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
