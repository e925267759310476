//! A server replies to the same request twice.
//!
//! A `oneshot` carries one value: `send` takes the sender by value, and it is gone.
//! Repair: send one reply that contains everything; or give the request an
//! `mpsc::Sender`, which sends any number of replies.

use tokio::sync::oneshot;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (reply, answer) = oneshot::channel();
    reply.send("accepted").unwrap();
    reply.send("done").unwrap(); //~ E0382
    println!("Client: receives {}", answer.await.unwrap());
}
