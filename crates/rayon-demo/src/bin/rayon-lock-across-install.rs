//! A worker locks twice: the second time in a job that it takes while it waits.
//!
//! A worker that waits for other jobs does not sleep while it can find one that it may
//! run meanwhile. Here it waits for a second pool, and holds a lock. The job that it
//! takes wants the same lock. This job cannot go on before the first one, and the first
//! one cannot go on before this job returns, because both run on the same thread. The
//! standard library promises only that the second `lock` does not return: on Linux it
//! waits forever.
//!
//! A call of `par_iter` or `join` can do the same within one pool: its worker waits for
//! the part that another worker has taken.
//!
//! Instead, end the guard's scope before the call into rayon: compute first, and then
//! lock to store the result.
//!
//! ```text
//! cargo run -p rayon-demo --bin rayon-lock-across-install
//! ```
//!
//! On Linux it does not end by itself: stop it with Ctrl-C.

use std::sync::{Barrier, Mutex};

fn main() {
    let results = Mutex::new(Vec::new());
    let pools = [(); 2].map(|()| rayon::ThreadPoolBuilder::new().num_threads(1).build());
    let [outer, inner] = pools.map(|pool| pool.expect("a system can start a thread"));

    // The computation takes as long as it takes the worker to find its next job. This
    // makes the mistake show in every run.
    let computation_takes = Barrier::new(2);
    outer.install(|| {
        rayon::join(
            || {
                let mut results = results.lock().unwrap();
                println!("Job 1: holds the lock, on {}", name());
                results.push(inner.install(|| {
                    computation_takes.wait();
                    1
                }));
            },
            || {
                println!("Job 2: wants the lock, on {}", name());
                computation_takes.wait();
                results.lock().unwrap().push(2);
            },
        )
    });
    println!("Main: has {:?}", results.into_inner().unwrap());
}

fn name() -> String {
    match rayon::current_thread_index() {
        Some(index) => format!("worker {index}"),
        None => String::from("main"),
    }
}
