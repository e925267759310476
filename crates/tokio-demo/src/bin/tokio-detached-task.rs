//! Main ends without waiting for the worker, and the orders that are left are lost.
//!
//! Dropping a `JoinHandle` detaches its task: the task runs on, but only as long as
//! the runtime does. The runtime ends with main, and drops every task where it
//! waits, without an error. `send` returns when the order is in the channel, so main
//! cannot know whether the worker has received or finished it.
//!
//! Keep the handle, or spawn the task in a `JoinSet`. Drop the sender, so that the
//! worker's loop ends, and await the handle.
//!
//! ```text
//! cargo run -p tokio-demo --bin tokio-detached-task
//! ```

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::{task, time};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    // There is room for one order, so each `send` waits until the worker has taken the
    // order before.
    let (orders, mut inbox) = mpsc::channel(1);

    // The handle is dropped here, because nothing keeps it.
    task::spawn(async move {
        while let Some(order) = inbox.recv().await {
            println!("Worker: begins order {order}");
            // Simulates work that waits, for a database or for the network.
            time::sleep(Duration::from_millis(5)).await;
            println!("Worker: finishes order {order}");
        }
    });

    for order in 1..=4 {
        orders.send(order).await.unwrap();
    }
    println!("Main: has sent all orders, and ends");
}
