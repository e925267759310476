//! A guard without a name lives on to the end of the `if let` that made it.
//!
//! The guard is a temporary value in the expression that `if let` looks at. Such
//! a value may be borrowed by the pattern, and so it is dropped only after the
//! block. The job is out of the list, and the lock looks free, but it is taken
//! for as long as the job takes. Others wait meanwhile; were the block itself to
//! call `lock`, it would wait for itself. `match` and `while let` do the same.
//!
//! Let a statement of its own end the guard's life, at its semicolon:
//! `let job = jobs.lock().unwrap().pop();`, then `if let Some(job) = job`.
//!
//! ```text
//! cargo run -p mutex-demo --bin mutex-guard-in-if-let
//! ```

use std::sync::Mutex;

fn main() {
    let jobs = Mutex::new(vec!["sweep"]);
    let is_free = || jobs.try_lock().is_ok();

    if let Some(job) = jobs.lock().unwrap().pop() {
        println!("Main: took the job \"{job}\" from the list");
        println!("Main: once the guard is gone, lock free: {}", is_free());
    }
}
