//! Rayon: data parallelism without threads in sight.
//!
//! A program that does the same to many values need not start threads and share out
//! the values itself. With rayon, `par_iter` instead of `iter` is often the only
//! change: rayon divides the values into jobs and runs them on a pool, by default with
//! one thread for each core. A closure that would race for data does not compile. Most
//! parallel iterators promise the result of their sequential counterparts.
//!
//! ```text
//! cargo run -p rayon-demo
//! ```
//!
//! What to look for:
//!
//! - The pool measures the words in any order, but `collect` keeps the words' order.
//! - `reduce` may combine any neighbours first, so the operation has to be associative,
//!   like addition. The identity may be combined with values too, any number of times,
//!   so it must not change them.
//! - `join` runs two closures, in parallel if a worker is free for the second. The halves
//!   of a quick sort borrow separate parts of one slice. Main waits for the pool.
//! - Each result in parallel equals the one in sequence, whichever workers take part.
//!
//! For so few values, the pool costs more time than it saves. The programs in `src/bin`
//! show how it goes wrong. `crossbeam-deque-demo` shows how such a pool works inside.

use std::thread;
use std::time::Duration;

use rayon::prelude::*;

fn main() {
    map_and_collect();
    reduce();
    join();
}

/// Measures words.
fn map_and_collect() {
    let words = ["mutex", "channel", "barrier", "atomic", "condvar", "fence"];

    let lengths: Vec<usize> = words.par_iter().map(|word| measure(word)).collect();
    println!("Main: in parallel, the lengths are {lengths:?}");

    let lengths: Vec<usize> = words.iter().map(|word| word.len()).collect();
    println!("Main: in sequence, the lengths are {lengths:?}");
}

fn measure(word: &str) -> usize {
    println!("Word {word}: measured by {}", name());
    // Simulates work.
    thread::sleep(Duration::from_millis(1));
    word.len()
}

/// Finds the lowest and the highest temperature, both in one pass.
fn reduce() {
    let temperatures = [12, 19, 15, -3, 21, 7, 16, 4];
    // One temperature is the lowest and the highest of itself.
    let pairs = temperatures.map(|degrees| (degrees, degrees));
    let combine = |a: (i32, i32), b: (i32, i32)| (a.0.min(b.0), a.1.max(b.1));
    // No number is higher than the first of these, or lower than the second.
    let identity = (i32::MAX, i32::MIN);

    let (lowest, highest) = pairs.into_par_iter().reduce(|| identity, combine);
    println!("Main: in parallel, the lowest is {lowest} and the highest {highest}");

    let (lowest, highest) = pairs.into_iter().fold(identity, combine);
    println!("Main: in sequence, the lowest is {lowest} and the highest {highest}");
}

/// Sorts numbers in place.
fn join() {
    let unsorted = [5, 1, 7, 3, 6, 2, 4];

    let mut parallel = unsorted;
    quick_sort(&mut parallel);
    println!("Main: in parallel, sorted to {parallel:?}");

    let mut sequential = unsorted;
    sequential.sort();
    println!("Main: in sequence, sorted to {sequential:?}");
}

/// Rayon has this ready-made as `par_sort_unstable`.
fn quick_sort(numbers: &mut [u32]) {
    if numbers.is_empty() {
        return;
    }
    // Afterwards, no number before the middle one is higher, and none after it is lower.
    let middle = numbers.len() / 2;
    let (lower, placed, higher) = numbers.select_nth_unstable(middle);
    println!("Number {placed}: put in its place by {}", name());
    // If one closure panics, `join` runs the other one too, and then panics itself.
    rayon::join(|| quick_sort(lower), || quick_sort(higher));
}

fn name() -> String {
    match rayon::current_thread_index() {
        Some(index) => format!("worker {index}"),
        // Main belongs to no pool.
        None => String::from("main"),
    }
}
