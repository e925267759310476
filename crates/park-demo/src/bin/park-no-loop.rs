//! Main parks once, without a loop, and goes on before any worker is done.
//!
//! That `park` returns does not mean that the workers are done. Here main has a token
//! from before: earlier code has unparked it, and main had no need to park then. `park`
//! may also return without any token. Such a program can pass its tests for years, until
//! a new call leaves a token.
//!
//! Instead, keep what the thread waits for in a variable, and park in a loop until the
//! variable says so: `while countdown.left.load(Ordering::Acquire) > 0`, as in the demo.
//!
//! ```text
//! cargo run -p park-demo --bin park-no-loop
//! ```

use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::thread;

const WORKERS: usize = 3;

fn main() {
    let left = AtomicUsize::new(WORKERS);
    let waiting = thread::current();
    let sum = AtomicU32::new(0);
    // Makes the mistake show in every run: the workers work when main has gone on. A
    // main that waited for them would wait forever, so the repair removes it.
    let gone_on = Barrier::new(WORKERS + 1);

    thread::scope(|scope| {
        for worker in (1..).take(WORKERS) {
            let (left, waiting, sum, gone_on) = (&left, &waiting, &sum, &gone_on);
            scope.spawn(move || {
                gone_on.wait();
                let result = 10 * worker;
                sum.fetch_add(result, Ordering::Relaxed);
                println!("Worker {worker}: found {result}");
                if left.fetch_sub(1, Ordering::Release) == 1 {
                    waiting.unpark();
                }
            });
        }

        println!("Main: waits, workers left: {WORKERS}");
        thread::current().unpark();
        thread::park();
        let sum = sum.load(Ordering::Relaxed);
        println!("Main: the sum is {sum}, returns from park: 1");
        gone_on.wait();
    });
}
