//! Two threads share a `Cell`, and both change it.
//!
//! Its `set` takes `&self` and no lock, so the two could read and write at the same time.
//! Repair: make it a `Mutex`, or an atomic such as `AtomicU64`.

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
