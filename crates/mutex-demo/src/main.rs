//! Mutex: one thread at a time, and what a panic leaves behind.
//!
//! A `Mutex` owns the value that it protects. While threads share the mutex, the only
//! way to the value is the guard that `lock` returns, so no thread can forget to lock.
//! At most one guard exists at a time, and dropping the guard unlocks the mutex.
//!
//! ```text
//! cargo run -p mutex-demo
//! ```
//!
//! What to look for:
//!
//! - Five workers make ten increments each, in any order, and none is lost: no
//!   other worker can read or write the counter while one holds the guard.
//! - The lock is free again as soon as the guard's scope ends.
//! - A thread that panics while it holds a guard poisons the mutex. The next `lock`
//!   then returns an error, because the value may be half changed. Main repairs the
//!   value and goes on. The panic's report is part of the demonstration. With
//!   `panic = "abort"` the whole program would end there instead.
//!
//! The programs in `src/bin` show how it goes wrong. How much slower a program gets
//! when its threads hold a lock for longer than they need is the topic of
//! `lock-contention-demo`.

use std::sync::Mutex;
use std::thread;

fn main() {
    counting();
    guard_scope();
    poisoning();
}

/// Five workers increment one counter.
fn counting() {
    let counter = Mutex::new(0);

    thread::scope(|scope| {
        for worker in 1..=5 {
            let counter = &counter;
            scope.spawn(move || {
                let mut own = 0;
                for _ in 0..10 {
                    // This guard has no name, so it lives until the semicolon.
                    *counter.lock().unwrap() += 1;
                    own += 1;
                }
                println!("Worker {worker}: made {own} increments");
            });
        }
    });

    // All workers have ended, so main can take the value out without locking.
    let total = counter.into_inner().unwrap();
    println!("Main: counted {total}");
}

/// A guard with a name holds the lock to the end of its scope.
fn guard_scope() {
    let mutex = Mutex::new(());
    // `try_lock` returns at once. `lock` would not return while this same thread
    // holds the guard: it may wait forever or panic.
    let is_free = || mutex.try_lock().is_ok();

    {
        // `let _ =` would drop the guard in this very line.
        let _guard = mutex.lock().unwrap();
        println!("Main: inside the guard's scope, lock free: {}", is_free());
    }
    println!("Main: after the guard's scope, lock free: {}", is_free());
}

/// A thread panics halfway through a change, and main repairs the value.
fn poisoning() {
    // A transfer keeps the sum of the two accounts.
    const SUM: i32 = 100;
    let accounts = Mutex::new([60, 40]);

    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut accounts = accounts.lock().unwrap();
            let amount = 25;
            accounts[0] -= amount;
            let [first, second] = *accounts;
            println!("Writer: took {amount}, the accounts have {first} and {second}");
            panic!("the second account is still unchanged");
        });
        // `join` returns the panic as an error. Without this `join`, the scope
        // itself would panic in main.
        if writer.join().is_err() {
            println!("Main: the writer has panicked");
        }
    });

    // The panic has dropped the writer's guard, so `lock` does not wait.
    let repaired = accounts.lock().unwrap_or_else(|poisoned| {
        // The error contains a guard: main does hold the lock.
        let mut found = poisoned.into_inner();
        let [first, second] = *found;
        println!("Main: the lock is poisoned, found {first} and {second}");
        found[1] = SUM - first;
        // The mutex cannot know that the value is right again: without this call,
        // every later `lock` would return the error too.
        accounts.clear_poison();
        found
    });
    let [first, second] = *repaired;
    let poisoned = accounts.is_poisoned();
    println!("Main: repaired to {first} and {second}, poisoned: {poisoned}");
}
