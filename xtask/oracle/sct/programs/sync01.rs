// One thread waits for a number to fall, and the other only says that it has.
use std::sync::{Condvar, Mutex};
use std::thread;

static NUMBER: Mutex<u32> = Mutex::new(1);
static EMPTY: Condvar = Condvar::new();
static FULL: Condvar = Condvar::new();

pub fn main() {
    let first = thread::spawn(|| {
        let mut number = NUMBER.lock().unwrap();
        while *number > 0 {
            number = EMPTY.wait(number).unwrap();
        }
        *number += 1;
        drop(number);
        FULL.notify_one();
    });
    let second = thread::spawn(|| {
        let mut number = NUMBER.lock().unwrap();
        while *number == 0 {
            number = FULL.wait(number).unwrap();
        }
        drop(number);
        EMPTY.notify_one();
    });
    first.join().unwrap();
    second.join().unwrap();
}
