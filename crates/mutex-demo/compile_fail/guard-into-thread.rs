//! A guard moves into a thread that has not locked the mutex.
//!
//! Dropping a guard unlocks the mutex, and on some systems only the thread that has
//! locked it may do so. A `MutexGuard` is therefore not `Send`.
//! Repair: share the `Mutex`, and let each thread lock it for itself.

use std::sync::Mutex;
use std::thread;

fn main() {
    let counter = Mutex::new(0);
    thread::scope(|scope| {
        let mut guard = counter.lock().unwrap();
        *guard += 1;
        println!("Main: counted {guard}, holds the lock");
        scope.spawn(move || *guard += 1); //~ E0277
    });
    println!("Main: counted {}", counter.into_inner().unwrap());
}
