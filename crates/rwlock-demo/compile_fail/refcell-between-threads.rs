//! A writer and a reader in two threads share a `RefCell`.
//!
//! A `RefCell` too admits many readers or one writer. But it counts them in a plain
//! integer, so two threads that borrow at once could both be let in.
//! Repair: make it an `RwLock`, with `read` for `borrow` and `write` for `borrow_mut`.

use std::cell::RefCell;
use std::thread;

fn main() {
    let prices = RefCell::new([150, 300]);
    thread::scope(|scope| {
        scope.spawn(|| prices.borrow_mut()[0] += 10); //~ E0277
        println!("Reader: found {:?}", prices.borrow());
    });
    println!("Main: in the end, {:?}", prices.into_inner());
}
