// There is one item in store too many, so the producer waits for a consumer who has finished.
use std::sync::{Condvar, Mutex};
use std::thread;

const N: u32 = 2;

static NUMBER: Mutex<u32> = Mutex::new(2);
static EMPTY: Condvar = Condvar::new();
static FULL: Condvar = Condvar::new();

pub fn main() {
    let producer = thread::spawn(|| {
        for _ in 0..N {
            let mut number = NUMBER.lock().unwrap();
            while *number > 0 {
                number = EMPTY.wait(number).unwrap();
            }
            *number += 1;
            drop(number);
            FULL.notify_one();
        }
    });
    let consumer = thread::spawn(|| {
        for _ in 0..N {
            let mut number = NUMBER.lock().unwrap();
            while *number == 0 {
                number = FULL.wait(number).unwrap();
            }
            *number -= 1;
            drop(number);
            EMPTY.notify_one();
        }
    });
    producer.join().unwrap();
    consumer.join().unwrap();
}
