//! Barriers: no thread starts the next phase before all have ended this one.
//!
//! Many computations go in phases: each phase needs all results of the one before. A
//! `Barrier` for `n` threads makes them meet between two phases. `wait` blocks until
//! `n` threads have called it, then lets all of them go on, and is ready for the next
//! meeting. For one of them, `is_leader` returns true. This leader can do what only one
//! thread should do.
//!
//! ```text
//! cargo run -p barrier-demo
//! ```
//!
//! What to look for:
//!
//! - Three workers start and end a phase in any order. But no worker starts phase 2
//!   before all have ended phase 1 and the leader has added up their results.
//! - Each phase has exactly one leader. Which worker it is, is not promised.
//! - There are two meetings a phase. The second one keeps the other workers from the
//!   total until the leader has written it.
//! - Three workers meet, so the barrier counts three. It does not know its threads: if
//!   one stays away, the others wait forever. So the job runs in `catch_unwind`, and a
//!   worker whose job panics comes to the meeting all the same. A panic elsewhere in the
//!   loop, or a worker that cannot be started, still leaves the others waiting.
//!
//! The programs in `src/bin` show how it goes wrong. Waiting for threads to end needs no
//! barrier: see `join-demo` and `scope-demo`.

use std::panic;
use std::sync::{Barrier, Mutex};
use std::thread;
use std::time::Duration;

const WORKERS: usize = 3;

fn main() {
    println!("Main: the last total is {:?}", run_phases());
}

struct Shared {
    /// What the workers have found in this phase: `None` if the job has panicked.
    parts: Vec<Option<u64>>,
    /// The sum of the parts of the phase before: `None` if one of them is missing, or the
    /// sum is too large.
    total: Option<u64>,
}

/// Returns the total of the last phase, or `None` if a job has panicked or the sum is too
/// large.
fn run_phases() -> Option<u64> {
    let shared = Mutex::new(Shared {
        parts: Vec::new(),
        total: Some(0),
    });
    let barrier = Barrier::new(WORKERS);

    thread::scope(|scope| {
        for worker in (1..).take(WORKERS) {
            let (shared, barrier) = (&shared, &barrier);
            scope.spawn(move || {
                for phase in 1..=3 {
                    // Every worker sees the same total here, so all leave or none does.
                    let Some(total) = shared.lock().unwrap().total else {
                        return;
                    };
                    println!("Worker {worker}: starts phase {phase} with {total}");
                    let part = panic::catch_unwind(|| job(worker, phase, total)).ok();
                    shared.lock().unwrap().parts.push(part);
                    println!("Worker {worker}: ends phase {phase}, found {part:?}");

                    if barrier.wait().is_leader() {
                        let mut shared = shared.lock().unwrap();
                        // `sum` could panic here, or wrap around in a release build.
                        let add = |sum: u64, part: Option<u64>| sum.checked_add(part?);
                        let total = shared.parts.drain(..).try_fold(0, add);
                        shared.total = total;
                        println!("Worker {worker}: leads phase {phase}, total {total:?}");
                    }
                    // Without this, a worker may start with the old total.
                    barrier.wait();
                }
            });
        }
    });

    shared.into_inner().unwrap().total
}

fn job(worker: u64, phase: u64, total: u64) -> u64 {
    // Simulates work. In each phase another worker has the most of it.
    thread::sleep(Duration::from_millis(10 * ((worker + phase) % 3)));
    total + worker
}
