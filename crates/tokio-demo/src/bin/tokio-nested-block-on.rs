//! A task calls another executor's `block_on`, which blocks the thread of all tasks.
//!
//! Tokio's own `block_on` panics inside Tokio, with "Cannot start a runtime from
//! within a runtime". The one of the `futures` crate does not know Tokio, and so it
//! does not panic. It parks the only thread until the message arrives. The worker
//! would send that message, but it needs the thread. On a runtime of several
//! threads, such a call blocks one of them: the program may work for a long time, and
//! then hang under load.
//!
//! Make the function `async`, and `.await` in it. Code that cannot be `async`
//! belongs into `spawn_blocking`, where it may block.
//!
//! It does not end by itself: stop it with Ctrl-C.
//!
//! ```text
//! cargo run -p tokio-demo --bin tokio-nested-block-on
//! ```

use futures::executor;
use tokio::sync::mpsc::{self, Receiver};
use tokio::task;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (messages, mut inbox) = mpsc::channel(1);
    task::spawn(async move {
        println!("Worker: sends hello");
        messages.send("hello").await.unwrap();
    });
    println!("Main: waits for a message");
    println!("Main: receives {}", receive(&mut inbox));
}

/// For callers that cannot `.await`.
fn receive(inbox: &mut Receiver<&'static str>) -> &'static str {
    executor::block_on(inbox.recv()).unwrap()
}
