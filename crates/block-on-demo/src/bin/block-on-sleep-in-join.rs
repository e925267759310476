//! Two downloads are joined, but each blocks the thread, and so nothing overlaps.
//!
//! `join` polls one future after the other, on one thread. They overlap only while
//! both wait, for a future that waits returns to `join`, which turns to the other.
//! `thread::sleep` does not return before it is over: the second download has not
//! even begun by then. That is true of all that blocks: reading a file, `recv` of
//! the standard library, a long computation. Nothing but the time tells.
//!
//! Await something that waits without blocking, as the demo's `sleep` does; or give
//! the blocking call a thread of its own, and await its message.
//!
//! ```text
//! cargo run -p block-on-demo --bin block-on-sleep-in-join
//! ```

use futures::executor::block_on;
use futures::future;
use std::thread;
use std::time::{Duration, Instant};

fn main() {
    let begun = Instant::now();
    block_on(future::join(download(1, 30), download(2, 20)));
    let took = begun.elapsed().as_millis();
    println!("Main: both took {took} ms");

    // A sleep may last longer than it should, but never less. So they cannot be
    // faster than this while one waits for the other.
    assert!(took < 30 + 20, "joined, they took as long as in sequence");
    println!("Main: they were faster than in sequence");
}

async fn download(id: u32, millis: u64) {
    println!("Download {id}: begins");
    let begun = Instant::now();
    thread::sleep(Duration::from_millis(millis));
    println!("Download {id}: took {} ms", begun.elapsed().as_millis());
}
