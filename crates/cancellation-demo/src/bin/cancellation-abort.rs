//! Main aborts a worker in the middle of a transfer, and money is lost.
//!
//! `abort` drops the task's future at the `.await` where it waits. Its destructors
//! run, but no code after that `.await`. The worker has taken the money from one
//! account by then, and has not added it to the other. The same happens to a future
//! that `timeout` or `select!` drops, and to every task when the runtime ends.
//!
//! Make a change that belongs together without an `.await` in it. Where that is
//! impossible, ask the worker to stop by a `CancellationToken`, which it checks only
//! where it can undo the change; or undo it in a destructor.
//!
//! ```text
//! cargo run -p cancellation-demo --bin cancellation-abort
//! ```

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use tokio::sync::{mpsc, oneshot};
use tokio::task;

static SAVINGS: AtomicU32 = AtomicU32::new(100);
static CURRENT: AtomicU32 = AtomicU32::new(0);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (bank, mut requests) = mpsc::channel(1);
    let worker = task::spawn(work(1, bank));

    // Main is the bank: it confirms three transfers, and not yet the fourth.
    for _ in 1..=3 {
        let confirm = requests.recv().await.unwrap();
        confirm.send(()).unwrap();
    }
    let _confirm = requests.recv().await.unwrap();

    println!("Main: aborts the worker");
    worker.abort();
    match worker.await {
        Ok(()) => println!("Main: the worker has ended"),
        Err(error) => println!("Main: the worker is gone, {error}"),
    }
    let total = SAVINGS.load(Relaxed) + CURRENT.load(Relaxed);
    println!("Main: finds {total} of 100 in both accounts");
}

async fn work(id: u32, bank: mpsc::Sender<oneshot::Sender<()>>) {
    for transfer in 1..=10 {
        println!("Worker {id}: begins transfer {transfer}");
        SAVINGS.fetch_sub(10, Relaxed);
        let (confirm, confirmed) = oneshot::channel();
        bank.send(confirm).await.unwrap();
        confirmed.await.unwrap();
        CURRENT.fetch_add(10, Relaxed);
        println!("Worker {id}: finishes transfer {transfer}");
    }
}
