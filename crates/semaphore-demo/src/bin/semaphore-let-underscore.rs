//! `let _ =` drops the permit at once, and all workers are inside together.
//!
//! `_` is not a variable. It binds nothing, so the permit is given back before the next
//! line, and the semaphore limits nothing. For a `MutexGuard` the compiler refuses this
//! by its lint `let_underscore_lock`. It does not know your own guards, and `must_use`
//! accepts `let _ =`.
//!
//! Instead, write `let _permit =`, which keeps the permit to the end of its scope. The
//! lint `let_underscore_drop`, which is off by default, finds the mistake for any type
//! with a destructor: `#![warn(let_underscore_drop)]`.
//!
//! ```text
//! cargo run -p semaphore-demo --bin semaphore-let-underscore
//! ```

use std::sync::{Barrier, Condvar, Mutex};
use std::thread;

fn main() {
    let semaphore = Semaphore {
        free: Mutex::new(2),
        given_back: Condvar::new(),
    };
    // Makes the mistake show in every run. A worker that held a permit here would wait
    // for the others forever, so the repair removes it.
    let all_inside = Barrier::new(5);

    thread::scope(|scope| {
        for worker in 1..=5 {
            let (semaphore, all_inside) = (&semaphore, &all_inside);
            scope.spawn(move || {
                let _ = semaphore.acquire();
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
