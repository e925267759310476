//! Work stealing: a small pool of threads, complete.
//!
//! With one queue for all, the workers compete for it at every job. Here each worker
//! has a queue of its own, and pops the job that it queued last. A worker steals only
//! when its own queue is empty: from the other end of another worker's queue, so that
//! the two rarely meet. Rayon does the same. Tokio differs: owner and thieves take
//! from the same end, and a thief moves half of the queue.
//!
//! ```text
//! cargo run -p crossbeam-deque-demo
//! ```
//!
//! What to look for:
//!
//! - A worker cuts a large job in two, queues one half and goes on with the other.
//! - The worker pops the half that it queued last, the smallest. A thief steals the
//!   half that was queued first, the largest, and so it has to steal less often.
//! - A worker that finds no job sleeps. A new job wakes one worker, not all of them.
//! - One job panics. Its worker goes on with the next job, and the pool, which is open
//!   until all jobs are finished, still closes: a job counts as finished when it is
//!   dropped.
//!
//! The program in `src/bin` shows how it goes wrong.

use std::sync::{Condvar, Mutex, PoisonError};
use std::{ops::Range, panic, thread, time::Duration};

use crossbeam::deque::{Injector, Stealer, Worker};
use crossbeam::sync::WaitGroup;

/// The numbers to add up. The pool stays open until each job has dropped its `WaitGroup`.
type Job = (Range<u64>, WaitGroup);

#[derive(Default)]
struct Pool {
    /// The jobs that main submits.
    injector: Injector<Job>,
    /// The thieves' end of each worker's queue.
    stealers: Vec<Stealer<Job>>,
    /// Whether all jobs are finished and no more will come.
    closed: Mutex<bool>,
    wake: Condvar,
}

fn main() {
    let queues = [Worker::new_lifo(), Worker::new_lifo(), Worker::new_lifo()];
    let pool = &Pool {
        stealers: queues.iter().map(Worker::stealer).collect(),
        ..Pool::default()
    };

    let total: u64 = thread::scope(|scope| {
        let all_done = WaitGroup::new();
        let pending = all_done.clone();
        // Closes the pool when all jobs are finished. If main panics below, that drops
        // `pending`, and the workers still end. This thread is the first, because one of
        // theirs may fail to start. If every worker panics outside of a job, it waits for
        // the jobs that are left, forever.
        scope.spawn(move || {
            all_done.wait();
            *pool.closed.lock().unwrap_or_else(PoisonError::into_inner) = true;
            pool.wake.notify_all();
        });
        let start = |(id, queue)| scope.spawn(move || pool.work(id, queue));
        let workers: Vec<_> = queues.into_iter().enumerate().map(start).collect();

        for numbers in [0..40, 40..50, 50..60] {
            println!("Main: submits {numbers:?}");
            pool.injector.push((numbers, pending.clone()));
            pool.wake_one();
        }
        drop(pending);
        workers.into_iter().map(|w| w.join().unwrap()).sum()
    });
    println!("Main: the sum is {total}");
}

impl Pool {
    fn work(&self, id: usize, queue: Worker<Job>) -> u64 {
        let mut sum = 0;
        loop {
            while let Some(job) = self.find(id, &queue) {
                sum += self.run(id, &queue, job);
            }
            // The last look before sleeping needs the lock: see `wake_one`.
            let closed = self.closed.lock().unwrap();
            if *closed {
                println!("Worker {id}: ends with {sum}");
                return sum;
            }
            if self.injector.is_empty() && self.stealers.iter().all(Stealer::is_empty) {
                println!("Worker {id}: sleeps");
                drop(self.wake.wait(closed).unwrap());
                println!("Worker {id}: wakes up");
            }
        }
    }

    fn find(&self, id: usize, queue: &Worker<Job>) -> Option<Job> {
        // `Retry` means that another thread was faster. It counts as no job here: a
        // queue that is not empty then keeps `work` from sleeping. Where many jobs are
        // submitted, `steal_batch_and_pop` moves several at once to this worker's queue.
        // Then wake another worker for those.
        let steal = || self.stealers.iter().find_map(|s| s.steal().success());
        let (how, job) = (queue.pop().map(|job| ("pops", job)))
            .or_else(|| self.injector.steal().success().map(|job| ("takes", job)))
            .or_else(|| steal().map(|job| ("steals", job)))?;
        println!("Worker {id}: {how} {:?}", job.0);
        Some(job)
    }

    fn run(&self, id: usize, queue: &Worker<Job>, (mut numbers, pending): Job) -> u64 {
        while numbers.end.saturating_sub(numbers.start) > 10 {
            let middle = numbers.start.midpoint(numbers.end);
            println!("Worker {id}: queues {middle}..{}", numbers.end);
            queue.push((middle..numbers.end, pending.clone()));
            self.wake_one();
            numbers.end = middle;
        }
        // A panic that unwinds ends the job, but not its worker. With the setting
        // `panic = "abort"` it ends the process.
        let Ok(sum) = panic::catch_unwind(|| add_up(numbers.clone())) else {
            println!("Worker {id}: loses {numbers:?} to a panic");
            return 0;
        };
        println!("Worker {id}: {numbers:?} make {sum}");
        sum
    }

    /// Wakes one worker for a new job, if one sleeps.
    fn wake_one(&self) {
        // A worker holds the lock from its last look at the queues until it waits.
        // Either that look comes after this line and finds the job, or the worker
        // waits by now and can be notified: no wake-up is lost. For shorter jobs,
        // an atomic count of the sleepers spares the lock while no worker sleeps.
        drop(self.closed.lock().unwrap());
        self.wake.notify_one();
    }
}

fn add_up(numbers: Range<u64>) -> u64 {
    // Simulates work.
    thread::sleep(Duration::from_millis(5));
    // Simulates a bug that only one of the jobs runs into.
    assert!(!numbers.contains(&13), "cannot add 13");
    numbers.sum()
}
