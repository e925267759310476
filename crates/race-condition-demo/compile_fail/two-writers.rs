//! Two threads increment the same plain variable.
//!
//! Both threads write the same memory, and nothing synchronises them. That is a data
//! race, and so undefined behaviour, whether an update is lost or not. Safe Rust refuses
//! it: two closures cannot both borrow the variable mutably.
//! Repair: count in an `AtomicU32` with `fetch_add`, or in a `Mutex`.

use std::thread;

fn main() {
    let mut counter = 0;
    thread::scope(|scope| {
        scope.spawn(|| counter += 1);
        scope.spawn(|| counter += 1); //~ E0499
    });
    println!("Main: the racers counted {counter}");
}
