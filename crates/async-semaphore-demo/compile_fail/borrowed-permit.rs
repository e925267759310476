//! A task receives a permit that borrows main's semaphore.
//!
//! The permit of `acquire` borrows the semaphore, to give itself back when it is
//! dropped. A task may outlive the function that has spawned it, so it must not borrow
//! from there.
//! Repair: put the semaphore into an `Arc`, and acquire with
//! `Arc::clone(&slots).acquire_owned().await`. That permit owns the `Arc`.

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let slots = Semaphore::new(2);
    task::spawn(download(slots.acquire().await.unwrap())).await.unwrap(); //~ E0597
    download(slots.acquire().await.unwrap()).await;
    println!("Main: {} slots are free", slots.available_permits());
}

async fn download(slot: SemaphorePermit<'_>) {
    println!("Download: holds {} slot", slot.num_permits());
}
