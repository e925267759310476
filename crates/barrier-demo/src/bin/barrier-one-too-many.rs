//! The barrier counts one thread too many, and all workers wait forever.
//!
//! Three workers call `wait`, but the barrier is for four: main was counted too, and
//! main only waits for the workers to end. A barrier does not know its threads. It
//! only counts calls, so it cannot see that no fourth call will ever come.
//!
//! A count that is too small is as wrong. The barrier then lets two of three workers go
//! on before the third has come.
//!
//! Instead, take the count and the number of threads from one constant, as the demo
//! does. If main is to meet the workers, main has to call `wait` too.
//!
//! ```text
//! cargo run -p barrier-demo --bin barrier-one-too-many
//! ```
//!
//! It does not end by itself: stop it with Ctrl-C.

use std::sync::Barrier;
use std::thread;

fn main() {
    // Three workers and main.
    let barrier = Barrier::new(4);

    thread::scope(|scope| {
        for worker in 1..=3 {
            let barrier = &barrier;
            scope.spawn(move || {
                println!("Worker {worker}: starts phase 1 with 0");
                println!("Worker {worker}: ends phase 1, found Some({worker})");
                barrier.wait();
                println!("Worker {worker}: starts phase 2 with 6");
            });
        }
        // Here main would have to call `barrier.wait()`.
    });
}
