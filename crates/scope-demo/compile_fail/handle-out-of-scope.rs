//! The handle of a scoped thread leaves the scope's closure.
//!
//! The handle has the lifetime `'scope` in its type. `thread::scope` chooses that
//! lifetime, and the closure must not let it escape into a variable outside.
//! Repair: `join` inside the scope, and return the result from the closure.

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
