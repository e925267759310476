//! Lock contention: lock, do the minimum, unlock.
//!
//! Only one thread at a time is in a critical section, so work in there is done by one
//! thread after another, however many threads and cores there are. A guard holds the
//! lock until it is dropped, not until its last use. The greedy workers take the lock
//! and do their work while they hold it. The brief workers do the same work first, and
//! take the lock for a single addition.
//!
//! ```text
//! cargo run -p lock-contention-demo
//! ```
//!
//! What to look for:
//!
//! - Both kinds make the same total, because only the addition needs the lock.
//! - The greedy workers usually wait for longer than they work, and the brief workers
//!   hardly at all.
//! - No two greedy workers ever work at once: their working times add up to no more than
//!   the time that went by. The brief workers' times may add up to far more, because
//!   they work side by side.
//! - On two idle cores the greedy workers take about twice as long.
//!
//! The programs in `src/bin` show how it goes wrong.

use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

const JOBS: u64 = 4;

/// How long a worker has worked, and how long it has waited for the lock.
#[derive(Default)]
struct Times {
    worked: Duration,
    waited: Duration,
}

fn main() {
    run("Greedy", greedy_job);
    run("Brief", brief_job);
}

fn greedy_job(total: &Mutex<u64>, job: u64, times: &mut Times) {
    let mut total = timed(&mut times.waited, || total.lock().unwrap());
    let result = timed(&mut times.worked, || work(job));
    *total += result;
}

/// The same with the first two lines swapped.
fn brief_job(total: &Mutex<u64>, job: u64, times: &mut Times) {
    let result = timed(&mut times.worked, || work(job));
    let mut total = timed(&mut times.waited, || total.lock().unwrap());
    *total += result;
}

/// Starts four workers, which do their jobs and add up the results.
fn run(kind: &str, do_job: fn(&Mutex<u64>, u64, &mut Times)) {
    let total = Mutex::new(0);
    let started = Instant::now();

    let (worked, waited) = thread::scope(|scope| {
        let workers = [1, 2, 3, 4].map(|worker| {
            let total = &total;
            scope.spawn(move || {
                let mut times = Times::default();
                for job in 1..=JOBS {
                    do_job(total, worker * job, &mut times);
                }
                let (worked, waited) = (times.worked.as_millis(), times.waited.as_millis());
                println!("{kind} worker {worker}: worked {worked} ms, waited {waited} ms");
                (worked, waited)
            })
        });
        let (mut worked, mut waited) = (0, 0);
        for worker in workers {
            let times = worker.join().unwrap();
            worked += times.0;
            waited += times.1;
        }
        (worked, waited)
    });

    let took = started.elapsed().as_millis();
    let total = total.into_inner().unwrap();
    println!(
        "Main: {kind} workers make {total} in {took} ms, \
         by {worked} ms of work and {waited} ms of waiting"
    );
}

/// Simulates work: arithmetic that keeps one core busy for a while.
fn work(job: u64) -> u64 {
    let mix = |x: u64, _| (x ^ (x >> 7)).wrapping_mul(31);
    (0..250_000).fold(job, mix) % 1000
}

/// Runs `action`, and adds the time that it took to `time`.
fn timed<T>(time: &mut Duration, action: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let result = action();
    *time += started.elapsed();
    result
}
