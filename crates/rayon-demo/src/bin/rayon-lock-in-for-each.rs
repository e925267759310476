//! Jobs push their results behind a lock, so the results lose the words' order.
//!
//! The loop had pushed to a vector. `for_each` on a parallel iterator cannot borrow the
//! vector mutably, so the vector went behind a mutex, and the program compiled again.
//! The results now come in the order in which the jobs lock the mutex. The jobs wait
//! for each other at the lock too, and so they run in parallel less.
//!
//! Instead, let the closure return its result, and end with `collect`, `sum` or
//! `reduce`: `words.par_iter().map(|word| word.len()).collect()`. This needs no lock.
//!
//! ```text
//! cargo run -p rayon-demo --bin rayon-lock-in-for-each
//! ```

use std::sync::{Barrier, Mutex};

use rayon::prelude::*;

fn main() {
    let words = ["mutex", "channel", "barrier", "atomic", "condvar", "fence"];
    // A pool of two, so that a computer with one core makes the mistake too.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build();
    let pool = pool.expect("a system can start two threads");

    let lengths = Mutex::new(Vec::new());
    // The barrier makes the mistake show in every run: the first word comes after the last.
    let last_is_done = Barrier::new(2);
    pool.install(|| {
        words.par_iter().for_each(|word| {
            if *word == "mutex" {
                last_is_done.wait();
            }
            lengths.lock().unwrap().push(word.len());
            if *word == "fence" {
                last_is_done.wait();
            }
        });
    });
    println!(
        "Main: in parallel, the lengths are {:?}",
        lengths.into_inner().unwrap()
    );

    let lengths: Vec<usize> = words.iter().map(|word| word.len()).collect();
    println!("Main: in sequence, the lengths are {lengths:?}");
}
