//! A task blocks the only thread, so main never gets a turn to unblock it.
//!
//! The runtime cannot interrupt a task: its thread turns to another one only when
//! the task awaits something that is not ready. The reader's `recv` blocks the
//! thread instead, and main would send the message only in its next turn.
//! `thread::sleep`, reading a file and a long computation keep the thread, too. On a
//! runtime of several threads, tasks get no turn when as many of them block.
//!
//! Use a channel that can be awaited, such as those of `tokio::sync`. Code that has
//! to block belongs into `spawn_blocking`.
//!
//! It does not end by itself: stop it with Ctrl-C.
//!
//! ```text
//! cargo run -p tokio-demo --bin tokio-blocked-thread
//! ```

use tokio::sync::oneshot;
use tokio::task;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (messages, inbox) = std::sync::mpsc::channel();
    let (ready, reader_is_ready) = oneshot::channel();

    let reader = task::spawn(async move {
        println!("Reader: waits for a message");
        ready.send(()).unwrap();
        let message: &str = inbox.recv().unwrap();
        println!("Reader: receives {message}");
    });

    // The reader wakes main here, but keeps the thread.
    reader_is_ready.await.unwrap();
    println!("Main: sends hello");
    messages.send("hello").unwrap();
    reader.await.unwrap();
}
