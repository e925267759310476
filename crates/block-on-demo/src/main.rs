//! block_on: a future does nothing until it is driven.
//!
//! Calling an `async fn` runs none of its body. The call returns a future, and an
//! executor has to drive that future to its end. `block_on` is the smallest
//! executor: it drives one future on the calling thread, and blocks this thread
//! while the future waits. Use it where blocking code calls `async` code.
//!
//! ```text
//! cargo run -p block-on-demo
//! ```
//!
//! What to look for:
//!
//! - The adder prints nothing when main calls it, because the call only makes a
//!   future. It prints when `block_on` drives that future. The other future is
//!   dropped without being driven, so its body never runs.
//! - The adder runs on the main thread: `block_on` starts no thread.
//! - Both downloads are called before the first `.await`, yet the second one begins
//!   after the first has ended. A future is driven only while something awaits it.
//!   So both take at least the sum of their times. `futures-demo` drives two
//!   futures at once.
//!
//! The program in `src/bin` shows how it goes wrong. `tokio-blocked-thread` of
//! `tokio-demo` shows a future that blocks the thread instead of awaiting.

use futures::channel::oneshot;
use futures::executor::block_on;
use std::thread;
use std::time::{Duration, Instant};

fn main() {
    laziness();
    sequence();
}

/// A call only makes a future.
fn laziness() {
    let driven = add(1, 2);
    let forgotten = add(30, 40);
    println!("Main: has called the adder twice");
    let sum = block_on(driven);
    println!("Main: the driven future returned {sum}");
    drop(forgotten);
    println!("Main: has dropped the other future");
}

async fn add(a: u32, b: u32) -> u32 {
    let thread = thread::current();
    let name = thread.name().unwrap_or("unnamed");
    println!("Adder: adds {a} and {b} on thread {name}");
    a + b
}

/// Futures that are awaited in sequence run in sequence.
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
    // Simulates the network.
    sleep(Duration::from_millis(millis)).await;
    println!("Download {id}: took {} ms", begun.elapsed().as_millis());
}

/// Waits without blocking the thread that drives it.
async fn sleep(time: Duration) {
    // `block_on` has no timer, so a thread sleeps instead, and its message wakes the
    // future. Never do this in production: it costs a thread for each sleep. Tokio
    // and smol have timers.
    let (wake, woken) = oneshot::channel();
    thread::spawn(move || {
        thread::sleep(time);
        // Fails if the future has been dropped, and then there is nothing to wake.
        let _ = wake.send(());
    });
    woken.await.expect("the thread sends before it ends");
}
