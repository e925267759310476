//! Each of five workers needs two permits, and takes them one by one: a deadlock.
//!
//! There are two permits. Two workers have taken one each, and wait for a second one,
//! which only the other of the two could give back. It is the deadlock of
//! `deadlock-demo` with permits in place of locks. No lock order helps, since the permits
//! are all alike.
//!
//! Instead, take all permits in one step: an `acquire_many(n)` that waits until `n`
//! permits are free, and takes none before. Or give back the first permit if
//! `try_acquire` finds no second one, and begin again.
//!
//! ```text
//! cargo run -p semaphore-demo --bin semaphore-one-by-one
//! ```
//!
//! It does not end by itself: stop it with Ctrl-C.

use std::sync::{Barrier, Condvar, Mutex};
use std::thread;

fn main() {
    let semaphore = Semaphore {
        free: Mutex::new(2),
        given_back: Condvar::new(),
    };
    // Makes the mistake show in every run: two workers have their first permit.
    let both_hold_one = Barrier::new(2);

    thread::scope(|scope| {
        for worker in 1..=5 {
            let (semaphore, both_hold_one) = (&semaphore, &both_hold_one);
            scope.spawn(move || {
                let _first = semaphore.acquire();
                both_hold_one.wait();
                println!("Worker {worker}: waits for its second permit");
                let _second = semaphore.acquire();
                println!("Worker {worker}: enters");
                println!("Worker {worker}: leaves");
            });
        }
    });
}

struct Semaphore {
    free: Mutex<usize>,
    given_back: Condvar,
}

#[must_use = "a permit that is not kept is given back at once"]
struct Permit<'a>(&'a Semaphore);

impl Semaphore {
    fn acquire(&self) -> Permit<'_> {
        let free = self.free.lock().unwrap();
        let free = self.given_back.wait_while(free, |free| *free == 0);
        *free.unwrap() -= 1;
        Permit(self)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap() += 1;
        self.0.given_back.notify_one();
    }
}
