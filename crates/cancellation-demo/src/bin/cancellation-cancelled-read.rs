//! `select!` drops a read that has half of the message, and that half is lost.
//!
//! Each round of the loop calls `read` anew, and `select!` drops it when the ping
//! arrives first. `read` keeps the first piece in a variable, which is dropped too,
//! and the piece is no longer in the channel. `recv` alone is cancel safe, because
//! it either waits or returns a whole item. A function that awaits several times is
//! seldom cancel safe. The documentation of `select!` lists both kinds: `read_exact`
//! and `write_all` are not safe.
//!
//! Create the future once, before the loop, with `std::pin::pin!`, and pass `&mut
//! read` to `select!`. Or keep the pieces in a variable outside of the future.
//! `biased` makes it go wrong on every run here. Without `biased`, it goes wrong on
//! some runs only.
//!
//! ```text
//! cargo run -p cancellation-demo --bin cancellation-cancelled-read
//! ```

use tokio::sync::{mpsc, oneshot};
use tokio::{select, task};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (pieces, mut inbox) = mpsc::channel(2);
    let (pings, mut pinged) = mpsc::channel::<oneshot::Sender<()>>(1);

    let reader = task::spawn(async move {
        loop {
            select! {
                biased;
                message = read(&mut inbox) => return println!("Reader: receives {message}"),
                Some(ping) = pinged.recv() => {
                    println!("Reader: answers a ping");
                    let _ = ping.send(());
                }
            }
        }
    });

    pieces.send("hel").await.unwrap();
    let (ping, answered) = oneshot::channel();
    pings.send(ping).await.unwrap();
    answered.await.unwrap();
    println!("Main: sends the other half");
    pieces.send("lo").await.unwrap();
    drop(pieces);
    reader.await.unwrap();
}

async fn read(inbox: &mut mpsc::Receiver<&str>) -> String {
    let mut message = String::new();
    while let Some(piece) = inbox.recv().await {
        message.push_str(piece);
    }
    message
}
