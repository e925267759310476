//! A task holds the guard of a `std` mutex across an `.await`.
//!
//! After the `.await`, the task may go on in another thread. But on some systems only
//! the thread that has locked a mutex may unlock it, so the guard of a `std` mutex is
//! not `Send`.
//! Repair: drop the guard before the `.await`, by a scope of its own; or use
//! `tokio::sync::Mutex`, whose guard is `Send`.

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
