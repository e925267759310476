//! A worker awaits with a `std` mutex locked, and another worker blocks the thread.
//!
//! `.await` gives the thread to the other worker, but the mutex stays locked. The
//! other worker calls `lock`, which blocks the only thread. The first worker needs
//! this thread to go on and drop its guard, so neither goes on. Here both are parts
//! of main's future. `task::spawn` would refuse them: a task may move to another
//! thread when it awaits, and this guard must not.
//!
//! Drop the guard before the `.await`, by a scope of its own or in a function that
//! is not `async`. If the lock must be held, use `tokio::sync::Mutex`, whose
//! `lock().await` waits without blocking the thread.
//!
//! It does not end by itself: stop it with Ctrl-C.
//!
//! ```text
//! cargo run -p tokio-demo --bin tokio-guard-across-await
//! ```

use std::sync::Mutex;

use tokio::task;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let ledger = Mutex::new(Vec::new());
    tokio::join!(write(1, &ledger), write(2, &ledger));
    println!("Main: finds {:?} in the ledger", ledger.lock().unwrap());
}

#[expect(clippy::await_holding_lock, reason = "the mistake shown here")]
async fn write(worker: u32, ledger: &Mutex<Vec<u32>>) {
    println!("Worker {worker}: wants the ledger");
    let mut entries = ledger.lock().unwrap();
    println!("Worker {worker}: holds the ledger");
    // Simulates the wait for a reply.
    task::yield_now().await;
    entries.push(worker);
    println!("Worker {worker}: releases the ledger");
}
