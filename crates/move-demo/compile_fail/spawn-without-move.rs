//! A spawned thread borrows a local variable, because its closure lacks `move`.
//!
//! A spawned thread may outlive the function that spawned it. This thread is joined in
//! the same line, but the compiler does not consider that: `thread::spawn` requires a
//! closure that is `'static`.
//! Repair: write `move ||`, or spawn the thread inside a `thread::scope`.

use std::thread;

fn main() {
    let number = 41;
    println!("Main: made the number {number}");
    thread::spawn(|| write(number)).join().unwrap(); //~ E0373
    println!("Main: still has the number {number}");
}

fn write(number: i32) {
    println!("Writer: got the number {number}");
}
