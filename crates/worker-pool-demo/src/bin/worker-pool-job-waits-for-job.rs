//! A job submits a second job to its own pool, and waits for the result forever.
//!
//! The second job is in the queue, and needs a free worker. The only worker is the one
//! that waits. A larger pool gets stuck in the same way, only later: as soon as every
//! worker runs a job that waits for a queued one.
//!
//! Instead, let no job wait for another job of its pool. Submit the second job with what
//! the first one has computed, and let only main wait. Rayon's `join` avoids the
//! deadlock in another way: the thread that waits runs other jobs meanwhile.
//!
//! ```text
//! cargo run -p worker-pool-demo --bin worker-pool-job-waits-for-job
//! ```
//!
//! It does not end by itself: stop it with Ctrl-C.

use std::sync::mpsc;
use std::thread;

type Job = Box<dyn FnOnce() + Send>;

fn main() {
    let (queue, jobs) = mpsc::channel::<Job>();
    let worker = thread::spawn(move || {
        for job in jobs {
            job();
        }
    });

    let (to_main, result) = mpsc::channel();
    let to_own_pool = queue.clone();
    let job = Box::new(move || {
        println!("Worker 1: runs job 1");
        let (sender, square) = mpsc::channel();
        println!("Worker 1: submits job 2");
        let inner = Box::new(move || {
            println!("Worker 1: runs job 2");
            sender.send(2 * 2).unwrap();
        });
        to_own_pool.send(inner).unwrap();
        println!("Worker 1: waits for job 2");
        // The job that could send the result waits behind this one.
        let square: u32 = square.recv().unwrap();
        to_main.send(square).unwrap();
    });
    println!("Main: submits job 1");
    queue.send(job).unwrap();
    println!("Main: shuts the pool down");
    drop(queue);
    worker.join().unwrap();
    let square = result.recv().unwrap();
    println!("Main: job 2 returned {square}");
}
