//! Coordination: a start signal, a result, and a disconnect.
//!
//! A channel does more than carry values: its `recv` waits. One channel per
//! worker holds it back until it is told to start; one channel for all brings
//! the results home. What a sender did before `send` happens-before whatever
//! the receiver does after `recv`, so nobody has to guess how long to sleep.
//!
//! ```text
//! cargo run -p coordination-demo
//! ```
//!
//! What to look for:
//!
//! - No worker begins before the coordinator has started it.
//! - Worker 1 starts first and has more to do, so worker 2 may report first.
//! - Worker 3 is never started. Its `recv` does not wait for ever: it returns an
//!   `Err` once the sender is dropped, and so the program ends.
//!
//! The programs in `src/bin` show how it goes wrong.

use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

fn main() {
    let (report, reports) = mpsc::channel();

    // The scope ends only when all the workers in it have ended.
    thread::scope(|scope| {
        let [start_1, start_2, start_3] = [1, 2, 3].map(|id| {
            let (start, signal) = mpsc::channel();
            let report = report.clone();
            scope.spawn(move || work(id, signal, report));
            start
        });
        // The loop below ends when nobody can send a report any more, and this
        // sender would keep it waiting.
        drop(report);

        for (id, start) in [(1, start_1), (2, start_2)] {
            // Said before it is done, since the worker may then begin at once.
            println!("Coordinator: starts worker {id}");
            start.send(()).unwrap();
        }
        println!("Coordinator: has no work for worker 3");
        // Keep this sender, and worker 3 waits for ever, as does the loop below.
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
            // Stands for work; worker 1 has twice as much of it as worker 2.
            thread::sleep(Duration::from_millis(40 / id));
            let result = id * 100;
            println!("Worker {id}: finishes with {result}");
            report.send((id, result)).unwrap();
        }
        // Not a failure: no sender is left, so the signal can never come.
        Err(error) => println!("Worker {id}: will never be started, {error}"),
    }
}
