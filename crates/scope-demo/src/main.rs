//! Scoped threads: borrowing local data, with no `Arc`.
//!
//! The closure of `thread::spawn` must be `'static`, because its thread may outlive the
//! caller, so it cannot borrow the caller's local variables. `thread::scope` returns
//! only after the closure of every thread spawned in it has returned. These closures
//! may therefore borrow local variables: together to read, or each its own part to
//! write.
//!
//! ```text
//! cargo run -p scope-demo
//! ```
//!
//! What to look for:
//!
//! - The adders finish in any order, but their sums always add up to the sum that main
//!   finds alone.
//! - No adder or doubler prints a line after its scope has returned, because only the
//!   closures print, and the scope waits for the closures.
//! - Main sees every number doubled, without a lock: each write of a doubler
//!   happens-before the scope returns.
//!
//! The scope does not wait for the destructors of thread-local variables, which run
//! after a thread's closure. An explicit `join` does. The program in `src/bin` shows
//! how this goes wrong.

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

    // Exclusive borrows: the slices of `chunks_mut` do not overlap, so each thread is
    // the only one that can reach its part.
    thread::scope(|scope| {
        for (worker, part) in (1..).zip(numbers.chunks_mut(3)) {
            scope.spawn(move || {
                for number in part.iter_mut() {
                    *number *= 2;
                }
                println!("Doubler {worker}: made them {part:?}");
            });
        }
        // The doublers return no result, so no explicit `join` is needed. If one of
        // them had panicked, the end of the scope would panic in main.
    });
    let doubled: i32 = numbers.iter().sum();
    println!("Main: the doubled numbers make {doubled}");
}
