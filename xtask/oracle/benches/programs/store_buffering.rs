// Store buffering, as a litmus test: with `Release` and `Acquire`, neither need see the other.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::thread;

pub fn main() {
    let shared = Arc::new([AtomicU32::new(0), AtomicU32::new(0)]);
    let other = thread::spawn({
        let shared = shared.clone();
        move || {
            shared[0].store(1, Release);
            shared[1].load(Acquire)
        }
    });
    shared[1].store(1, Release);
    let saw = shared[0].load(Acquire) + other.join().unwrap();
    assert!(saw <= 2);
}
