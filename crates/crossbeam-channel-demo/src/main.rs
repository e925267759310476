//! Crossbeam channels: several workers share one bounded queue.
//!
//! The receiver of a crossbeam channel can be cloned, so any number of threads can take
//! from one queue. With `std::sync::mpsc`, the workers would have to share the receiver
//! behind a mutex. A bounded queue also slows down a producer that is too fast, as in
//! `mpsc-demo`.
//!
//! ```text
//! cargo run -p crossbeam-channel-demo
//! ```
//!
//! What to look for:
//!
//! - Each job goes to exactly one of three workers. A worker takes its next job as soon
//!   as it has finished one, so a fast worker does more jobs than a slow one.
//! - Main never gets far ahead: at most one job waits in the queue, and `send` makes
//!   main wait until there is room.
//! - When the last sender is gone, the workers empty the queue, and their loops end.
//! - When the last receiver is gone, `send` returns the job inside an error. A job that
//!   is still in the queue then is lost: `send` has accepted it, but no worker takes it.
//!
//! The program in `src/bin` shows how it goes wrong. `crossbeam-select-demo` waits for
//! several channels at once.

use std::thread;
use std::time::Duration;

use crossbeam::channel;

fn main() {
    workers_share_a_queue();
    workers_stop_early();
}

/// Main sends six jobs to three workers, and learns how many jobs each of them has done.
fn workers_share_a_queue() {
    // A `bounded(0)` has no room at all: `send` hands the job directly to a worker.
    let (sender, receiver) = channel::bounded(1);

    thread::scope(|scope| {
        let workers = [1, 2, 3].map(|worker| {
            // Another handle to the same queue, not a queue of its own.
            let jobs = receiver.clone();
            scope.spawn(move || {
                let mut done = 0;
                for job in jobs {
                    println!("Worker {worker}: takes job {job}");
                    // Simulates a job that takes some time.
                    thread::sleep(Duration::from_millis(5));
                    println!("Worker {worker}: job {job} makes {}", job * job);
                    done += 1;
                }
                (worker, done)
            })
        });
        // With this receiver, the queue would stay open even if all workers panicked,
        // and `send` would wait forever.
        drop(receiver);

        for job in 1..=6 {
            println!("Main: sends job {job}");
            sender.send(job).unwrap();
        }
        // The workers' loops end when the queue is empty and no sender is left.
        drop(sender);

        for handle in workers {
            let (worker, done) = handle.join().unwrap();
            println!("Main: worker {worker} has done {done} jobs");
        }
    });
}

/// Two workers stop after one job each, and main gets a job back.
fn workers_stop_early() {
    let (sender, receiver) = channel::bounded(1);

    // `move`: if a worker cannot be started, the panic drops the sender with this closure.
    // Otherwise the other worker would wait for a job forever.
    thread::scope(move |scope| {
        for worker in 1..=2 {
            let jobs = receiver.clone();
            scope.spawn(move || {
                let job: u32 = jobs.recv().unwrap();
                println!("Worker {worker}: takes job {job} and stops");
            });
        }
        drop(receiver);

        for job in 1.. {
            println!("Main: offers job {job}");
            if let Err(channel::SendError(job)) = sender.send(job) {
                println!("Main: job {job} comes back, no worker is left");
                break;
            }
        }
    });
}
