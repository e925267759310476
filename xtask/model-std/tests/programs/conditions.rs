//! Condition variables.

use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

static MUTEX: Mutex<u8> = Mutex::new(0);
static CHANGED: Condvar = Condvar::new();

fn main() {
    let setter = thread::spawn(|| {
        *MUTEX.lock().unwrap() = 1;
        CHANGED.notify_one();
    });
    let guard = CHANGED.wait_while(MUTEX.lock().unwrap(), |value| *value == 0);
    println!("{:?}", guard);
    drop(guard);
    setter.join().unwrap();

    let guard = MUTEX.lock().unwrap();
    let (guard, result) = CHANGED.wait_timeout(guard, Duration::from_millis(5)).unwrap();
    println!("{result:?} {}", result.timed_out());
    let millisecond = Duration::from_millis(1);
    let waited = CHANGED.wait_timeout_while(guard, millisecond, |value| *value == 1);
    let (guard, result) = waited.unwrap();
    println!("{result:?} {guard}");
    let waited = CHANGED.wait_timeout_while(guard, millisecond, |value| *value == 2);
    println!("{waited:?}");
    drop(waited);

    let woken = thread::spawn(|| {
        let guard = MUTEX.lock().unwrap();
        let long = Duration::from_secs(60);
        let waited = CHANGED.wait_timeout_while(guard, long, |value| *value < 3);
        waited.unwrap().1.timed_out()
    });
    thread::sleep(Duration::from_millis(5));
    *MUTEX.lock().unwrap() = 2;
    CHANGED.notify_all();
    thread::sleep(Duration::from_millis(5));
    *MUTEX.lock().unwrap() = 3;
    CHANGED.notify_all();
    println!("{:?}", woken.join());

    // Who waits has no lock, and finds it poisoned afterwards.
    let both = Arc::new((Mutex::new(false), Condvar::new()));
    let other = Arc::clone(&both);
    let waits = thread::spawn(move || {
        let waited = other.1.wait_while(other.0.lock().unwrap(), |ready| !*ready);
        waited.map(|ready| *ready).map_err(|error| **error.get_ref())
    });
    let other = Arc::clone(&both);
    let panics = thread::spawn(move || {
        // It may be too early for the other to wait.
        let mut guard = other.0.lock().unwrap();
        while !cfg!(any()) {
            let (again, result) = other.1.wait_timeout(guard, Duration::from_millis(20)).unwrap();
            guard = again;
            if result.timed_out() {
                break;
            }
        }
        *guard = true;
        other.1.notify_all();
        panic!("with the lock");
    });
    println!("{} {:?}", panics.join().is_err(), waits.join().unwrap());
}
