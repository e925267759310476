//! Waiters who share one condition variable.

use std::sync::{Condvar, Mutex};
use std::thread;

static MUTEX: Mutex<u8> = Mutex::new(0);
static CHANGED: Condvar = Condvar::new();

fn main() {
    let waiters = [1, 2].map(|least| {
        thread::spawn(move || {
            let guard = CHANGED.wait_while(MUTEX.lock().unwrap(), |value| *value < least);
            *guard.unwrap() >= least
        })
    });
    for value in 1..=2 {
        *MUTEX.lock().unwrap() = value;
        CHANGED.notify_all();
    }
    println!("{:?}", waiters.map(|waiter| waiter.join().unwrap()));
    CHANGED.notify_one();
    println!("{}", MUTEX.lock().unwrap());
}
