//! A task receives a guard that borrows main's mutex.
//!
//! Tokio's guard may move to another thread, unlike that of the standard library. But
//! it borrows the mutex, and a task may outlive the function that has spawned it.
//! Repair: put the mutex into an `Arc`, and lock it in the task; or give the task the
//! guard of `Arc::clone(&mutex).lock_owned().await`, which owns the `Arc`.

use tokio::sync::{Mutex, MutexGuard};
use tokio::task;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let counter = Mutex::new(0);
    task::spawn(increment(counter.lock().await)).await.unwrap(); //~ E0597
    increment(counter.lock().await).await;
    println!("Main: counted {}", *counter.lock().await);
}

async fn increment(mut counter: MutexGuard<'_, u32>) {
    *counter += 1;
}
