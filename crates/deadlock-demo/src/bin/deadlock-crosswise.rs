//! Two threads lock the same two accounts in opposite order, and wait for ever.
//!
//! Each teller locks the account it takes from, then the one it gives to. Teller 1
//! has A and waits for B; teller 2 has B and waits for A. Neither lets go of what
//! it has, so neither gets what it wants, and nothing reports an error.
//!
//! Instead, let everybody lock in one order, or let go when the second lock is
//! taken: the demo does both.
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
        for (teller, from, to) in [(1, 0, 1), (2, 1, 0)] {
            let ((from, source), (to, target)) = (&accounts[from], &accounts[to]);
            let both_locked = &both_locked;
            scope.spawn(move || {
                let mut source = source.lock().unwrap();
                println!("Careless teller {teller}: locked {from}");
                // Without this, one teller is often done before the other begins,
                // and the deadlock waits for a busier day.
                both_locked.wait();
                let mut target = target.lock().unwrap();
                println!("Careless teller {teller}: locked {to}");
                *source -= 10;
                *target += 10;
                println!(
                    "Careless teller {teller}: moved 10, \
                     {from} has {source} and {to} has {target}"
                );
            });
        }
    });
}
