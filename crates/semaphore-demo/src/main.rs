//! Semaphores: at most so many threads at once.
//!
//! A mutex lets one thread in, a semaphore lets in as many as it has permits. It limits
//! how many connections, files or threads are in use at the same time. The standard
//! library has none, but a `Mutex` and a `Condvar` make one. A permit is a guard:
//! dropping it gives it back, and it cannot be given back twice.
//!
//! ```text
//! cargo run -p semaphore-demo
//! ```
//!
//! What to look for:
//!
//! - `try_acquire` finds no third permit of two, until main has dropped one.
//! - Main takes a permit for each worker before it starts the thread, and moves the
//!   permit into the thread. So at most two of the five workers are inside at once:
//!   main waits before it starts the next one.
//! - The permit of a thread that panics comes back, because unwinding drops it. The
//!   panic's report is part of the demonstration.
//!
//! The programs in `src/bin` show how it goes wrong. How `acquire` waits is the topic of
//! `condvar-demo`.

use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

fn main() {
    let semaphore = Semaphore::new(2);
    without_waiting(&semaphore);
    limited_threads(&semaphore);
    panicking_job(&semaphore);
}

fn without_waiting(semaphore: &Semaphore) {
    let first = semaphore.acquire();
    let _second = semaphore.acquire();
    let third = semaphore.try_acquire().is_some();
    println!("Main: holds two permits, gets a third: {third}");
    drop(first);
    let third = semaphore.try_acquire().is_some();
    println!("Main: has given one back, gets a third: {third}");
}

fn limited_threads(semaphore: &Semaphore) {
    thread::scope(|scope| {
        for worker in 1..=5 {
            // Waits while two workers have the permits.
            let permit = semaphore.acquire();
            scope.spawn(move || {
                // The thread uses the permit here, so it moves into the thread.
                let _permit = permit;
                println!("Worker {worker}: enters");
                // Simulates work.
                thread::sleep(Duration::from_millis(10));
                println!("Worker {worker}: leaves");
            });
        }
    });
    println!(
        "Main: all workers have ended, free permits: {}",
        semaphore.free()
    );
}

fn panicking_job(semaphore: &Semaphore) {
    thread::scope(|scope| {
        let worker = scope.spawn(|| {
            let _permit = semaphore.acquire();
            panic!("the job has failed");
        });
        if worker.join().is_err() {
            println!(
                "Main: a worker has panicked, free permits: {}",
                semaphore.free()
            );
        }
    });
}

struct Semaphore {
    free: Mutex<usize>,
    given_back: Condvar,
}

/// Gives itself back when it is dropped.
#[must_use = "a permit that is not kept is given back at once"]
struct Permit<'a>(&'a Semaphore);

impl Semaphore {
    fn new(permits: usize) -> Self {
        let free = Mutex::new(permits);
        let given_back = Condvar::new();
        Self { free, given_back }
    }

    /// Waits until a permit is free.
    fn acquire(&self) -> Permit<'_> {
        let free = self.free.lock().unwrap();
        let free = self.given_back.wait_while(free, |free| *free == 0);
        *free.unwrap() -= 1;
        Permit(self)
    }

    fn try_acquire(&self) -> Option<Permit<'_>> {
        let mut free = self.free.lock().unwrap();
        *free = free.checked_sub(1)?;
        Some(Permit(self))
    }

    fn free(&self) -> usize {
        *self.free.lock().unwrap()
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        // A panic here could be the second one, and would abort the program.
        let free = self.0.free.lock();
        *free.unwrap_or_else(PoisonError::into_inner) += 1;
        // One permit lets one thread go on.
        self.0.given_back.notify_one();
    }
}
