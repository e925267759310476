//! Two threads count on an atomic by load and store, and half is lost.
//!
//! An atomic makes each of its operations indivisible, but not two in a row. Where
//! both threads load before either stores, both store the same sum, and one of
//! the two increments is gone. No ordering changes that, not even `SeqCst`.
//!
//! Instead, do it in one operation: `fetch_add`, or for what has no operation of its
//! own, `compare_exchange` in a loop.
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
                    // Without this it would go wrong now and then, mostly on the
                    // machine of somebody else. With it, always.
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
