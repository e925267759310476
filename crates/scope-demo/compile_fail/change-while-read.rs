//! Main clears a vector that a scoped thread may be reading.
//!
//! The closure of the thread borrows the vector until the scope has returned.
//! Repair: clear the vector after the scope.

use std::thread;

fn main() {
    let mut numbers = vec![3, 1, 4];
    thread::scope(|scope| {
        scope.spawn(|| println!("Adder: reads {numbers:?}"));
        numbers.clear(); //~ E0502
        println!("Main: has spawned the adder");
    });
    println!("Main: has {numbers:?}");
}
