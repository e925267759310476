//! The handle of a scoped thread leaves the scope.
//!
//! The scope does not return before its threads have ended; a handle found outside would
//! stand for a thread that may still be running, and borrowing.
//! Repair: join inside the scope, and return what the thread returned.

use std::thread::{self, ScopedJoinHandle};

fn main() {
    let numbers = [3, 1, 4];
    let mut adders: Vec<ScopedJoinHandle<i32>> = Vec::new();
    thread::scope(|scope| {
        adders.push(scope.spawn(|| numbers.iter().sum())); //~ E0521
    });
    let together: i32 = adders.into_iter().map(|adder| adder.join().unwrap()).sum();
    println!("Main: the adders' sums make {together}");
}
