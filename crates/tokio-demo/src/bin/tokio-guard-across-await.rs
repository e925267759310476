//! A worker sleeps with the guard of a `std` mutex, and the next one blocks the thread.
//!
//! `.await` gives the thread to another task, but the guard stays locked. The `lock`
//! of the standard library knows no `.await`: worker 2 waits in it with the only
//! thread, which worker 1 would need to wake up and drop its guard. Here both are
//! parts of main's own future. `task::spawn` would refuse them: a future that may
//! move to another thread must not hold such a guard while it waits.
//!
//! Drop the guard before the `.await`; a scope of its own, or a function that is not
//! `async`, makes sure of it. Where the lock must last, take `tokio::sync::Mutex`,
//! whose `lock().await` waits without blocking.
//!
//! It does not end by itself: stop it with Ctrl-C.
//!
//! ```text
//! cargo run -p tokio-demo --bin tokio-guard-across-await
//! ```

use std::sync::Mutex;
use std::time::Duration;

use tokio::time;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let ledger = Mutex::new(Vec::new());
    tokio::join!(enter(1, &ledger), enter(2, &ledger));
    println!("Main: finds {:?} in the ledger", ledger.lock().unwrap());
}

#[expect(clippy::await_holding_lock, reason = "the mistake shown here")]
async fn enter(worker: u32, ledger: &Mutex<Vec<u32>>) {
    println!("Worker {worker}: wants the ledger");
    let mut entries = ledger.lock().unwrap();
    println!("Worker {worker}: holds the ledger");
    // Stands for a question that somebody else must answer.
    time::sleep(Duration::from_millis(20)).await;
    entries.push(worker);
    println!("Worker {worker}: puts the ledger back");
}
