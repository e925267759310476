//! A guard moves into another thread than the one that has locked.
//!
//! Dropping the guard unlocks, and on some systems only the thread that has locked a mutex
//! may unlock it.
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
