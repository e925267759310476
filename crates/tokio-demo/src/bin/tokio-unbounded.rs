//! Nothing holds back whoever sends to an unbounded channel, and the orders pile up.
//!
//! There is always room, so `send` never waits, and is not even `async`. The customer
//! sends as fast as it can, and what the worker does not manage in the meantime waits
//! in memory. Each order is served later than the one before, and nothing reports it
//! until the memory is used up. This worker looks, and gives up.
//!
//! Instead, let `mpsc::channel(8)` have room for as many as may wait: its
//! `send(order).await` slows the customer down to the worker's pace. Where a customer
//! must not wait, `try_send` tells at once that the channel is full.
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
        for order in 1..=1_000 {
            orders.send(order).unwrap();
        }
        println!("Customer: has sent 1000 orders");
    });

    while let Some(order) = inbox.recv().await {
        println!("Worker: begins order {order}");
        // Stands for work.
        time::sleep(Duration::from_millis(20)).await;
        println!("Worker: finishes order {order}");
        let waiting = inbox.len();
        assert!(
            waiting <= 8,
            "{waiting} orders wait, and there is room for 8"
        );
    }
}
