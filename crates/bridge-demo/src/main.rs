//! Bridge: async code called from sync code, and sync code called from async code.
//!
//! A sync function cannot `.await`, and an async function should not block its thread.
//! So both directions need a bridge. Sync code gives a future to a runtime, which
//! drives it. Async code gives a blocking call to a thread that may block. One
//! runtime is enough for a program: its `Handle` can be cloned and sent to any thread.
//!
//! ```text
//! cargo run -p bridge-demo
//! ```
//!
//! What to look for:
//!
//! - Every way gives the sum of 1 to 10. The ways differ in the thread that adds, and
//!   in whether the caller waits.
//! - `block_on` and `block_in_place` use the caller's thread, `spawn_blocking` uses
//!   another. Use `spawn_blocking`, unless the closure must borrow from its caller.
//! - The reader blocks the only worker thread until the writer sends. Both are tasks,
//!   and the writer runs because `block_in_place` has moved it to a new worker thread.
//! - A channel of Tokio connects both worlds: one end blocks, the other awaits.
//!
//! The programs in `src/bin` show how it goes wrong. `block-on-vs-tokio-demo` has the
//! `block_on` of the `futures` crate beside a runtime.

use std::thread::{self, ThreadId};

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::{mpsc, oneshot};
use tokio::task;

fn main() {
    // `#[tokio::main]` builds such a runtime too, and calls `block_on` with the body.
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .build()
        .expect("the system should let the program start a thread");
    sync_to_async(&runtime);
    runtime.block_on(async_to_sync());
    runtime.block_on(block_a_worker());
    connect(&runtime);
}

/// Sync code calls async code.
fn sync_to_async(runtime: &Runtime) {
    report("`block_on`", runtime.block_on(add_async(10)));

    let handle = runtime.handle().clone();
    let caller =
        thread::spawn(move || report("`Handle::block_on`", handle.block_on(add_async(10))));
    caller.join().unwrap();

    // Returns at once. The worker thread of the runtime drives the task.
    let task = runtime.spawn(add_async(10));
    println!("Main: has spawned a task, and goes on");
    report("`spawn`", runtime.block_on(task).unwrap());
}

/// Async code calls sync code, which may block.
async fn async_to_sync() {
    report(
        "`spawn_blocking`",
        task::spawn_blocking(|| add(10)).await.unwrap(),
    );
    report("`block_in_place`", task::block_in_place(|| add(10)));

    // Sync code that calls async code again. It may, because its thread may block.
    let callback = || Handle::current().block_on(add_async(10));
    report(
        "the callback",
        task::spawn_blocking(callback).await.unwrap(),
    );
}

/// A task blocks its thread, which is the only worker, and the other task still runs.
async fn block_a_worker() {
    let (numbers, inbox) = std::sync::mpsc::channel();
    let (ready, reader_is_ready) = oneshot::channel();
    let reader = task::spawn(async move {
        println!("Reader: blocks its thread");
        ready.send(()).unwrap();
        let number: u32 = task::block_in_place(|| inbox.recv().unwrap());
        println!("Reader: receives {number}");
    });
    let writer = task::spawn(async move {
        reader_is_ready.await.unwrap();
        println!("Writer: sends 42");
        numbers.send(42).unwrap();
    });
    reader.await.unwrap();
    writer.await.unwrap();
}

/// The sync side blocks, and the async side awaits.
fn connect(runtime: &Runtime) {
    let (numbers, mut inbox) = mpsc::channel(1);
    let adder = runtime.spawn(async move {
        let mut sum = 0;
        while let Some(number) = inbox.recv().await {
            sum += number;
        }
        println!("Adder: has received all numbers");
        (sum, thread::current().id())
    });
    for number in 1..=10 {
        numbers.blocking_send(number).unwrap();
    }
    // The adder's loop ends when no sender is left.
    drop(numbers);
    report("the channel", runtime.block_on(adder).unwrap());
}

async fn add_async(limit: u32) -> (u32, ThreadId) {
    let mut sum = 0;
    for number in 1..=limit {
        // Simulates the wait for the number.
        task::yield_now().await;
        sum += number;
    }
    (sum, thread::current().id())
}

fn add(limit: u32) -> (u32, ThreadId) {
    ((1..=limit).sum(), thread::current().id())
}

/// Called on the thread that asked for the sum.
fn report(way: &str, (sum, thread): (u32, ThreadId)) {
    let same = thread == thread::current().id();
    let place = if same { "the caller's" } else { "another" };
    println!("Caller: {way} returns {sum}, from {place} thread");
}
