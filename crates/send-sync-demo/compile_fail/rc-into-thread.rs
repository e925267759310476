//! A clone of an `Rc` moves into a thread.
//!
//! All clones share one count, and it is a plain integer: two threads that clone or drop
//! at once could miscount, and free the value while one of them still reads it.
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
