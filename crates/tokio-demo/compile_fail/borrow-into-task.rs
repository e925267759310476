//! A task borrows a local variable of main.
//!
//! A task may outlive the function that has spawned it. Main awaits this one at
//! once, but main's own future could be dropped while it waits, and the message with
//! it. So `task::spawn` requires `'static`, and Tokio has no `scope` for tasks.
//! Repair: give the message to the task, as a clone or in an `Arc`; or await
//! `read(&message)` without a task, with `join!` to drive several futures at once.

use tokio::task;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let message = String::from("hello");
    println!("Main: writes {message}");
    task::spawn(read(&message)).await.unwrap(); //~ E0597
    println!("Main: still has {message}");
}

async fn read(message: &str) {
    println!("Reader: reads {message}");
}
