//! The leader adds up the results, and the other workers do not wait for that.
//!
//! `wait` lets all threads go on, the leader among them, and then none waits for
//! another. What the leader does afterwards runs side by side with the next phase of
//! the others. Here they read the total before the leader has written it, so they start
//! phase 2 with the old total.
//!
//! Instead, meet a second time after the leader's work: the others wait there until
//! the leader comes too.
//!
//! ```text
//! cargo run -p barrier-demo --bin barrier-one-meeting
//! ```

use std::sync::{Barrier, Mutex};
use std::thread;

const PHASES: u32 = 3;

fn main() {
    let parts: Mutex<Vec<u64>> = Mutex::new(Vec::new());
    let total = Mutex::new(0);
    let barrier = Barrier::new(3);
    // Makes the mistake show in every run: the leader works when the others have
    // started the next phase, and they go on after that.
    let bad_order = Barrier::new(3);

    thread::scope(|scope| {
        for worker in 1..=3 {
            let (parts, total) = (&parts, &total);
            let (barrier, bad_order) = (&barrier, &bad_order);
            scope.spawn(move || {
                let mut leads = false;
                for phase in 1..=PHASES {
                    let found = *total.lock().unwrap();
                    println!("Worker {worker}: starts phase {phase} with {found}");
                    if phase > 1 && !leads {
                        bad_order.wait();
                        bad_order.wait();
                    }
                    let part = found + worker;
                    parts.lock().unwrap().push(part);
                    println!("Worker {worker}: ends phase {phase}, found Some({part})");

                    leads = barrier.wait().is_leader();
                    if leads {
                        if phase < PHASES {
                            bad_order.wait();
                        }
                        let sum = parts.lock().unwrap().drain(..).sum();
                        *total.lock().unwrap() = sum;
                        println!("Worker {worker}: leads phase {phase}, total Some({sum})");
                        if phase < PHASES {
                            bad_order.wait();
                        }
                    }
                    // Here the second meeting is missing.
                }
            });
        }
    });
    let total = total.into_inner().unwrap();
    println!("Main: the last total is Some({total})");
}
