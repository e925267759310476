//! Two threads count on an atomic by load and store, and lose half of the increments.
//!
//! Each operation on an atomic is indivisible, but two in a row are not. If both threads
//! load before either stores, both store the same sum, and one of the two increments is
//! lost. No ordering changes that, not even `SeqCst`.
//!
//! Instead, increment in one operation: `fetch_add`. For a change that has no operation
//! of its own, call `fetch_update`, called `try_update` from Rust 1.95 on, or
//! `compare_exchange` in a loop.
//!
//! ```text
//! cargo run -p race-condition-demo --bin race-condition-load-then-store
//! ```

use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

const EACH: u32 = 3;
const ALL: u32 = 2 * EACH;

fn main() {
    let counter = AtomicU32::new(0);
    let both_loaded = Barrier::new(2);
    thread::scope(|scope| {
        for id in 1..=2 {
            let (counter, both_loaded) = (&counter, &both_loaded);
            scope.spawn(move || {
                for n in 1..=EACH {
                    let read = counter.load(Ordering::SeqCst);
                    // Without the barrier this goes wrong only now and then.
                    both_loaded.wait();
                    let wrote = read + 1;
                    counter.store(wrote, Ordering::SeqCst);
                    println!("Adder {id}: increment {n} read {read}, wrote {wrote}");
                }
            });
        }
    });
    let counted = counter.into_inner();
    let lost = ALL - counted;
    println!("Main: the adders counted {counted} of {ALL}, lost {lost}");
}
