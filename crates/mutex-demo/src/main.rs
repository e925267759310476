//! Mutex: one thread at a time, and what a panic leaves behind.
//!
//! A `Mutex` owns the value that it protects. The only way to the value is the
//! guard that `lock` returns, and no two threads ever hold a guard at once. So
//! nobody can forget to lock, and dropping the guard is what unlocks.
//!
//! ```text
//! cargo run -p mutex-demo
//! ```
//!
//! What to look for:
//!
//! - Five threads make ten increments each, in any order, and none is lost: an
//!   increment reads, adds and writes back, with nobody else in between.
//! - The lock is taken for just as long as the guard lives.
//! - A thread that panics with the guard in its hands poisons the lock: the next
//!   one is told that the value may be half changed, and can repair it. The
//!   panic's report is part of the demonstration.
//!
//! The programs in `src/bin` show how it goes wrong.

use std::sync::Mutex;
use std::thread;

fn main() {
    counting();
    guard_scope();
    poisoning();
}

/// Five threads increment one counter.
fn counting() {
    let counter = Mutex::new(0);

    thread::scope(|scope| {
        for worker in 1..=5 {
            let counter = &counter;
            scope.spawn(move || {
                for _ in 0..10 {
                    // This guard has no name, so it lives until the semicolon.
                    *counter.lock().unwrap() += 1;
                }
                println!("Worker {worker}: made 10 increments");
            });
        }
    });

    // No thread is left, so the value can be had without locking.
    let total = counter.into_inner().unwrap();
    println!("Main: counted {total}");
}

/// A guard with a name holds the lock to the end of its scope.
fn guard_scope() {
    let door = Mutex::new(());
    // A thread that holds the guard and calls `lock` again waits for itself, or
    // panics; `Mutex` does not promise which. `try_lock` does neither.
    let is_free = || door.try_lock().is_ok();

    {
        // With `let _ =` the guard would be dropped at once.
        let _guard = door.lock().unwrap();
        println!("Main: while the guard lives, lock free: {}", is_free());
    }
    println!("Main: once the guard is gone, lock free: {}", is_free());
}

/// A thread panics halfway through a change, and the next one puts it right.
fn poisoning() {
    // Money only moves from one account to the other, so the sum is always 100.
    let accounts = Mutex::new([60, 40]);

    thread::scope(|scope| {
        let clumsy = thread::Builder::new()
            .name("clumsy".to_string())
            .spawn_scoped(scope, || {
                let mut accounts = accounts.lock().unwrap();
                accounts[0] -= 25;
                println!("Clumsy: took 25 from the first account");
                panic!("dropped the money on the way to the second");
            })
            .expect("the system has room for one more thread");

        // A scope that finds a panic by itself passes it on. Here it is joined
        // by hand, and goes no further.
        if clumsy.join().is_err() {
            println!("Main: the clumsy thread has panicked");
        }
    });

    // Unwinding dropped the guard, so nobody waits for it; but it left a mark.
    let mut guard = accounts.lock().unwrap_or_else(|poisoned| {
        println!("Main: the lock is poisoned");
        poisoned.into_inner()
    });
    println!("Main: finds {} and {}", guard[0], guard[1]);
    guard[1] = 100 - guard[0];
    // The lock cannot know that the value is whole again. Without this, every
    // `lock` to come would return the error too.
    accounts.clear_poison();
    drop(guard);

    let [first, second] = *accounts.lock().unwrap();
    println!("Main: after the repair, {first} and {second}");
}
