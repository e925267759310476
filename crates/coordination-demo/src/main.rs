//! Coordination: a start signal, a result, and a disconnect.
//!
//! A channel does more than carry values: `recv` waits for one. Here each worker has a
//! channel of its own, on which it waits for its start signal, and one channel carries
//! the results of all workers to the coordinator. Everything that a sender did before
//! `send` happens-before what the receiver does after `recv` has returned that value,
//! so no thread has to sleep and hope.
//!
//! ```text
//! cargo run -p coordination-demo
//! ```
//!
//! What to look for:
//!
//! - No worker begins before the coordinator has started it.
//! - Worker 1 is started first, but has more to do, so worker 2 may report first.
//! - Worker 3 is never started. Its `recv` does not wait forever: it returns an `Err`
//!   once its only sender is dropped. So worker 3 ends, and the program can end.
//!
//! The programs in `src/bin` show how it goes wrong.

use std::sync::mpsc::{self, Receiver, RecvError, Sender};
use std::thread;
use std::time::Duration;

fn main() {
    let (report, reports) = mpsc::channel();

    // The scope returns only after the closure of each worker has returned.
    thread::scope(|scope| {
        let [start_1, start_2, start_3] = [1, 2, 3].map(|id| {
            let (start, signal) = mpsc::channel();
            let report = report.clone();
            scope.spawn(move || work(id, signal, report));
            start
        });
        // The loop below ends when the last sender of reports is dropped. This one
        // would otherwise keep it waiting.
        drop(report);

        for (id, start) in [(1, start_1), (2, start_2)] {
            // Printed before `send`, because the worker may then begin at once.
            println!("Coordinator: starts worker {id}");
            start.send(()).unwrap();
        }
        println!("Coordinator: has no work for worker 3");
        // Without this, worker 3 would wait forever, and so would the loop below.
        drop(start_3);

        for (id, result) in reports {
            println!("Coordinator: worker {id} reports {result}");
        }
    });
    println!("Coordinator: every worker has ended");
}

/// Waits for the start signal, works, and reports the result.
fn work(id: u64, signal: Receiver<()>, report: Sender<(u64, u64)>) {
    println!("Worker {id}: waits for its signal");
    match signal.recv() {
        Ok(()) => {
            println!("Worker {id}: begins");
            // Simulates work. Worker 1 has twice as much of it as worker 2.
            thread::sleep(Duration::from_millis(40 / id));
            let result = id * 100;
            println!("Worker {id}: finishes with {result}");
            report.send((id, result)).unwrap();
        }
        // Not a failure: no sender is left, so the signal can never come.
        Err(RecvError) => println!("Worker {id}: will never be started"),
    }
}
