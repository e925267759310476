//! A spawned thread borrows a local variable, for its closure lacks `move`.
//!
//! A spawned thread may outlive the function that spawned it. This one is joined at once,
//! but the compiler goes by what `thread::spawn` demands, and that is `'static`.
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
