//! Two threads share a `Cell`, and both change it.
//!
//! `Cell::set` takes `&self` and does not lock, so the two threads could read and write
//! the value at the same time: a data race.
//! Repair: use a `Mutex`, or an atomic such as `AtomicU64`.

use std::cell::Cell;
use std::thread;

fn main() {
    let total: Cell<u64> = Cell::new(0);
    thread::scope(|scope| {
        scope.spawn(|| total.set(total.get() + 1)); //~ E0277
        total.set(total.get() + 2);
    });
    println!("Main: the total is {}", total.get());
}
