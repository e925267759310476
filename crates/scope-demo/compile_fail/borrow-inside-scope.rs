//! A scoped thread borrows a variable that was made inside the scope.
//!
//! The scope joins its threads after its closure has returned, and by then the closure's
//! own variables are gone.
//! Repair: make the variable before the scope, or move it into the thread.

use std::thread;

fn main() {
    thread::scope(|scope| {
        let numbers = [3, 1, 4];
        scope.spawn(|| println!("Adder: got {numbers:?}")); //~ E0373
        println!("Main: made {numbers:?}");
    });
}
