//! Main clears a vector that a scoped thread may still be reading.
//!
//! The thread may hold its borrow until the scope has ended.
//! Repair: clear it once the scope has ended, and all its threads with it.

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
