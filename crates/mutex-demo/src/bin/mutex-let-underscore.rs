//! `let _ =` drops the guard at once: nothing is locked, and increments are lost.
//!
//! `_` is no variable. It binds nothing, and so the guard is gone before the next
//! line. All five workers are inside together: they read the same count, each
//! adds one to it, and of five increments four are lost.
//!
//! `let _guard =` keeps the guard to the end of its scope. Better still, put the
//! counter into the `Mutex`, where nobody gets at it without a guard; this
//! program could not be written then. The compiler knows the mistake and refuses
//! it, unless it is told to expect it, as here.
//!
//! ```text
//! cargo run -p mutex-demo --bin mutex-let-underscore
//! ```

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Barrier, Mutex};
use std::thread;

fn main() {
    let lock = Mutex::new(());
    let counter = AtomicU32::new(0);
    let inside = Barrier::new(5);

    thread::scope(|scope| {
        for worker in 1..=5 {
            let (lock, counter, inside) = (&lock, &counter, &inside);
            scope.spawn(move || {
                for _ in 0..10 {
                    #[expect(let_underscore_lock, reason = "the mistake shown here")]
                    let _ = lock.lock().unwrap();
                    let count = counter.load(Ordering::Relaxed);
                    // All five meet here, between reading and writing back. One
                    // that really held the lock would wait for ever.
                    inside.wait();
                    counter.store(count + 1, Ordering::Relaxed);
                }
                println!("Worker {worker}: made 10 increments");
            });
        }
    });

    println!("Main: counted {}", counter.into_inner());
}
