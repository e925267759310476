//! Main uses a `WaitGroup` again after it has waited.
//!
//! `wait` takes the `WaitGroup` by value and drops it: a group synchronizes only once.
//! Repair: make a new `WaitGroup` for the next round. Threads that meet again and again
//! can use a `Barrier`, as in `barrier-demo`.

use std::thread;

use crossbeam::sync::WaitGroup;

fn main() {
    let round = WaitGroup::new();
    let first = round.clone();
    let worker = thread::spawn(move || drop(first));
    round.wait();
    println!("Main: the first round is over");
    round.wait(); //~ E0382
    worker.join().unwrap();
}
