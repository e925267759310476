//! Move, copy, clone: three ways to give a thread its values.
//!
//! A spawned thread may outlive the function that spawned it, so its closure must not
//! borrow that function's local variables. A `move` closure owns what it captures: a
//! `String` moves into it, and a number is copied. Clone a value before the closure if
//! both threads need it. No value is then shared, so the threads cannot race for one.
//!
//! ```text
//! cargo run -p move-demo
//! ```
//!
//! What to look for:
//!
//! - The writer gets the text and the number that main made, and changes both. Main's
//!   number stays as it was, because the writer has changed its own copy.
//! - The text has one owner at a time: main, then the writer, then main again. `join`
//!   returns it to main, with the writer's change, because the thread's closure does.
//! - Each greeter gets its own clone of the greeting, and main keeps the original.

use std::thread;

fn main() {
    move_and_copy();
    clone_for_each();
}

/// The text moves to the writer and back. The number is copied.
fn move_and_copy() {
    let mut text = String::from("Dear reader");
    let mut number = 41;
    println!("Main: made the text {text:?} and the number {number}");

    // Without `move` this would not compile: the closure would borrow `number`.
    let writer = thread::spawn(move || {
        println!("Writer: got the text {text:?} and the number {number}");
        text.push_str(", all is well");
        number += 1;
        println!("Writer: changed them to {text:?} and {number}");
        text
    });

    // Main no longer owns `text`, so using it here would not compile either. `number`
    // is an `i32`, which is `Copy`, so the closure has a copy and main keeps its own.
    println!("Main: still has the number {number}");

    let text = writer.join().unwrap();
    println!("Main: got back the text {text:?}");
}

/// Each greeter owns a clone of main's greeting.
fn clone_for_each() {
    let greeting = String::from("Good morning");

    let mut greeters = Vec::new();
    for greeter in 1..=3 {
        // The closure captures this variable, which hides the original of that name.
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
