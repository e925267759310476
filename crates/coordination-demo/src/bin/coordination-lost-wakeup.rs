//! The coordinator notifies before the worker waits, so the worker misses its signal.
//!
//! A `Condvar` does not store a notification. `notify_one` wakes one thread that waits
//! at that moment, and has no effect if no thread waits. The worker starts to wait too
//! late, and no second notification comes.
//!
//! There is a second mistake: `wait` may also return without any notification, which is
//! called a spurious wakeup. The worker checks no condition afterwards, so it could
//! begin without a signal.
//!
//! Instead, store the signal in the mutex: set a flag under the lock, then notify, and
//! wait with `wait_while`. It checks the flag before it waits and after each wakeup. Or
//! send the signal over a channel, as the demo does: the channel stores it.
//!
//! ```text
//! cargo run -p coordination-demo --bin coordination-lost-wakeup
//! ```
//!
//! Without a spurious wakeup it does not end by itself: stop it with Ctrl-C.

use std::sync::{Barrier, Condvar, Mutex};
use std::thread;

fn main() {
    let lock = Mutex::new(());
    let signal = Condvar::new();
    let notified = Barrier::new(2);

    thread::scope(|scope| {
        scope.spawn(|| {
            // Simulates a slow start: the coordinator has already notified.
            notified.wait();
            let guard = lock.lock().unwrap();
            println!("Worker 1: waits for its signal");
            let _guard = signal.wait(guard).unwrap();
            println!("Worker 1: begins");
        });

        println!("Coordinator: starts worker 1");
        signal.notify_one();
        notified.wait();
    });
    println!("Coordinator: every worker has ended");
}
