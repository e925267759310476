//! Requests go through a `watch`, which keeps the last one only.
//!
//! `send` of a `watch` channel never waits: it replaces the value, whether a receiver
//! has seen the old one or not. That is the purpose of `watch`, and no error. A
//! receiver that is slower than its senders skips values. Here the clients send before
//! the server has seen the last request, and most requests are never answered.
//!
//! Instead, use `mpsc` where each message counts. Use `watch` for a state, such as the
//! current settings, where an old value is worth nothing.
//!
//! ```text
//! cargo run -p tokio-channels-demo --bin tokio-channels-watch-as-queue
//! ```

use tokio::sync::{mpsc, watch};
use tokio::task;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (requests, mut inbox) = watch::channel(None);
    for client in 1..=2 {
        let requests = requests.clone();
        task::spawn(async move {
            for number in [10 * client, 10 * client + 1] {
                // A receiver of the `watch` gets a copy, and `oneshot` has no copies.
                let (reply, mut answer) = mpsc::channel(1);
                println!("Client {client}: sends {number}");
                requests.send(Some((number, reply))).unwrap();
                // Returns `None` when the request has been replaced by another.
                if let Some(square) = answer.recv().await {
                    println!("Client {client}: receives {square} for {number}");
                }
            }
        });
    }
    drop(requests);

    while inbox.changed().await.is_ok() {
        let request = inbox.borrow_and_update().clone();
        if let Some((number, reply)) = request {
            println!("Server: receives {number}");
            reply.send(number * number).await.unwrap();
        }
    }
    println!("Server: every client is gone");
}
