//! `drop` joins the workers before it has closed the queue, and waits forever.
//!
//! The workers wait in `recv` for a job that will never come: `recv` returns an error
//! only when the last sender is dropped. The pool has that sender. But a struct drops
//! its fields only after its own `drop` has returned, and `drop` waits in `join`.
//!
//! Instead, close the queue first. The sender is in an `Option`, so that `drop` can take
//! it out: `self.queue = None;`.
//!
//! ```text
//! cargo run -p worker-pool-demo --bin worker-pool-never-closed
//! ```
//!
//! It does not end by itself: stop it with Ctrl-C.

use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

struct Pool {
    queue: Sender<u32>,
    workers: Vec<JoinHandle<()>>,
}

fn main() {
    let (queue, jobs) = mpsc::channel();
    let jobs = Arc::new(Mutex::new(jobs));
    let workers = [1, 2].map(|id| {
        let jobs = Arc::clone(&jobs);
        thread::spawn(move || work(id, &jobs))
    });
    let pool = Pool {
        queue,
        workers: workers.into(),
    };

    for job in 1..=5 {
        println!("Main: submits job {job}");
        pool.queue.send(job).unwrap();
    }
    println!("Main: shuts the pool down");
    drop(pool);
    println!("Main: both workers have ended");
}

impl Drop for Pool {
    fn drop(&mut self) {
        // Here the queue is still open.
        for worker in self.workers.drain(..) {
            let _ = worker.join();
        }
    }
}

fn work(id: u32, jobs: &Mutex<Receiver<u32>>) {
    let mut done = 0;
    loop {
        let received = jobs.lock().unwrap().recv();
        let Ok(job) = received else { break };
        println!("Worker {id}: runs job {job}");
        done += 1;
    }
    println!("Worker {id}: ends after {done} jobs");
}
