//! A parallel loop adds to a local variable.
//!
//! Several workers call the closure at once, so rayon asks for an `Fn`, which cannot
//! change what it captures. Two workers that add at once could lose an addition.
//! Repair: end with `sum`, as in `(1..=4).into_par_iter().sum()`, or with `reduce`. An
//! atomic compiles too, but all workers would compete for it.

use rayon::prelude::*;

fn main() {
    let mut sum = 0;
    (1..=4).into_par_iter().for_each(|number| {
        println!("Worker: adds {number}");
        sum += number; //~ E0594
    });
    println!("Main: the sum is {sum}");
}
