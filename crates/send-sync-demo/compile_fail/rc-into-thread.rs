//! A clone of an `Rc` moves into a thread.
//!
//! All clones share one count, which is a plain integer. If two threads cloned or
//! dropped at the same time, the count could become wrong, and the value could be freed
//! while one of the threads still reads it.
//! Repair: use an `Arc`, whose count is atomic.

use std::rc::Rc;
use std::thread;

fn main() {
    let numbers = Rc::new(vec![1, 2, 3]);
    let shared = Rc::clone(&numbers);
    thread::spawn(move || work(&shared)).join().unwrap(); //~ E0277
    println!("Main: still has {numbers:?}");
}

fn work(numbers: &[u64]) {
    println!("Worker: got {numbers:?}");
}
