//! Main ends without waiting for a task, and the task's work is lost half done.
//!
//! To drop a `JoinHandle` is to detach the task: it runs on by itself, but only as
//! long as the runtime does, which ends with main. Then every task is dropped where
//! it waits, without an error. A message that was sent has been put into the
//! channel, no more: whether it was received, or dealt with, `send` cannot know.
//!
//! Keep the handle, or put the task into a `JoinSet`; let the worker see that there
//! is no more to come, by dropping the sender; and await the handle.
//!
//! ```text
//! cargo run -p tokio-demo --bin tokio-detached-task
//! ```

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::{task, time};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    // Room for one order: main waits until the worker has taken the one before.
    let (orders, mut inbox) = mpsc::channel(1);

    // The handle is dropped at once, as nothing takes it.
    task::spawn(async move {
        while let Some(order) = inbox.recv().await {
            println!("Worker: begins order {order}");
            // Stands for work.
            time::sleep(Duration::from_millis(20)).await;
            println!("Worker: finishes order {order}");
        }
        println!("Worker: stops");
    });

    for order in 1..=8 {
        orders.send(order).await.unwrap();
    }
    println!("Main: has sent 8 orders, and ends");
}
