//! Two threads increment the same plain variable.
//!
//! Both could read the same value and write the same sum. That is the data race, which a
//! plain variable in safe Rust cannot have.
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
