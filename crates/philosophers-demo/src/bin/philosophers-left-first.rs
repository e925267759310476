//! All five philosophers lift their left fork, and wait forever for the right one.
//!
//! The right fork of each philosopher is the left fork of a neighbour. None of them puts
//! a fork down before eating, so none of them eats. The same happens wherever threads
//! form a ring, and each locks its own object first and its neighbour's second.
//!
//! Instead, give all threads one lock order, or let none of them wait for a lock while it
//! holds another, or let one thread at a time collect its locks. The example shows all
//! three.
//!
//! It does not end by itself: stop it with Ctrl-C.
//!
//! ```text
//! cargo run -p philosophers-demo --bin philosophers-left-first
//! ```

use std::sync::{Barrier, Mutex};
use std::thread;

const SEATS: usize = 5;

fn main() {
    let forks = [(); SEATS].map(Mutex::new);
    let all_lifted = Barrier::new(SEATS);
    thread::scope(|scope| {
        for seat in 0..SEATS {
            let (forks, all_lifted) = (&forks, &all_lifted);
            scope.spawn(move || {
                let (left, right) = (seat, (seat + 1) % SEATS);
                let _left = forks[left].lock().unwrap();
                println!("Hasty philosopher {seat}: holds {left}, waits for {right}");
                // Without the barrier, one philosopher is often done before the next one
                // starts, and many dinners go well.
                all_lifted.wait();
                let _right = forks[right].lock().unwrap();
                println!("Hasty philosopher {seat}: eats with forks {left} and {right}");
                println!("Hasty philosopher {seat}: puts down forks {left} and {right}");
            });
        }
    });
}
