//! A task borrows a local variable of main.
//!
//! A task may outlive the function that spawned it. This one is awaited at once, but
//! main's own future could be dropped while it waits, and the letter with it. So
//! `task::spawn` demands `'static`, and Tokio has no `scope` for tasks.
//! Repair: let the task own the letter, as a clone or in an `Arc`; or await `read(&letter)`
//! without a task, with `join!` where several are to run at once.

use tokio::task;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let letter = String::from("hello");
    println!("Main: writes {letter}");
    task::spawn(read(&letter)).await.unwrap(); //~ E0597
    println!("Main: still has {letter}");
}

async fn read(letter: &str) {
    println!("Clerk: reads {letter}");
}
