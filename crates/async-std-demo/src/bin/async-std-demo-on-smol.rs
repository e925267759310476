//! The same program on smol, which replaces async-std.
//!
//! Channels, and nearly all else, come from the same small crates and keep their
//! names. What changes is marked below: where tasks run, what becomes of a dropped
//! handle, and the name of the timer.
//!
//! ```text
//! cargo run -p async-std-demo --bin async-std-demo-on-smol
//! ```

use std::time::{Duration, Instant};

use smol::{Timer, channel};

fn main() {
    smol::block_on(async {
        nap_together().await;
        deliver().await;
    });
}

/// A hundred tasks sleep at the same time.
async fn nap_together() {
    let start = Instant::now();
    let mut sleepers = Vec::new();
    for _ in 0..100 {
        // Runs on smol's own thread: one, unless SMOL_THREADS says more. Mind the
        // handle: dropping it cancels the task. `detach` lets the task run on, which
        // in async-std is what dropping does.
        sleepers.push(smol::spawn(async {
            Timer::after(Duration::from_millis(200)).await;
        }));
    }
    let tasks = sleepers.len();
    for sleeper in sleepers {
        sleeper.await;
    }
    let took = start.elapsed().as_millis();
    println!("Main: {tasks} tasks slept for 200 ms each, {took} ms in all");
}

/// Three tasks send parcels to one that receives them.
async fn deliver() {
    let (sender, parcels) = channel::bounded(1);

    let mut couriers = Vec::new();
    for courier in 1..=3 {
        let sender = sender.clone();
        couriers.push(smol::spawn(async move {
            for parcel in ["box", "bag", "letter"] {
                // Stands for the way there.
                Timer::after(Duration::from_millis(5)).await;
                println!("Courier {courier}: brings a {parcel}");
                sender.send((courier, parcel)).await.unwrap();
            }
            courier
        }));
    }
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
