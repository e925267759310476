//! block_on: a future does nothing until it is driven.
//!
//! Calling an `async fn` runs none of its body. It makes a future, a value that
//! an executor must drive to its end. `block_on` is the smallest executor: it
//! drives one future on the calling thread, and parks the thread whenever the
//! future waits. That thread is all there is, so a future that blocks it, instead
//! of awaiting, holds up everything else that it should drive.
//!
//! ```text
//! cargo run -p block-on-demo
//! ```
//!
//! What to look for:
//!
//! - The adder prints nothing when it is called, only when it is driven. The
//!   future that nobody drives never prints at all.
//! - Both downloads exist before the first `.await`, yet the second begins only
//!   when the first has ended: together they take the sum of their times.
//! - The reader's letter is there at once, but the reader gets it 50 ms late:
//!   the writer sleeps on the thread that they share.
//!
//! The programs in `src/bin` show how it goes wrong.

use futures::channel::oneshot::{self, Receiver, Sender};
use futures::executor::block_on;
use futures::future;
use std::thread;
use std::time::{Duration, Instant};

fn main() {
    laziness();
    sequence();
    blocking();
}

/// A call only makes a future.
fn laziness() {
    let wanted = add(1, 2);
    let forgotten = add(30, 40);
    println!("Main: has called the adder twice");
    let sum = block_on(wanted);
    println!("Main: the driven future returned {sum}");
    drop(forgotten);
    println!("Main: has dropped the other future");
}

async fn add(a: u32, b: u32) -> u32 {
    println!("Adder: adds {a} and {b}");
    a + b
}

/// What is awaited in sequence runs in sequence.
fn sequence() {
    let begun = Instant::now();
    block_on(async {
        let (first, second) = (download(1, 30), download(2, 20));
        first.await;
        second.await;
    });
    println!("Main: both took {} ms", begun.elapsed().as_millis());
}

async fn download(id: u32, millis: u64) {
    println!("Download {id}: begins");
    let begun = Instant::now();
    sleep(Duration::from_millis(millis)).await;
    println!("Download {id}: took {} ms", begun.elapsed().as_millis());
}

/// Waits without blocking the thread that drives it.
async fn sleep(time: Duration) {
    // `block_on` brings no timer, so another thread does the sleeping, and its
    // message wakes the future.
    let (ring, bell) = oneshot::channel();
    thread::spawn(move || {
        thread::sleep(time);
        ring.send(())
    });
    bell.await.unwrap();
}

/// Wrong: one future blocks the thread, and the other is stuck.
fn blocking() {
    let (letter, mailbox) = oneshot::channel();
    let (reply, answer) = oneshot::channel();
    // `join` drives both, each whenever it can go on.
    block_on(future::join(read(mailbox, reply), write(letter, answer)));
}

async fn read(mailbox: Receiver<Instant>, reply: Sender<()>) {
    println!("Reader: waits for a letter");
    let sent = mailbox.await.unwrap();
    println!("Reader: gets it after {} ms", sent.elapsed().as_millis());
    reply.send(()).unwrap();
}

async fn write(letter: Sender<Instant>, answer: Receiver<()>) {
    println!("Writer: sends a letter, and sleeps");
    letter.send(Instant::now()).unwrap();
    // This wakes the reader's future, but nobody can drive it: the only thread
    // is ours until an `.await` has to wait. `sleep(…).await` would be one.
    thread::sleep(Duration::from_millis(50));
    println!("Writer: is awake, and awaits the reply");
    answer.await.unwrap();
    println!("Writer: has the reply");
}
