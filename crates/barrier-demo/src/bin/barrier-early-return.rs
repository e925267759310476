//! One worker returns early, and the others wait for it forever.
//!
//! The worker's job fails, so it returns, as code with `?` does. It never comes to the
//! barrier, and the other two cannot learn that. A mutex is poisoned when a thread
//! panics with the guard, and a channel closes with its last sender, but a barrier
//! notices nothing. A job that panics leads to the same wait.
//!
//! Instead, let every worker come to every meeting, and store that its job has failed.
//! After the meeting each worker looks at that, and all leave together. The demo does
//! so, for panics too. Or divide the phases: a `thread::scope` for each phase waits for
//! its threads however they end, and starts new ones for the next phase.
//!
//! ```text
//! cargo run -p barrier-demo --bin barrier-early-return
//! ```
//!
//! It does not end by itself: stop it with Ctrl-C.

use std::sync::Barrier;
use std::thread;

fn main() {
    let barrier = Barrier::new(3);

    thread::scope(|scope| {
        for (worker, input) in [(1, "1"), (2, "two"), (3, "3")] {
            let barrier = &barrier;
            scope.spawn(move || {
                println!("Worker {worker}: starts phase 1 with 0");
                let part = match input.parse::<u64>() {
                    Ok(part) => part,
                    Err(error) => {
                        println!("Worker {worker}: gives up, {error}");
                        return;
                    }
                };
                println!("Worker {worker}: ends phase 1, found Some({part})");
                barrier.wait();
                println!("Worker {worker}: starts phase 2 with 6");
            });
        }
    });
}
