//! Futures: `join!`, `select!` and oneshots, without a runtime.
//!
//! The `futures` crate has the tools that all executors share. They combine futures
//! into a larger one, and the executor that drives the larger one drives its parts.
//! Here that is `block_on`, on the main thread: the parts overlap, although only one
//! thread runs them.
//!
//! ```text
//! cargo run -p futures-demo
//! ```
//!
//! What to look for:
//!
//! - `join!`: the client waits for the server, and the server waits for the client.
//!   Both end, because `join!` drives one while the other waits.
//! - `select!`: the primary never answers, so the backup wins. `select!` drops the
//!   primary's future where it waits, and that cancels the request.
//!   `cancellation-demo` has more about this.
//! - A oneshot carries one value. Each side learns that the other is gone: a dropped
//!   sender wakes the receiver with an error, and `send` gives the value back if the
//!   receiver has been dropped.
//!
//! The program in `src/bin` shows how it goes wrong.

use futures::channel::oneshot;
use futures::executor::block_on;
use futures::{FutureExt, future, join, select};

fn main() {
    block_on(async {
        both().await;
        first().await;
        broken_off().await;
    });
}

/// `join!` drives all its futures until each has ended.
async fn both() {
    // The receiver of a oneshot is a future.
    let (question, asked) = oneshot::channel();
    let (answer, answered) = oneshot::channel();

    let server = async {
        println!("Server: waits for a question");
        let (a, b): (u32, u32) = asked.await.unwrap();
        println!("Server: receives {a} times {b}");
        answer.send(a * b).unwrap();
        "server"
    };
    let client = async {
        println!("Client: sends 6 times 7");
        question.send((6, 7)).unwrap();
        let product = answered.await.unwrap();
        println!("Client: receives {product}");
        "client"
    };
    let (one, other) = join!(server, client);
    println!("Main: the {one} and the {other} have ended");
}

/// `select!` drives its futures until one has ended, and drops the others.
async fn first() {
    let (go, asked_too) = oneshot::channel();

    let primary = async {
        let _request = Request;
        println!("Primary: receives the request, and is stuck");
        go.send(()).unwrap();
        future::pending().await
    };
    let backup = async {
        asked_too.await.unwrap();
        println!("Backup: receives the request, and answers");
        "backup"
    };
    // `select!` takes only fused futures, because in a loop it could poll a future
    // again after its end. In a loop, call `fuse` before the loop.
    let winner: &str = select! {
        name = primary.fuse() => name,
        name = backup.fuse() => name,
    };
    println!("Main: the {winner} has answered first");
}

/// Dropping a future drops what it owns: a destructor is the place to clean up.
struct Request;

impl Drop for Request {
    fn drop(&mut self) {
        println!("Primary: its request is dropped");
    }
}

/// One side of a oneshot is dropped before the other has used it.
async fn broken_off() {
    let (sender, receiver) = oneshot::channel::<u32>();
    drop(sender);
    match receiver.await {
        Ok(value) => println!("Receiver: receives {value}"),
        Err(error) => println!("Receiver: receives nothing, {error}"),
    }

    let (sender, receiver) = oneshot::channel();
    drop(receiver);
    match sender.send(42) {
        Ok(()) => println!("Sender: has sent its value"),
        Err(value) => println!("Sender: gets {value} back"),
    }
}
