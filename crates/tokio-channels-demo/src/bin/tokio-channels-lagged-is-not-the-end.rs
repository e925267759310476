//! A reader takes `Lagged` for the end of the channel, and sees nothing more.
//!
//! `recv` of a `broadcast` channel returns two errors. `Closed` is the end. `Lagged`
//! only says how many items were dropped before the reader has seen them, and the next
//! call returns an item again. `while let Ok` ends at either. The program works until
//! the reader is slow for the first time, and then the reader is silently gone.
//!
//! Instead, match the error: go on after `Lagged`, and end after `Closed`. If no item
//! may be missed, give each reader an `mpsc` channel of its own.
//!
//! ```text
//! cargo run -p tokio-channels-demo --bin tokio-channels-lagged-is-not-the-end
//! ```

use tokio::sync::broadcast;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (publisher, mut news) = broadcast::channel(2);
    let mut send = |item| {
        println!("Publisher: sends item {item}");
        publisher.send(item).unwrap();
    };

    send(1);
    if let Ok(item) = news.recv().await {
        println!("Reader 1: sees item {item}");
    }
    // The reader is slow once, and misses items 2 and 3.
    (2..=5).for_each(&mut send);
    drop(publisher);
    while let Ok(item) = news.recv().await {
        println!("Reader 1: sees item {item}");
    }
}
