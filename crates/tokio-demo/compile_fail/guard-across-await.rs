//! A task holds the guard of a `std` mutex across an `.await`.
//!
//! The task may wake up on another thread, and only the thread that has locked may unlock.
//! Nor could the others lock meanwhile: they would block their threads.
//! Repair: drop the guard, by a scope of its own, before the `.await`; or take
//! `tokio::sync::Mutex`, whose guard may move between threads.

use std::sync::{Arc, Mutex};

use tokio::task;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let ledger = Arc::new(Mutex::new(Vec::new()));
    let entries = Arc::clone(&ledger);
    let worker = task::spawn(async move {
        let mut entries = entries.lock().unwrap();
        task::yield_now().await; //~ no code
        entries.push("order 1");
    });
    worker.await.unwrap();
    println!("Main: finds {:?} in the ledger", ledger.lock().unwrap());
}
