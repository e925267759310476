//! `let _ =` drops the guard at once: nothing is locked, and increments are lost.
//!
//! `_` is not a variable. It binds nothing, so the guard is dropped before the next
//! line. All five workers enter together, read the same count and store the same sum:
//! of each five increments, four are lost.
//!
//! Instead, write `let _guard =`, which keeps the guard to the end of its scope. Better
//! still, put the counter into the `Mutex`: then the only way to it is a guard, and
//! this program does not compile. The compiler's lint `let_underscore_lock` refuses the
//! mistake by default; the attribute in the program lets it pass.
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
    let all_inside = Barrier::new(5);

    thread::scope(|scope| {
        for worker in 1..=5 {
            let (lock, counter, all_inside) = (&lock, &counter, &all_inside);
            scope.spawn(move || {
                let mut own = 0;
                for _ in 0..10 {
                    #[expect(let_underscore_lock, reason = "the mistake shown here")]
                    let _ = lock.lock().unwrap();
                    let count = counter.load(Ordering::Relaxed);
                    // The barrier makes the mistake show in every run. A worker that
                    // held the lock here would wait for the other four forever.
                    all_inside.wait();
                    counter.store(count + 1, Ordering::Relaxed);
                    own += 1;
                }
                println!("Worker {worker}: made {own} increments");
            });
        }
    });

    println!("Main: counted {}", counter.into_inner());
}
