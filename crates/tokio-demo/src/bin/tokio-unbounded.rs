//! An unbounded channel does not slow down its producer, and the orders pile up.
//!
//! An unbounded channel always has room, so `send` never waits, and is not even
//! `async`. The producer sends as fast as it can. All orders that the worker has not
//! finished wait in memory, and each waits longer than the one before. No error
//! reports it until the memory is used up. This worker counts the waiting orders,
//! and panics.
//!
//! Use `mpsc::channel(2)`, with room for as many orders as may wait. Its
//! `send(order).await` makes the producer wait for the worker. Where a producer must
//! not wait, `try_send` returns an error if the channel is full.
//!
//! ```text
//! cargo run -p tokio-demo --bin tokio-unbounded
//! ```

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::{task, time};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (orders, mut inbox) = mpsc::unbounded_channel();

    task::spawn(async move {
        for order in 1..=4 {
            orders.send(order).unwrap();
        }
        println!("Producer: has sent all orders");
    });

    while let Some(order) = inbox.recv().await {
        println!("Worker: begins order {order}");
        // Simulates work that waits, for a database or for the network.
        time::sleep(Duration::from_millis(5)).await;
        println!("Worker: finishes order {order}");
        let waiting = inbox.len();
        assert!(waiting <= 2, "{waiting} orders wait, and 2 may wait");
    }
}
