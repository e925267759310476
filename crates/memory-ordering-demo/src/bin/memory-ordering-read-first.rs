//! The reader loads the message before the flag, and takes an old message for a new one.
//!
//! An `Acquire` load orders what comes after it. The message was loaded before it, so the
//! store of the message does not happen before that load, even though the flag is seen.
//! In larger programs the early load is a cached copy, or an argument that the caller
//! has loaded.
//!
//! Instead, load the flag first, and the message only if the flag is set. How the writer
//! gets the order wrong is shown in `atomics-demo`.
//!
//! ```text
//! cargo run -p memory-ordering-demo --bin memory-ordering-read-first
//! ```

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

fn main() {
    let message = AtomicU32::new(0);
    let ready = AtomicBool::new(false);
    let interruption = Barrier::new(2);

    let read = thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let message = message.load(Ordering::Relaxed);
            // The reader is interrupted at the worst moment. Without the barrier, this
            // goes wrong only now and then.
            interruption.wait();
            interruption.wait();
            let is_ready = ready.load(Ordering::Acquire);
            is_ready.then_some(message)
        });
        interruption.wait();
        message.store(1, Ordering::Relaxed);
        ready.store(true, Ordering::Release);
        interruption.wait();
        reader.join().unwrap()
    });
    let [early, seen, missing] = match read {
        None => [1, 0, 0],
        Some(0) => [0, 0, 1],
        Some(_) => [0, 1, 0],
    };
    println!(
        "Main: message passing, Release/Acquire: too early {early}, seen {seen}, missing {missing}"
    );
}
