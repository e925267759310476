//! Code from async-std drops its tasks' handles, and smol cancels these tasks.
//!
//! On async-std, dropping a handle detaches the task, so older code often ignores
//! what `spawn` returns. On smol, dropping it cancels the task: its future is
//! dropped where it waits. The compiler warns of a handle that is ignored. `let _ =`
//! silences this warning, and drops the handle all the same (clippy warns of that).
//! The messages are lost, without an error at run time.
//!
//! Call `detach` on the task, or keep it and await it.
//!
//! ```text
//! cargo run -p async-std-demo --bin async-std-dropped-task
//! ```

use smol::Timer;
use smol::channel::{self, Receiver, Sender};
use std::time::Duration;

fn main() {
    smol::block_on(async {
        let (sender, inbox) = channel::bounded(1);
        for producer in 1..=3 {
            #[expect(clippy::let_underscore_future, reason = "the mistake shown here")]
            let _ = smol::spawn(produce(producer, sender.clone()));
        }
        drop(sender);

        // By now the producers are cancelled. The channel has room for one message, so
        // they cannot have sent all nine.
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
