// Message passing, as a litmus test: who sees the flag sees the message.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::thread;

pub fn main() {
    let shared = Arc::new([AtomicU32::new(0), AtomicU32::new(0)]);
    let writer = thread::spawn({
        let shared = shared.clone();
        move || {
            shared[0].store(1, Relaxed);
            shared[1].store(1, Release);
        }
    });
    if shared[1].load(Acquire) == 1 {
        assert_eq!(shared[0].load(Relaxed), 1);
    }
    writer.join().unwrap();
}
