//! Each philosopher first looks whether both forks are free, and still all wait forever.
//!
//! The look seems to prevent the deadlock: a philosopher lifts nothing while a neighbour
//! holds one of the two forks. But the look and the lifting are two steps. All five may
//! look before the first of them lifts. All then see two free forks, and lift the left
//! one.
//!
//! Instead, look and lift in one step: `try_lock` returns the guard, so keep it. If the
//! second fork is taken, drop the guard of the first one.
//!
//! It does not end by itself: stop it with Ctrl-C.
//!
//! ```text
//! cargo run -p philosophers-demo --bin philosophers-look-then-lift
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
                // The guard is dropped at once: the fork is free again.
                let is_free = |fork: usize| forks[fork].try_lock().is_ok();
                while !(is_free(left) && is_free(right)) {
                    thread::yield_now();
                }
                // The barriers make all of them look before the first one lifts. Without
                // them, many dinners go well.
                all_lifted.wait();
                let _left = forks[left].lock().unwrap();
                println!("Wary philosopher {seat}: saw both free, holds {left}, waits for {right}");
                all_lifted.wait();
                let _right = forks[right].lock().unwrap();
                println!("Wary philosopher {seat}: eats with forks {left} and {right}");
                println!("Wary philosopher {seat}: puts down forks {left} and {right}");
            });
        }
    });
}
