//! The office drops a request without a reply, and its client gets an error.
//!
//! The office replies only if it has a seat. The last request goes out of scope, and
//! the reply's sender with it. That wakes the client with an error, which looks as if
//! the office had ended. The compiler does not notice: dropping a sender is allowed.
//! An early `return` or a `?` in the actor has the same effect. An actor that keeps
//! the sender, in a list for example, is worse: its client waits forever.
//!
//! Send a reply on every path, and make "no" a reply of its own, such as `None`. It
//! helps to compute the reply in a function that returns it, and to send it in one
//! place.
//!
//! ```text
//! cargo run -p actor-demo --bin actor-dropped-reply
//! ```

use tokio::sync::{mpsc, oneshot};
use tokio::task;

struct Request {
    client: u32,
    reply: oneshot::Sender<u32>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (requests, inbox) = mpsc::channel(8);
    let office = task::spawn(run(5, inbox));

    for client in [1, 2, 3, 1, 2, 3] {
        println!("Client {client}: asks for a seat");
        let (reply, answer) = oneshot::channel();
        requests.send(Request { client, reply }).await.unwrap();
        match answer.await {
            Ok(seat) => println!("Client {client}: gets seat {seat}"),
            Err(error) => println!("Client {client}: gets no reply, {error}"),
        }
    }
    drop(requests);
    office.await.unwrap();
}

async fn run(seats: u32, mut inbox: mpsc::Receiver<Request>) {
    let mut free: Vec<u32> = (1..=seats).rev().collect();
    while let Some(Request { client, reply }) = inbox.recv().await {
        if let Some(seat) = free.pop() {
            reply.send(seat).unwrap();
            println!("Office: sells seat {seat} to client {client}");
        }
    }
}
