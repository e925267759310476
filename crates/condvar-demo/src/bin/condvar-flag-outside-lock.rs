//! The flag changes while the mutex is not locked, and the notification is lost.
//!
//! A consumer checks the flag, then waits. It holds the lock from the check to the wait,
//! but this keeps out only threads that lock too. Here the flag is atomic, and main
//! changes it without the lock: after the check, before the wait. At that moment no
//! thread waits, so the notification wakes none. The consumer then waits for a change
//! that has already happened. An atomic flag removes the data race, not this mistake.
//!
//! Instead, change under the lock whatever the condition reads, and notify afterwards.
//! Best keep the flag in the mutex, as the demo does: then there is no other way. The
//! notification itself needs no lock.
//!
//! ```text
//! cargo run -p condvar-demo --bin condvar-flag-outside-lock
//! ```
//!
//! Without a spurious wakeup it does not end by itself: stop it with Ctrl-C.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Barrier, Condvar, Mutex};
use std::thread;

fn main() {
    let items: Mutex<Vec<u32>> = Mutex::new(Vec::new());
    let not_empty = Condvar::new();
    let closed = AtomicBool::new(false);
    let meeting = Barrier::new(2);

    thread::scope(|scope| {
        scope.spawn(|| {
            let mut items = items.lock().unwrap();
            while items.is_empty() && !closed.load(Ordering::SeqCst) {
                println!("Consumer 1: finds the buffer open and empty, waits");
                // The barrier makes the mistake show in every run. If main locked the
                // mutex, it could not come here in between.
                meeting.wait();
                meeting.wait();
                items = not_empty.wait(items).unwrap();
            }
            println!("Consumer 1: found the buffer closed and empty");
        });

        meeting.wait();
        println!("Main: closes the buffer");
        closed.store(true, Ordering::SeqCst);
        not_empty.notify_all();
        meeting.wait();
    });
    println!("Main: every consumer has ended");
}
