//! A destructor uses its own thread-local variable, and the program aborts.
//!
//! While the destructor of a thread-local value runs, `with` on that variable panics.
//! A panic in such a destructor does not end one thread, but the whole program, without
//! any further destructor. In a larger program the use is seldom in plain sight: here
//! the destructor calls a function that counts. Other thread-local variables are no
//! safer, because the order in which they are dropped is not promised.
//!
//! Instead, let the destructor use only `self`. A function that a destructor may call
//! takes `try_with`: it returns an error where `with` panics.
//!
//! ```text
//! cargo run -p thread-local-demo --bin thread-local-in-destructor
//! ```

use std::cell::Cell;
use std::thread;

struct Tally {
    count: Cell<u64>,
}

impl Drop for Tally {
    fn drop(&mut self) {
        println!("Worker 1: counted {}", self.count.get());
        // The printed line is to be counted too.
        count();
    }
}

thread_local! {
    static TALLY: Tally = const { Tally { count: Cell::new(0) } };
}

fn count() {
    TALLY.with(|tally| tally.count.set(tally.count.get() + 1));
}

fn main() {
    let worker = thread::spawn(|| {
        for _ in 0..10 {
            count();
        }
    });
    worker.join().unwrap();
    println!("Main: the worker has ended");
}
