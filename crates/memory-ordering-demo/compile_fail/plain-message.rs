//! A flag is to publish a message that is a plain variable.
//!
//! The compiler does not know that the reader waits for the flag. It sees one thread that
//! changes the variable while another one reads it: a data race, which safe Rust refuses.
//! Repair: make the message an atomic, with `Relaxed`. For larger values, use a `OnceLock`:
//! its `set` publishes the value, and its `get` returns it only after that.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

fn main() {
    let mut message = 0;
    let ready = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            message = 1;
            ready.store(true, Ordering::Release);
        });
        if ready.load(Ordering::Acquire) {
            println!("Main: sees the flag");
            println!("Main: reads {message}"); //~ E0502
        }
    });
}
