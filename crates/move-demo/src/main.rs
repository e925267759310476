//! Move, copy, clone: three ways to give a thread its values.
//!
//! A spawned thread may outlive the function that spawned it, so it must not
//! borrow from there. A `move` closure owns what it uses: a `String` changes
//! its owner, a number is copied, and what both sides need is cloned first.
//! One owner at a time means that no two threads can race for a value.
//!
//! ```text
//! cargo run -p move-demo
//! ```
//!
//! What to look for:
//!
//! - The writer gets the values that main made. It changes both, and main's
//!   number stays as it was: the writer has changed its own copy.
//! - The text has one owner all along: main, then the writer, then main again,
//!   for what a thread returns comes back through `join`.
//! - Each greeter gets a clone of the greeting, and main keeps the original.

use std::thread;

fn main() {
    move_and_copy();
    clone_for_each();
}

/// The text moves to the writer and back; the number is copied.
fn move_and_copy() {
    let mut text = String::from("Dear reader");
    let mut number = 41;
    println!("Main: made the text {text:?} and the number {number}");

    // Without `move` the closure would borrow `number`, and not compile.
    let writer = thread::spawn(move || {
        println!("Writer: got the text {text:?} and the number {number}");
        text.push_str(", all is well");
        number += 1;
        println!("Writer: changed them to {text:?} and {number}");
        text
    });

    // Main no longer owns `text`, so to use it here would not compile either.
    // `number` is an `i32`, which is `Copy`: the closure took a copy of it.
    println!("Main: still has the number {number}");

    let text = writer.join().unwrap();
    println!("Main: got back the text {text:?}");
}

/// A `move` closure takes all that it names, so each thread gets its own clone.
fn clone_for_each() {
    let greeting = String::from("Good morning");

    let mut greeters = Vec::new();
    for greeter in 1..=3 {
        // The clone has the same name, so the closure takes it, not the original.
        let greeting = greeting.clone();
        greeters.push(thread::spawn(move || {
            println!("Greeter {greeter}: says {greeting:?}");
        }));
    }
    for greeter in greeters {
        greeter.join().unwrap();
    }

    println!("Main: still has the greeting {greeting:?}");
}
