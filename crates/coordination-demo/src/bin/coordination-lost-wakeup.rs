//! The coordinator notifies before the worker waits, and the worker waits for ever.
//!
//! A notification is not kept. `notify_one` wakes a thread that waits at that very
//! moment, and does nothing at all if there is none.
//!
//! Instead, keep the news in the mutex, where it can be found later: set a flag
//! under the lock, then notify, and wait by `wait_while`, which looks at the flag
//! first. Or send the signal over a channel, as the demo does: it keeps what is sent.
//!
//! It does not end by itself: stop it with Ctrl-C.
//!
//! ```text
//! cargo run -p coordination-demo --bin coordination-lost-wakeup
//! ```

use std::sync::{Barrier, Condvar, Mutex};
use std::thread;

fn main() {
    let lock = Mutex::new(());
    let signal = Condvar::new();
    let late = Barrier::new(2);

    thread::scope(|scope| {
        scope.spawn(|| {
            // Stands for a slow start: by now the signal has been given.
            late.wait();
            let guard = lock.lock().unwrap();
            println!("Worker 1: waits for its signal");
            let _guard = signal.wait(guard).expect("nobody panics with the lock");
            println!("Worker 1: begins");
        });

        println!("Coordinator: starts worker 1");
        signal.notify_one();
        late.wait();
    });
    println!("Coordinator: every worker has ended");
}
