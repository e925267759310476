//! A task with an `Rc` is spawned on the runtime.
//!
//! `task::spawn` requires `Send`, because a runtime may run a task on any of its
//! threads. This runtime has one thread, but its type does not say so. All clones of
//! an `Rc` share a count that is a plain integer, so two threads must not use them.
//! Repair: spawn the task in a `LocalSet`; or use an `Arc`, and a `Mutex` or an atomic
//! for what the tasks change.

use std::cell::Cell;
use std::rc::Rc;

use tokio::task;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let savings = Rc::new(Cell::new(100));
    let shared = Rc::clone(&savings);
    task::spawn(async move { shared.set(shared.get() - 10) }); //~ no code
    println!("Main: finds {} in savings", savings.get());
}
