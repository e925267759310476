//! A task blocks the only worker thread, and waits for a task that needs this thread.
//!
//! The runtime cannot take the thread from a task that blocks. The writer is ready to
//! run, but no worker is free. With more worker threads, the program works until as
//! many tasks block at once: it may pass its tests, and hang under load. On a runtime
//! of one thread, see `tokio-blocked-thread` in `tokio-demo`.
//!
//! Wrap the call in `block_in_place`, which moves the other tasks to a new worker
//! thread, or move it into `spawn_blocking`. Best is a channel of `tokio::sync`,
//! whose `recv` can be awaited.
//!
//! It does not end by itself: stop it with Ctrl-C.
//!
//! ```text
//! cargo run -p bridge-demo --bin bridge-blocked-worker
//! ```

use tokio::sync::oneshot;
use tokio::task;

#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn main() {
    let (numbers, inbox) = std::sync::mpsc::channel();
    let (ready, reader_is_ready) = oneshot::channel();
    let reader = task::spawn(async move {
        println!("Reader: blocks its thread");
        ready.send(()).unwrap();
        let number: u32 = inbox.recv().unwrap();
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
