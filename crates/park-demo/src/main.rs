//! Parking: the smallest way to wait for another thread.
//!
//! `thread::park` blocks the thread that calls it, until another thread calls `unpark`
//! on its handle. The channels of the standard library wait like that. An `unpark` is
//! not lost if it comes first: it stores a token, and the next `park` takes the token
//! and returns at once. But `park` does not say why it has returned. So a variable
//! holds what the thread waits for, and the thread checks it in a loop.
//!
//! ```text
//! cargo run -p park-demo
//! ```
//!
//! What to look for:
//!
//! - Main unparks itself, then parks. It does not block, because the token is there.
//! - Then main waits for three workers, and has a token from before. So its first `park`
//!   may return while the workers still work. Main checks the count and parks again.
//! - How often `park` returns is not promised. It may return without any token, which is
//!   called a spurious wakeup. And a thread has at most one token, however often it is
//!   unparked.
//! - A worker counts itself down in a destructor, so one that panics is counted too.
//!   Otherwise main would wait for it forever.
//!
//! The programs in `src/bin` show how it goes wrong. `thread::scope` waits for its
//! threads in such a loop. Where a mutex protects what a thread waits for, take a
//! `Condvar`: see `condvar-demo`.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::thread::{self, Thread};
use std::time::Duration;

const WORKERS: usize = 3;

fn main() {
    token();
    loop_around_park();
}

/// An `unpark` that comes before `park` is not lost.
fn token() {
    println!("Main: unparks itself");
    thread::current().unpark();
    // No other call may stand here: it could park too, and take the token. Even
    // `println!` is not promised never to park.
    thread::park();
    println!("Main: park has returned");
}

/// Main waits until three workers have counted themselves down to zero.
fn loop_around_park() {
    let countdown = Countdown {
        left: AtomicUsize::new(WORKERS),
        waiting: thread::current(),
    };
    let sum = AtomicU32::new(0);

    thread::scope(|scope| {
        for worker in (1..).take(WORKERS) {
            let (countdown, sum) = (&countdown, &sum);
            scope.spawn(move || {
                let _count = CountOnDrop(countdown);
                // Simulates work.
                thread::sleep(worker * Duration::from_millis(10));
                let result = 10 * worker;
                sum.fetch_add(result, Ordering::Relaxed);
                println!("Worker {worker}: found {result}");
            });
        }

        println!("Main: waits, workers left: {WORKERS}");
        // A token from before, as other code may leave one.
        thread::current().unpark();
        let mut returns = 0;
        while countdown.left.load(Ordering::Acquire) > 0 {
            // No other call stands between the check and `park`.
            thread::park();
            returns += 1;
        }
        let sum = sum.load(Ordering::Relaxed);
        println!("Main: the sum is {sum}, returns from park: {returns}");
    });
}

struct Countdown {
    left: AtomicUsize,
    waiting: Thread,
}

/// Counts a worker down at the end of its scope, even if a panic ends it.
struct CountOnDrop<'a>(&'a Countdown);

impl Drop for CountOnDrop<'_> {
    fn drop(&mut self) {
        // First the change, then `unpark`: main checks again when it wakes up. What
        // each worker did before this `Release`, main sees after its `Acquire`.
        if self.0.left.fetch_sub(1, Ordering::Release) == 1 {
            self.0.waiting.unpark();
        }
    }
}
