//! A guard that `if let` creates in its condition is held while the block runs.
//!
//! In `if let Some(job) = jobs.lock().unwrap().pop()` the guard is a temporary value.
//! Rust keeps it alive, because the pattern may borrow from it. The job is out of the
//! list, but the mutex stays locked for as long as the block works on the job. Other
//! threads wait meanwhile, and a block that locks the mutex itself waits forever or
//! panics.
//!
//! In edition 2024 the guard is dropped at the end of the block, or before `else`. Up
//! to edition 2021 it lives through `else` too. In every edition, a `match` holds such
//! a guard in all its arms, and a `while let` holds it in its body.
//!
//! Instead, end the guard's life with a statement of its own:
//! `let job = jobs.lock().unwrap().pop();`, then `if let Some(job) = job`.
//!
//! ```text
//! cargo run -p mutex-demo --bin mutex-guard-in-if-let
//! ```

use std::sync::Mutex;

fn main() {
    take_job(&Mutex::new(vec!["sweep"]));
}

fn take_job(jobs: &Mutex<Vec<&str>>) {
    let is_free = || jobs.try_lock().is_ok();

    if let Some(job) = jobs.lock().unwrap().pop() {
        println!("Main: took the job \"{job}\" from the list");
        // The guard has no name, but its scope is this whole block.
        println!("Main: after the guard's scope, lock free: {}", is_free());
    }
}
