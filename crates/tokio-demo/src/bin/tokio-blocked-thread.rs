//! A task waits without `.await`, and takes the thread from all the others.
//!
//! The runtime cannot interrupt a task: a thread goes to the next one only when the
//! task awaits something that is not ready. The clerk's `recv` waits in the
//! operating system instead, and with the clerk waits the only thread. The heart
//! beats no more, and main, for whose letter the clerk waits, never gets its turn.
//! More threads only put it off until as many tasks block.
//!
//! Use a channel that can be awaited, as those of `tokio::sync`; what must block
//! belongs into `spawn_blocking`.
//!
//! It does not end by itself: stop it with Ctrl-C.
//!
//! ```text
//! cargo run -p tokio-demo --bin tokio-blocked-thread
//! ```

use std::time::Duration;

use tokio::{task, time};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (letters, letter_box) = std::sync::mpsc::channel();

    task::spawn(async {
        for beat in 1.. {
            println!("Heart: beat {beat}");
            time::sleep(Duration::from_millis(10)).await;
        }
    });
    let clerk = task::spawn(async move {
        println!("Clerk: waits for a letter");
        let letter: &str = letter_box.recv().unwrap();
        println!("Clerk: reads {letter}");
    });

    // Stands for the time until there is something to write.
    time::sleep(Duration::from_millis(50)).await;
    println!("Main: writes hello");
    letters.send("hello").unwrap();
    clerk.await.unwrap();
}
