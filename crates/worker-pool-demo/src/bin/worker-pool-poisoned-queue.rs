//! A worker holds the lock of the queue during its job, and one panic ends the pool.
//!
//! In `while let Ok(job) = jobs.lock().unwrap().recv()` the guard is a temporary value,
//! which lives until the loop's body ends. So the jobs run one after another, however
//! many workers there are: that is the topic of `mpsc-lock-held-during-job`. A job that
//! panics unwinds through the guard too, and the mutex is poisoned. The worker of this
//! job ends, and the other one panics at `unwrap`. Jobs 4 and 5 stay in the queue, and
//! no thread is left to run them.
//!
//! Instead, receive in a statement of its own, which drops the guard at its semicolon,
//! and run the job in `catch_unwind`.
//!
//! ```text
//! cargo run -p worker-pool-demo --bin worker-pool-poisoned-queue
//! ```

use std::io;
use std::sync::{Mutex, mpsc};
use std::thread;

fn main() -> io::Result<()> {
    let (queue, jobs) = mpsc::channel();
    let jobs = &Mutex::new(jobs);
    for job in 1..=5 {
        println!("Main: submits job {job}");
        queue.send(job).unwrap();
    }
    println!("Main: shuts the pool down");
    drop(queue);

    thread::scope(|scope| {
        let mut workers = Vec::new();
        for id in 1..=2 {
            let builder = thread::Builder::new().name(format!("Worker {id}"));
            workers.push(builder.spawn_scoped(scope, move || {
                let mut done = 0;
                while let Ok(job) = jobs.lock().unwrap().recv() {
                    println!("Worker {id}: runs job {job}");
                    assert!(job != 3, "cannot do job {job}");
                    done += 1;
                }
                println!("Worker {id}: ends after {done} jobs");
            })?);
        }
        for worker in workers {
            let _ = worker.join();
        }
        println!("Main: both workers have ended");
        Ok(())
    })
}
