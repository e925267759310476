//! Work stealing: a small pool of threads, complete.
//!
//! One queue for all would be fair, but all workers would compete for it. Here each
//! has a queue of its own, and works from the end where it puts new jobs in. Only
//! a worker with nothing left steals, from the other end of somebody else's queue.
//! So they seldom meet. Rayon works like this, and so does Tokio.
//!
//! ```text
//! cargo run -p crossbeam-deque-demo
//! ```
//!
//! What to look for:
//!
//! - A job too large is cut in two: one half is queued, the other one kept.
//! - A worker pops the job that it queued last, the smallest. A thief gets the one
//!   queued first, the largest: so it need not come again soon.
//! - A worker that finds nothing anywhere parks, and uses no processor time until
//!   somebody queues a job.
//! - Each job is done exactly once, whoever does it, and the sum is always right.
//! - The workers end when no job is left, neither in a queue nor in anybody's hands.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crossbeam::deque::{Injector, Steal, Stealer, Worker};
use crossbeam::sync::{Parker, Unparker};

/// The numbers to add up.
type Job = Range<u64>;

struct Pool {
    /// Where jobs come in from outside.
    injector: Injector<Job>,
    /// The far end of each worker's queue.
    stealers: Vec<Stealer<Job>>,
    unparkers: Vec<Unparker>,
    /// How many jobs are in a queue or in somebody's hands.
    pending: AtomicUsize,
}

fn main() {
    let parkers = [Parker::new(), Parker::new(), Parker::new()];
    let queues = [Worker::new_lifo(), Worker::new_lifo(), Worker::new_lifo()];
    let pool = Pool {
        injector: Injector::new(),
        stealers: queues.iter().map(Worker::stealer).collect(),
        unparkers: parkers.iter().map(|p| p.unparker().clone()).collect(),
        // The two that follow.
        pending: AtomicUsize::new(2),
    };
    pool.injector.push(0..20);
    pool.injector.push(20..40);

    let total: u64 = thread::scope(|scope| {
        let mut workers = Vec::new();
        for (id, (queue, parker)) in queues.into_iter().zip(parkers).enumerate() {
            let pool = &pool;
            workers.push(scope.spawn(move || pool.work(id, queue, parker)));
        }
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap())
            .sum()
    });
    println!("Main: the sum is {total}");
}

impl Pool {
    fn work(&self, id: usize, queue: Worker<Job>, parker: Parker) -> u64 {
        let mut sum = 0;
        loop {
            if let Some(job) = self.find(id, &queue) {
                sum += self.run(id, &queue, job);
                // The others may be parked, and there will be no job to wake them.
                if self.pending.fetch_sub(1, Ordering::AcqRel) == 1 {
                    self.wake_others(id);
                }
            } else if self.pending.load(Ordering::Acquire) == 0 {
                println!("Worker {id}: ends with {sum}");
                return sum;
            } else {
                println!("Worker {id}: parks");
                // Returns at once if somebody has unparked this worker since it
                // parked last. So a job that was queued after `find` looked for
                // one, and before this line, is not missed.
                parker.park();
                println!("Worker {id}: wakes up");
            }
        }
    }

    fn find(&self, id: usize, queue: &Worker<Job>) -> Option<Job> {
        if let Some(job) = queue.pop() {
            println!("Worker {id}: pops {job:?}");
            return Some(job);
        }
        if let Some(job) = insist(|| self.injector.steal()) {
            println!("Worker {id}: takes {job:?} from outside");
            return Some(job);
        }
        // Its own queue is among these, and empty.
        for (victim, stealer) in self.stealers.iter().enumerate() {
            if let Some(job) = insist(|| stealer.steal()) {
                println!("Worker {id}: steals {job:?} from worker {victim}");
                return Some(job);
            }
        }
        None
    }

    fn run(&self, id: usize, queue: &Worker<Job>, mut job: Job) -> u64 {
        while job.end - job.start > 5 {
            let middle = job.start.midpoint(job.end);
            println!("Worker {id}: queues {middle}..{}", job.end);
            // Counted before it is queued, or else a thief could be done with it
            // first, and the count reach zero too early.
            self.pending.fetch_add(1, Ordering::Relaxed);
            queue.push(middle..job.end);
            self.wake_others(id);
            job.end = middle;
        }
        // Stands for a job that takes longer than to find one.
        thread::sleep(Duration::from_millis(5));
        let sum = job.clone().sum();
        println!("Worker {id}: {job:?} make {sum}");
        sum
    }

    fn wake_others(&self, id: usize) {
        for (other, unparker) in self.unparkers.iter().enumerate() {
            if other != id {
                unparker.unpark();
            }
        }
    }
}

/// `Retry` says that another thread was faster, not that there is nothing to steal.
fn insist(steal: impl Fn() -> Steal<Job>) -> Option<Job> {
    loop {
        match steal() {
            Steal::Success(job) => return Some(job),
            Steal::Empty => return None,
            Steal::Retry => {}
        }
    }
}
