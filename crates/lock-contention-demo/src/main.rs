//! Lock contention: lock, do the minimum, unlock.
//!
//! Only one thread at a time is in a critical section, so whatever is done in
//! there is done by one thread at a time, however many there are. The greedy
//! workers take the lock and do their work with it. The brief ones do the same
//! work first, and take the lock for a single addition.
//!
//! ```text
//! cargo run -p lock-contention-demo
//! ```
//!
//! What to look for:
//!
//! - Both kinds make the same total. Only the addition ever needed the lock.
//! - The greedy workers spend most of their time waiting, the brief ones next to
//!   none.
//! - No two greedy workers ever work at once: their working times add up to no
//!   more than the time that went by. Those of the brief ones may add up to
//!   far more, for they work side by side.
//! - On two idle cores the greedy workers take about twice as long.
//!
//! The programs in `src/bin` show how it goes wrong.

use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

const JOBS: u64 = 4;

/// How long a worker was at work, and how long it waited for the lock.
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

/// The same with two lines swapped: that is all the difference.
fn brief_job(total: &Mutex<u64>, job: u64, times: &mut Times) {
    let result = timed(&mut times.worked, || work(job));
    let mut total = timed(&mut times.waited, || total.lock().unwrap());
    *total += result;
}

/// Lets four workers do their jobs and add up the results.
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
                println!("{kind} {worker}: worked {worked} ms, waited {waited} ms");
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

/// Stands for work: arithmetic that keeps one core busy for a while.
fn work(job: u64) -> u64 {
    let mix = |x: u64, _| (x ^ (x >> 7)).wrapping_mul(31);
    (0..250_000).fold(job, mix) % 1000
}

/// Does something, and adds the time that it took to `time`.
fn timed<T>(time: &mut Duration, action: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let result = action();
    *time += started.elapsed();
    result
}
