//! Main takes a permit for each worker, but the permit does not move into the thread.
//!
//! The closure is `move`, but a closure captures only what it uses, and this one does
//! not use the permit. So the permit stays in main, and is dropped at the end of each
//! round of the loop: when the thread has been started, not when it has ended. The
//! name `_permit` keeps the compiler silent about the unused variable.
//!
//! Instead, use the permit in the closure: `let _permit = permit;` moves it there, as in
//! the demo. `drop(permit)` after the work does so too.
//!
//! ```text
//! cargo run -p semaphore-demo --bin semaphore-not-moved
//! ```

use std::sync::{Barrier, Condvar, Mutex};
use std::thread;

fn main() {
    let semaphore = Semaphore {
        free: Mutex::new(2),
        given_back: Condvar::new(),
    };
    // Makes the mistake show in every run. Workers that held a permit here would wait
    // for the others forever, so the repair removes it.
    let all_inside = Barrier::new(5);

    thread::scope(|scope| {
        for worker in 1..=5 {
            let all_inside = &all_inside;
            let _permit = semaphore.acquire();
            scope.spawn(move || {
                println!("Worker {worker}: enters");
                all_inside.wait();
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
