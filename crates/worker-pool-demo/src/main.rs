//! Worker pool: a few threads for many jobs, from the standard library alone.
//!
//! Starting a thread for each job costs time and memory, and nothing limits how many
//! threads run at once. A pool starts a few threads once: these workers share a queue of
//! jobs. The difficult parts are a job that panics, and a shutdown that neither loses the
//! queued jobs nor waits forever.
//!
//! ```text
//! cargo run -p worker-pool-demo
//! ```
//!
//! What to look for:
//!
//! - Each job runs exactly once, on one of two workers. Job 3 panics, and its worker
//!   goes on with the next job: both workers end only when the queue is closed and empty.
//! - Main gets the panic where it asks for the result of job 3, like the `Err` of a
//!   `join`. The panic's report is part of the demonstration. With `panic = "abort"` the
//!   whole program would end there instead.
//! - `drop` closes the queue and waits. The jobs that are still queued run before it
//!   returns, and main reads their results afterwards.
//!
//! The programs in `src/bin` show how it goes wrong. The queue here is unbounded: a
//! `sync_channel` instead would slow down a `submit` that is too fast, as in
//! `mpsc-demo`. `crossbeam-deque-demo` gives each worker a queue of its own, and
//! `scope-demo` has threads for jobs that borrow.

use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

type Job = Box<dyn FnOnce() + Send>;

struct Pool {
    /// `None` as soon as `drop` has closed the queue.
    queue: Option<Sender<Job>>,
    workers: Vec<JoinHandle<()>>,
}

fn main() -> io::Result<()> {
    let pool = Pool::new(2)?;
    let results = [1, 2, 3, 4, 5].map(|job| {
        // Printed before `submit`, because a worker may then run the job at once.
        println!("Main: submits job {job}");
        (job, pool.submit(move || square(job)))
    });

    println!("Main: shuts the pool down");
    drop(pool);
    println!("Main: both workers have ended");

    for (job, result) in results {
        match result.recv().unwrap() {
            Ok(square) => println!("Main: job {job} returned {square}"),
            Err(_) => println!("Main: job {job} panicked"),
        }
    }
    Ok(())
}

impl Pool {
    /// Panics if `size` is zero.
    fn new(size: usize) -> io::Result<Pool> {
        assert!(size > 0, "without workers, no job would run");
        let (queue, jobs) = mpsc::channel();
        let mut pool = Pool {
            queue: Some(queue),
            workers: Vec::new(),
        };
        // A `Receiver` has one owner, so the workers share it behind a mutex.
        let jobs = Arc::new(Mutex::new(jobs));
        for id in 1..=size {
            let jobs = Arc::clone(&jobs);
            let builder = thread::Builder::new().name(format!("Worker {id}"));
            // If this fails, `drop` ends the workers that have been started.
            pool.workers.push(builder.spawn(move || work(id, &jobs))?);
        }
        Ok(pool)
    }

    /// Queues a job. The receiver gets what the job returns, or its panic.
    fn submit<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Receiver<thread::Result<T>> {
        let (sender, result) = mpsc::channel();
        let job: Job = Box::new(move || {
            // A panic ends the job, but not its worker. The assertion is safe to make:
            // nothing here uses the job's own values after a panic, and a mutex that
            // the job has locked is poisoned, as in a thread of its own.
            let outcome = panic::catch_unwind(AssertUnwindSafe(job));
            // Fails if the caller has dropped the receiver, and so wants no result. The
            // result is dropped here then, and its destructor may panic too.
            let _ = panic::catch_unwind(AssertUnwindSafe(|| drop(sender.send(outcome))));
        });
        let queue = self.queue.as_ref().expect("only `drop` takes the sender");
        queue.send(job).unwrap();
        result
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        // Closes the queue. The workers still receive what is in it, and then an error.
        self.queue = None;
        for worker in self.workers.drain(..) {
            // No `unwrap`: a second panic while the caller unwinds would abort.
            let _ = worker.join();
        }
    }
}

fn work(id: usize, jobs: &Mutex<Receiver<Job>>) {
    let mut done = 0;
    loop {
        // Drops the guard at the semicolon, before the job runs. An idle worker holds
        // the lock while it waits for a job, and the others wait for the lock.
        let received = jobs.lock().unwrap().recv();
        let Ok(job) = received else { break };
        job();
        done += 1;
    }
    println!("Worker {id}: ends after {done} jobs");
}

fn square(number: u32) -> u32 {
    let thread = thread::current();
    let name = thread.name().unwrap_or("Caller");
    println!("{name}: runs job {number}");
    // Simulates work.
    thread::sleep(Duration::from_millis(10));
    assert!(number != 3, "cannot do job {number}");
    number * number
}
