//! async-std: tasks and a channel, and the same program without it.
//!
//! **async-std is discontinued** (RUSTSEC-2025-0052): use it in nothing new. Its
//! authors name smol as what replaces it; most of what you find written for async
//! Rust expects tokio instead. This topic is here because async-std is still met in
//! older code, and for the way out of it: `src/bin/async-std-demo-on-smol.rs` is the
//! same program on smol, and keeps the same promises.
//!
//! ```text
//! cargo run -p async-std-demo
//! cargo run -p async-std-demo --bin async-std-demo-on-smol
//! ```
//!
//! What to look for:
//!
//! - A hundred naps of 200 ms each are over in little more than 200 ms: a task that
//!   sleeps takes no thread.
//! - The couriers' parcels interleave differently from run to run, yet each
//!   courier's own parcels arrive in the order it sent them.
//! - The depot's loop ends by itself once the last sender is gone.

use std::time::{Duration, Instant};

use async_std::{channel, task};

fn main() {
    task::block_on(async {
        nap_together().await;
        deliver().await;
    });
}

/// A hundred tasks sleep at the same time.
async fn nap_together() {
    let start = Instant::now();
    let mut sleepers = Vec::new();
    for _ in 0..100 {
        // Runs from here on, on one of async-std's own threads. Dropping the handle
        // would not stop it.
        sleepers.push(task::spawn(async {
            task::sleep(Duration::from_millis(200)).await;
        }));
    }
    let tasks = sleepers.len();
    for sleeper in sleepers {
        // Had the task panicked, the panic would go on here: there is no `Err`.
        sleeper.await;
    }
    let took = start.elapsed().as_millis();
    println!("Main: {tasks} tasks slept for 200 ms each, {took} ms in all");
}

/// Three tasks send parcels to one that receives them.
async fn deliver() {
    // A full channel makes `send` wait: the task waits, not its thread.
    let (sender, parcels) = channel::bounded(1);

    let mut couriers = Vec::new();
    for courier in 1..=3 {
        let sender = sender.clone();
        couriers.push(task::spawn(async move {
            for parcel in ["box", "bag", "letter"] {
                // Stands for the way there.
                task::sleep(Duration::from_millis(5)).await;
                println!("Courier {courier}: brings a {parcel}");
                sender.send((courier, parcel)).await.unwrap();
            }
            courier
        }));
    }
    // The loop below ends when no sender is left, and this one is a sender too.
    drop(sender);

    while let Ok((courier, parcel)) = parcels.recv().await {
        println!("Depot: takes a {parcel} from courier {courier}");
    }
    println!("Depot: every sender is gone");

    for courier in couriers {
        let courier = courier.await;
        println!("Main: courier {courier} is back");
    }
}
