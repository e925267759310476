//! A thread does several jobs, and each job finds the count of the one before.
//!
//! A thread-local value belongs to the thread, not to the job. In a thread pool the
//! threads outlive the jobs, so a job finds what an earlier job has left. That may be a
//! count, or the user of another request. Here one thread runs the jobs of three
//! workers. An async task has a second problem: after each `.await` it may continue on
//! another thread, and finds the value of that thread.
//!
//! Instead, pass what belongs to a job as a parameter. If it must be thread-local, set
//! it at the start of each job, and reset it at the end by a guard that has a
//! destructor, since a job may panic.
//!
//! ```text
//! cargo run -p thread-local-demo --bin thread-local-next-job
//! ```

use std::cell::Cell;
use std::sync::mpsc;
use std::thread;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

fn main() {
    let (sender, jobs) = mpsc::channel();
    let pool = thread::spawn(move || {
        for worker in jobs {
            println!("Worker {worker}: starts at {}", COUNT.get());
            for _ in 0..10 * worker {
                COUNT.set(COUNT.get() + 1);
            }
            println!("Worker {worker}: counted {}", COUNT.get());
        }
    });

    for worker in 1..=3 {
        sender.send(worker).unwrap();
    }
    drop(sender);
    pool.join().unwrap();
}
