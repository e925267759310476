//! A reference to a variable of the scope's closure leaves the closure.
//!
//! The variable is dropped when the closure returns.
//! Repair: return the value itself from the closure: `let text = thread::scope(…)`.

use std::thread;

fn main() {
    let mut title = "none";
    thread::scope(|scope| {
        let reader = scope.spawn(|| String::from("Dear reader"));
        let text = reader.join().unwrap();
        println!("Main: the reader returned {text:?}");
        title = &text; //~ E0521
    });
    println!("Main: the title is {title:?}");
}
