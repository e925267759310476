//! Two threads see that one job is left, both go to take it, and one of them panics.
//!
//! Each access is locked, and still it is a race: between looking and taking, the
//! lock is free. What a thread has seen under a lock is true until it lets go of
//! that lock, and no longer.
//!
//! Instead, look and take in one critical section: keep the guard until the job
//! is taken. Or do not look at all: `pop` says by itself whether a job was left.
//!
//! ```text
//! cargo run -p race-condition-demo --bin race-condition-check-then-act
//! ```

use std::sync::{Barrier, Mutex};
use std::thread;

fn main() {
    let jobs = Mutex::new(vec!["the last job"]);
    let both_looked = Barrier::new(2);
    thread::scope(|scope| {
        for id in 1..=2 {
            let (jobs, both_looked) = (&jobs, &both_looked);
            scope.spawn(move || {
                // The guard is gone at the semicolon, and the lock is free.
                let left = jobs.lock().unwrap().len();
                println!("Locker {id}: sees that {left} is left");
                // Without this it would go wrong now and then. With it, always.
                both_looked.wait();
                if left > 0 {
                    let job = jobs.lock().unwrap().pop();
                    let job = job.expect("one was left, I have looked");
                    println!("Locker {id}: takes {job}");
                }
            });
        }
    });
}
