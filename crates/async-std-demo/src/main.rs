//! async-std: tasks and a channel, and the same program on smol.
//!
//! **async-std is discontinued** (RUSTSEC-2025-0052): do not use it in a new program.
//! Its authors recommend smol instead. Many other async crates require Tokio. This
//! topic is for those who find async-std in older code and want to leave it:
//! `src/bin/async-std-demo-on-smol.rs` is the same program on smol, and keeps the same
//! claims.
//!
//! ```text
//! cargo run -p async-std-demo
//! cargo run -p async-std-demo --bin async-std-demo-on-smol
//! ```
//!
//! What to look for:
//!
//! - The producers' messages interleave differently from run to run, but each
//!   producer's own messages arrive in the order in which it sent them.
//! - Main drops the producers' handles, yet all messages arrive: on async-std, dropping
//!   a handle detaches the task. On smol it cancels the task.
//! - The consumer's loop ends by itself when the last sender is gone, and its handle
//!   returns its value.
//!
//! The other program in `src/bin` shows how leaving async-std goes wrong.

use async_std::channel::{self, Receiver, Sender};
use async_std::task;
use std::time::Duration;

fn main() {
    task::block_on(async {
        // If the channel is full, `send` makes the task wait, and not its thread.
        let (sender, inbox) = channel::bounded(1);
        for producer in 1..=3 {
            // The handle is dropped, and the task runs on.
            task::spawn(produce(producer, sender.clone()));
        }
        // The loop of the consumer ends when no sender is left, and this is one, too.
        drop(sender);

        let consumer = task::spawn(consume(inbox));
        let count = consumer.await;
        println!("Main: the consumer received {count} messages");
    });
}

async fn produce(producer: u32, sender: Sender<(u32, &str)>) {
    for message in ["alpha", "beta", "gamma"] {
        // Simulates the work that it takes to make a message.
        task::sleep(Duration::from_millis(5)).await;
        println!("Producer {producer}: sends {message}");
        if sender.send((producer, message)).await.is_err() {
            println!("Producer {producer}: the consumer is gone");
            return;
        }
    }
}

async fn consume(inbox: Receiver<(u32, &str)>) -> u32 {
    let mut count = 0;
    while let Ok((producer, message)) = inbox.recv().await {
        println!("Consumer: receives {message} from producer {producer}");
        count += 1;
    }
    println!("Consumer: every sender is gone");
    count
}
