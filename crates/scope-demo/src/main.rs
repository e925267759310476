//! Scoped threads: borrowing local data, with no `Arc`.
//!
//! What `thread::spawn` runs must be `'static` and so may borrow nothing local,
//! for nobody knows when its thread ends. `thread::scope` does not return before
//! all the threads spawned in it have ended, so they may borrow from the
//! function around it: to read together, or to write to disjoint parts.
//!
//! ```text
//! cargo run -p scope-demo
//! ```
//!
//! What to look for:
//!
//! - The adders finish in any order, yet their sums make the sum of the whole.
//! - No adder or doubler prints anything once its scope has ended.
//! - Main sees the doubled numbers without any lock: the end of each doubler
//!   happens-before the end of the scope.

use std::thread;

fn main() {
    let mut numbers = [3, 1, 4, 1, 5, 9, 2, 6, 5];
    let alone: i32 = numbers.iter().sum();
    println!("Main: finds the sum {alone} alone");

    // Shared borrows: any number of threads may read at the same time.
    let together: i32 = thread::scope(|scope| {
        let mut adders = Vec::new();
        for (worker, part) in (1..).zip(numbers.chunks(3)) {
            adders.push(scope.spawn(move || {
                let sum: i32 = part.iter().sum();
                println!("Adder {worker}: {part:?} make {sum}");
                sum
            }));
        }
        adders.into_iter().map(|adder| adder.join().unwrap()).sum()
    });
    println!("Main: the adders' sums make {together}");

    // Exclusive borrows: `chunks_mut` hands out slices that do not overlap, so
    // each thread is the only one that can reach its part.
    thread::scope(|scope| {
        for (worker, part) in (1..).zip(numbers.chunks_mut(3)) {
            scope.spawn(move || {
                for number in part.iter_mut() {
                    *number *= 2;
                }
                println!("Doubler {worker}: made them {part:?}");
            });
        }
        // There is no result to collect, so nothing is joined by hand: the end
        // of the scope joins them all.
    });
    let doubled: i32 = numbers.iter().sum();
    println!("Main: the doubled numbers make {doubled}");
}
