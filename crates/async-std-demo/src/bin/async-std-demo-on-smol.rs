//! The same program on smol, which replaces async-std.
//!
//! Both re-export the channels of the crate `async-channel`, so that code stays as
//! it is. Three things change:
//!
//! - `task::block_on` and `task::spawn` become `smol::block_on` and `smol::spawn`.
//!   smol runs its tasks on one thread, unless the environment variable SMOL_THREADS
//!   asks for more.
//! - Dropping a handle cancels the task. Where older code drops one, call `detach`.
//! - `task::sleep(time)` becomes `Timer::after(time)`.
//!
//! ```text
//! cargo run -p async-std-demo --bin async-std-demo-on-smol
//! ```

use smol::Timer;
use smol::channel::{self, Receiver, Sender};
use std::time::Duration;

fn main() {
    smol::block_on(async {
        // If the channel is full, `send` makes the task wait, and not its thread.
        let (sender, inbox) = channel::bounded(1);
        for producer in 1..=3 {
            smol::spawn(produce(producer, sender.clone())).detach();
        }
        // The loop of the consumer ends when no sender is left, and this is one, too.
        drop(sender);

        let consumer = smol::spawn(consume(inbox));
        let count = consumer.await;
        println!("Main: the consumer received {count} messages");
    });
}

async fn produce(producer: u32, sender: Sender<(u32, &str)>) {
    for message in ["alpha", "beta", "gamma"] {
        // Simulates the work that it takes to make a message.
        Timer::after(Duration::from_millis(5)).await;
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
