//! A thread uses its old guard after it has waited.
//!
//! `wait` takes the guard by value, because it unlocks the mutex. Other threads may
//! change the data meanwhile, so what the thread saw before is out of date.
//! Repair: go on with the guard that `wait` returns, and check the condition again, in
//! a `while` loop: `items = not_empty.wait(items).unwrap();`.

use std::sync::{Condvar, Mutex};
use std::thread;

fn main() {
    let items = Mutex::new(Vec::new());
    let not_empty = Condvar::new();
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut old = items.lock().unwrap();
            while old.is_empty() {
                let new = not_empty.wait(old).unwrap();
                println!("Consumer: finds {} items", old.len()); //~ E0382
                old = new;
            }
            println!("Consumer: took {:?}", old.pop());
        });
        items.lock().unwrap().push(11);
        not_empty.notify_one();
    });
}
