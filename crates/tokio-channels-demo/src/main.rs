//! Tokio's channels: one for work, one for a reply, one for news, one for a state.
//!
//! The four channels differ in what a receiver may miss. `mpsc` delivers each message
//! to its one receiver, and slows down the senders. `oneshot` delivers one value.
//! `broadcast` keeps the latest messages for each receiver, and says how many it has
//! missed. `watch` keeps the latest value only.
//!
//! ```text
//! cargo run -p tokio-channels-demo
//! ```
//!
//! What to look for:
//!
//! - Every request goes to the server by `mpsc`, and contains the sender of a `oneshot`.
//!   So each client receives the replies to its own requests.
//! - Each reader sees every item of news, or gets the number of items that it has
//!   missed. Reader 2 reads only after the last item, when the channel holds two.
//! - The worker may skip settings, but it ends with the last one: that is what `watch`
//!   promises.
//!
//! The programs in `src/bin` show how it goes wrong. `mpsc-demo` shows back-pressure.

use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::task;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    request_and_reply().await;
    news().await;
    settings().await;
}

/// `mpsc` for the requests of all clients, and a `oneshot` for each reply.
async fn request_and_reply() {
    let (requests, mut inbox) = mpsc::channel::<(u32, oneshot::Sender<u32>)>(1);
    for client in 1..=2 {
        let requests = requests.clone();
        task::spawn(async move {
            for number in [10 * client, 10 * client + 1] {
                let (reply, answer) = oneshot::channel();
                println!("Client {client}: sends {number}");
                requests.send((number, reply)).await.unwrap();
                let square = answer.await.unwrap();
                println!("Client {client}: receives {square} for {number}");
            }
        });
    }
    // The loop below ends when no sender is left.
    drop(requests);

    while let Some((number, reply)) = inbox.recv().await {
        println!("Server: receives {number}");
        // Fails if the client no longer waits.
        let _ = reply.send(number * number);
    }
    println!("Server: every client is gone");
}

/// `broadcast` for news that several readers follow.
async fn news() {
    // Holds the latest two items. A receiver sees what is sent after it was made.
    let (publisher, first) = broadcast::channel(2);
    let second = publisher.subscribe();

    let reader = task::spawn(read(1, first));
    for item in 1..=5 {
        println!("Publisher: sends item {item}");
        // Never waits. Fails if there is no receiver.
        publisher.send(item).unwrap();
        // Lets reader 1 run. Tokio does not promise that it does, so reader 1 could miss
        // items too.
        task::yield_now().await;
    }
    drop(publisher);
    reader.await.expect("the reader does not panic");
    read(2, second).await;
}

async fn read(reader: u32, mut news: broadcast::Receiver<u32>) {
    loop {
        match news.recv().await {
            Ok(item) => println!("Reader {reader}: sees item {item}"),
            // Not the end: the next call returns the oldest item that is left.
            Err(RecvError::Lagged(missed)) => println!("Reader {reader}: has missed {missed}"),
            Err(RecvError::Closed) => return,
        }
    }
}

/// `watch` for a state. Readers need only its latest value.
async fn settings() {
    let (settings, mut current) = watch::channel(0);
    let worker = task::spawn(async move {
        // Returns an error when the sender is gone and the last value has been seen.
        while current.changed().await.is_ok() {
            println!("Worker: applies setting {}", *current.borrow_and_update());
        }
    });
    for setting in 1..=3 {
        println!("Main: makes setting {setting}");
        // Fails if there is no receiver.
        settings.send(setting).unwrap();
    }
    drop(settings);
    worker.await.expect("the worker does not panic");
    println!("Main: the worker has ended");
}
