//! A reference to a variable of the scope leaves the scope.
//!
//! Repair: let the scope return the value itself: `let text = thread::scope(…)`.

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
