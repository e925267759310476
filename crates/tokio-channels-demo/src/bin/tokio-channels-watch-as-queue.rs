//! Requests go through a `watch`, which keeps the last one only.
//!
//! `send` of a `watch` channel never waits: it replaces the value, whether a receiver
//! has seen the old one or not. That is the purpose of `watch`, and no error. A
//! receiver that is slower than its sender skips values.
//!
//! Instead, use `mpsc` where each message counts. Use `watch` for a state, such as the
//! current settings, where an old value is worth nothing.
//!
//! ```text
//! cargo run -p tokio-channels-demo --bin tokio-channels-watch-as-queue
//! ```

use tokio::sync::watch;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (requests, mut inbox) = watch::channel(0);
    for number in [10, 11] {
        println!("Client 1: sends {number}");
        requests.send(number).unwrap();
    }
    drop(requests);
    while inbox.changed().await.is_ok() {
        println!("Server: receives {}", *inbox.borrow_and_update());
    }
    println!("Server: every client is gone");
}
