//! A worker counts its finished jobs itself, and never counts the one that panics.
//!
//! The panic leaves `work` before the line that counts, and ends the worker's thread.
//! The other worker does the jobs that are left, but the count stays at 1, and main
//! waits forever. Main would learn of the panic only by joining the thread, which it
//! means to do after it has waited for the count.
//!
//! Count in the destructor of a value that travels with the job, such as a
//! `WaitGroup`: a panic that unwinds the stack drops that value too. Main then
//! learns of the panic when it joins. A worker that is to go on with other jobs stops
//! the panic with `catch_unwind`, as in the example, and counts that job as well.
//!
//! It does not end by itself: stop it with Ctrl-C.
//!
//! ```text
//! cargo run -p crossbeam-deque-demo --bin crossbeam-deque-panicking-job
//! ```

use std::sync::{Condvar, Mutex};
use std::{ops::Range, thread};

use crossbeam::deque::{Stealer, Worker};

struct Pool {
    stealer: Stealer<Range<u64>>,
    pending: Mutex<usize>,
    finished: Condvar,
}

fn main() {
    let queue = Worker::new_fifo();
    for numbers in [0..10, 10..20, 20..30, 30..40] {
        println!("Main: submits {numbers:?}");
        queue.push(numbers);
    }
    let pool = &Pool {
        stealer: queue.stealer(),
        pending: Mutex::new(queue.len()),
        finished: Condvar::new(),
    };

    thread::scope(|scope| {
        scope.spawn(|| work(0, pool));
        scope.spawn(|| work(1, pool));
        let mut pending = pool.pending.lock().unwrap();
        while *pending > 0 {
            pending = pool.finished.wait(pending).unwrap();
        }
    });
    println!("Main: all jobs are done");
}

fn work(id: usize, pool: &Pool) {
    let mut total = 0;
    while !pool.stealer.is_empty() {
        // `None` also where the other worker was faster.
        let Some(numbers) = pool.stealer.steal().success() else {
            continue;
        };
        println!("Worker {id}: steals {numbers:?}");
        let sum = add_up(numbers.clone());
        println!("Worker {id}: {numbers:?} make {sum}");
        total += sum;
        // The job that panics never comes this far.
        *pool.pending.lock().unwrap() -= 1;
        pool.finished.notify_one();
    }
    println!("Worker {id}: ends with {total}");
}

fn add_up(numbers: Range<u64>) -> u64 {
    // Simulates a bug that only one of the jobs runs into.
    assert!(!numbers.contains(&13), "cannot add 13");
    numbers.sum()
}
