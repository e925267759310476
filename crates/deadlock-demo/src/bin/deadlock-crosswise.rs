//! Two workers lock the same two accounts in opposite order, and wait forever.
//!
//! Each worker locks the account it takes from, then the one it gives to. Worker 1 holds
//! A and waits for B, and worker 2 holds B and waits for A. Neither unlocks what it has
//! before it gets what it wants, and no error is reported.
//!
//! Instead, let every thread lock in the same order, or unlock the first account if the
//! second is locked. The example shows both.
//!
//! It does not end by itself: stop it with Ctrl-C.
//!
//! ```text
//! cargo run -p deadlock-demo --bin deadlock-crosswise
//! ```

use std::sync::{Barrier, Mutex};
use std::thread;

fn main() {
    let accounts = [('A', Mutex::new(100)), ('B', Mutex::new(100))];
    let both_locked = Barrier::new(2);
    thread::scope(|scope| {
        for (number, from, to) in [(1, 0, 1), (2, 1, 0)] {
            let ((from, source), (to, target)) = (&accounts[from], &accounts[to]);
            let both_locked = &both_locked;
            scope.spawn(move || {
                let worker = format!("Careless worker {number}");
                let mut source = source.lock().unwrap();
                println!("{worker}: locked {from}");
                // Without the barrier, one worker is often done before the other starts,
                // and the deadlock happens only on a busy machine.
                both_locked.wait();
                let mut target = target.lock().unwrap();
                println!("{worker}: locked {to}");
                *source -= 10;
                *target += 10;
                println!("{worker}: unlocks {from} with {source}, {to} with {target}");
            });
        }
    });
}
