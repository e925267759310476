//! Two threads check that a job is left, both go to take it, and one of them panics.
//!
//! Each access is under the lock, and still there is a race, because the lock is free
//! between the check and the `pop`. What a thread has seen under a lock is certain only
//! until it unlocks.
//!
//! Instead, check and take in one critical section: keep the guard until the job is
//! taken. Or do not check at all: `pop` itself reports whether a job was left.
//!
//! ```text
//! cargo run -p race-condition-demo --bin race-condition-check-then-act
//! ```

use std::sync::{Barrier, Mutex};
use std::thread;

fn main() {
    let jobs = Mutex::new(vec!["the last job"]);
    let both_checked = Barrier::new(2);
    thread::scope(|scope| {
        for id in 1..=2 {
            let (jobs, both_checked) = (&jobs, &both_checked);
            scope.spawn(move || {
                // The semicolon drops the guard and unlocks.
                let left = jobs.lock().unwrap().len();
                println!("Locker {id}: sees that {left} is left");
                // Without the barrier this goes wrong only now and then.
                both_checked.wait();
                if left > 0 {
                    let job = jobs.lock().unwrap().pop();
                    let job = job.expect("the check has found a job");
                    println!("Locker {id}: takes {job}");
                }
            });
        }
    });
}
