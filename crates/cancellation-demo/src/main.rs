//! Cancellation: a dropped future stops, and tasks are asked to stop.
//!
//! Dropping a future cancels it: it is never polled again, and what it owns is dropped.
//! That can happen at every `.await`, so code after an `.await` may never run. A task
//! of Tokio is different: dropping its handle lets it run on. So a program asks its
//! tasks to stop, and waits until each has finished or undone what it had begun.
//!
//! ```text
//! cargo run -p cancellation-demo
//! ```
//!
//! What to look for:
//!
//! - The request is never answered. `timeout` drops it when the time is up, and its
//!   connection is closed before main goes on.
//! - A ping arrives while the reader has half of a message. The half is not lost,
//!   because each round of the loop continues the same read.
//! - Asked to stop, each worker undoes the transfer that it has begun. Main goes on
//!   only after every worker has done so.
//!
//! The runtime has one thread, so no worker runs between two steps of main unless
//! main awaits. The programs in `src/bin` show how it goes wrong.

use std::future;
use std::pin::pin;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::{select, task, time};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    time_limit().await;
    read_and_answer().await;
    shut_down().await;
}

/// A time limit for a request that is never answered.
async fn time_limit() {
    let request = async {
        let _connection = Connection;
        println!("Request: waits for the answer");
        future::pending::<()>().await;
    };
    match time::timeout(Duration::from_millis(50), request).await {
        Ok(()) => println!("Main: the request has ended"),
        Err(error) => println!("Main: gave up the request, {error}"),
    }
}

/// When a future is dropped, no code of it runs any more but destructors.
struct Connection;

impl Drop for Connection {
    fn drop(&mut self) {
        println!("Request: closes its connection");
    }
}

/// `select!` drops the futures that have not ended, in each round of the loop.
async fn read_and_answer() {
    let (pieces, mut inbox) = mpsc::channel(2);
    let (pings, mut pinged) = mpsc::channel::<oneshot::Sender<()>>(1);

    let reader = task::spawn(async move {
        // `select!` drops only its reference to this future. `recv` needs no such care:
        // it is documented to be cancel safe, so dropping it loses no message.
        let mut read = pin!(read(&mut inbox));
        loop {
            select! {
                message = &mut read => return println!("Reader: receives {message}"),
                Some(ping) = pinged.recv() => {
                    println!("Reader: answers a ping");
                    // Fails only if the client no longer waits for the answer.
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

/// Joins all the pieces up to the end of the channel.
async fn read(inbox: &mut mpsc::Receiver<&str>) -> String {
    let mut message = String::new();
    while let Some(piece) = inbox.recv().await {
        message.push_str(piece);
    }
    message
}

/// Asks three workers to stop, and waits until all have stopped.
async fn shut_down() {
    let stop = CancellationToken::new();
    let workers = TaskTracker::new();
    let (finished, mut changes) = watch::channel(0);
    for id in 1..=3 {
        workers.spawn(work(id, stop.clone(), finished.clone()));
    }
    // Without this, `wait` would wait forever, even after all tasks have ended.
    workers.close();
    // Without this, `wait_for` would wait forever if the workers panicked.
    drop(finished);

    // Simulates the time until the user wants to stop the program. A real program
    // awaits `tokio::signal::ctrl_c()`. An error says that every worker has ended.
    let _ = changes.wait_for(|count| *count >= 3).await;

    println!("Main: asks the workers to stop");
    stop.cancel();
    workers.wait().await;
    println!("Main: all workers have stopped");
}

async fn work(id: u32, stop: CancellationToken, finished: watch::Sender<u32>) {
    for transfer in 1.. {
        println!("Worker {id}: begins transfer {transfer}");
        select! {
            // Checks the token first. Without `biased`, `select!` checks in random
            // order, and a worker could finish a transfer after it was asked to stop.
            biased;
            () = stop.cancelled() => {
                return println!("Worker {id}: undoes transfer {transfer}");
            }
            // Simulates the bank, which confirms the transfer.
            () = time::sleep(Duration::from_millis(5)) => {}
        }
        println!("Worker {id}: finishes transfer {transfer}");
        finished.send_modify(|count| *count += 1);
    }
}
