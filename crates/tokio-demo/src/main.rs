//! Tokio: tasks that take turns on one thread, and how to wait for them.
//!
//! A task is a future that the runtime drives by itself. It gives up its thread at
//! every `.await` that has to wait, so one thread serves many tasks. The runtime here
//! has one thread only, the main thread: tasks wait at the same time, but never run in
//! parallel. A plain `#[tokio::main]` starts a thread for each core, and then tasks run
//! in parallel as well.
//!
//! ```text
//! cargo run -p tokio-demo
//! ```
//!
//! What to look for:
//!
//! - The worker ends when it has finished every order, because main drops the sender
//!   and awaits the worker's handle.
//! - 99 tasks wait for 200 ms each, and all end in little more than 200 ms, unless the
//!   machine is busy. Another task panics on the main thread, yet main and the other
//!   tasks go on: `join_next` returns that panic as a `JoinError`.
//! - The reader blocks its thread until main sends a message. In a task it would block
//!   main too, and the program would hang. `spawn_blocking` gives it another thread.
//! - `shutdown` stops tasks that would never end, and returns when they are gone.
//!   `cancellation-demo` shows tasks that clean up before they stop.
//!
//! The programs in `src/bin` show how it goes wrong.

use std::future;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::{self, JoinSet};
use tokio::time;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    one_task().await;
    many_tasks().await;
    block_elsewhere().await;
    stop_early().await;
}

/// A task runs by itself, and its handle returns its value.
async fn one_task() {
    let (orders, mut inbox) = mpsc::channel(8);
    let worker = task::spawn(async move {
        let mut finished = 0;
        while let Some(order) = inbox.recv().await {
            println!("Worker: begins order {order}");
            // Simulates work that waits, for a database or for the network.
            time::sleep(Duration::from_millis(5)).await;
            println!("Worker: finishes order {order}");
            finished += 1;
        }
        finished
    });

    for order in 1..=4 {
        orders.send(order).await.unwrap();
    }
    // The worker's loop ends when no sender is left.
    drop(orders);
    let finished = worker.await.unwrap();
    println!("Main: the worker finished {finished} orders");
}

/// A hundred tasks wait at the same time, and one of them panics.
async fn many_tasks() {
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for id in 1..=100 {
        tasks.spawn(async move {
            assert!(id != 13, "request {id} is malformed");
            // Simulates the wait for a reply.
            time::sleep(Duration::from_millis(200)).await;
        });
    }

    let mut ended = 0;
    // Returns each task when it has ended, in any order.
    while let Some(result) = tasks.join_next().await {
        match result {
            Ok(()) => ended += 1,
            // With `panic = "abort"`, the panic would end the program instead.
            Err(error) => println!("Main: {error}"),
        }
    }
    let took = begun.elapsed().as_millis();
    println!("Main: {ended} tasks waited for 200 ms each, {took} ms in all");
}

/// Blocking code gets a thread on which it holds up no task.
async fn block_elsewhere() {
    let (messages, inbox) = std::sync::mpsc::channel();
    let reader = task::spawn_blocking(move || {
        println!("Reader: waits for a message");
        // `recv` of the standard library blocks the thread, instead of awaiting.
        let message: &str = inbox.recv().unwrap();
        println!("Reader: receives {message}");
        message.len()
    });

    println!("Main: sends hello");
    messages.send("hello").unwrap();
    let length = reader.await.unwrap();
    println!("Main: the reader counted {length} letters");
}

/// Tasks that would never end are stopped.
async fn stop_early() {
    let mut tasks = JoinSet::new();
    for id in 1..=3 {
        let connection = Connection(id);
        tasks.spawn(async move {
            let _connection = connection;
            future::pending::<()>().await;
        });
    }
    // Aborts the tasks, and waits until each is gone. Dropping the set aborts them,
    // too, but does not wait: they may still run and hold their connections then.
    tasks.shutdown().await;
    println!("Main: the tasks are gone");
}

struct Connection(u32);

impl Drop for Connection {
    fn drop(&mut self) {
        println!("Task {}: closes its connection", self.0);
    }
}
