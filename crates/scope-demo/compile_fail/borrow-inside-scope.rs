//! A scoped thread borrows a variable that was made inside the scope.
//!
//! The scope waits for its threads only after its closure has returned. The variables
//! of that closure are dropped by then.
//! Repair: make the variable before the scope, or move it into the thread.

use std::thread;

fn main() {
    thread::scope(|scope| {
        let numbers = [3, 1, 4];
        scope.spawn(|| println!("Adder: got {numbers:?}")); //~ E0373
        println!("Main: made {numbers:?}");
    });
}
