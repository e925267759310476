//! Semaphores in async code: a limit on what runs at once.
//!
//! Tasks are cheap, but what they use is not: connections, open files, memory. A
//! semaphore holds a number of permits. A task needs a permit to begin, and gives it
//! back by dropping it. So the limit holds as long as the permit lives as long as the
//! work, and therefore the permit moves into the task.
//!
//! ```text
//! cargo run -p async-semaphore-demo
//! ```
//!
//! What to look for:
//!
//! - Six downloads share two slots. Main waits for a slot before it spawns the next
//!   task, so that tasks do not pile up either.
//! - Download 4 panics, and its slot is free again: the permit is dropped all the same.
//!   The panic's report is part of the demonstration.
//! - `try_acquire` does not wait: it refuses when no slot is free.
//! - `close` ends the wait of a task that no longer needs to begin.
//!
//! The programs in `src/bin` show how it goes wrong. `stream-demo` limits what runs at
//! once without tasks, by `buffer_unordered`.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, oneshot};
use tokio::task::{self, JoinSet};
use tokio::time;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let slots = Arc::new(Semaphore::new(2));
    download_all(&slots).await;
    refuse(&slots).await;
    shut_down(&slots).await;
}

/// Never more than two downloads at once.
async fn download_all(slots: &Arc<Semaphore>) {
    let mut downloads = JoinSet::new();
    for id in 1..=6 {
        // `acquire` would return a permit that borrows the semaphore, and a task must
        // not borrow.
        let slot = Arc::clone(slots).acquire_owned().await;
        let slot = slot.expect("the semaphore is not closed yet");
        downloads.spawn(async move {
            println!("Download {id}: begins");
            // Simulates the network.
            time::sleep(Duration::from_millis(5)).await;
            if id == 4 {
                println!("Download {id}: fails");
                panic!("file {id} is damaged");
            }
            println!("Download {id}: ends");
            drop(slot);
        });
    }

    let mut complete = 0;
    while let Some(result) = downloads.join_next().await {
        match result {
            Ok(()) => complete += 1,
            Err(error) => println!("Main: {error}"),
        }
    }
    let free = slots.available_permits();
    println!("Main: {complete} downloads are complete, {free} slots are free");
}

/// A request that finds no slot is refused at once.
async fn refuse(slots: &Semaphore) {
    // Waits until both slots are free at the same time.
    let both = slots.acquire_many(2).await;
    let both = both.expect("the semaphore is not closed yet");
    println!("Main: holds {} slots", both.num_permits());
    match slots.try_acquire() {
        Ok(_slot) => println!("Request: begins"),
        Err(error) => println!("Request: is refused, {error}"),
    }
}

/// `close` ends the wait for a slot with an error.
async fn shut_down(slots: &Arc<Semaphore>) {
    let both = slots.acquire_many(2).await;
    let both = both.expect("the semaphore is not closed yet");
    let (ready, waiter_is_ready) = oneshot::channel();
    let waiting_for = Arc::clone(slots);
    let waiter = task::spawn(async move {
        println!("Waiter: waits for a slot");
        ready.send(()).unwrap();
        match waiting_for.acquire().await {
            Ok(_slot) => println!("Waiter: begins"),
            Err(error) => println!("Waiter: gives up, {error}"),
        }
    });

    waiter_is_ready.await.unwrap();
    println!("Main: closes the semaphore");
    slots.close();
    waiter.await.expect("the waiter does not panic");
    // Permits that have been given out stay valid.
    drop(both);
    println!(
        "Main: has given back its slots, {} are free",
        slots.available_permits()
    );
}
