//! A task still needs an `Rc` after an `.await`.
//!
//! The task may wake up on another thread than the one where it went to sleep, and
//! takes with it what it still needs. The count of an `Rc` is a plain integer, and other
//! clones may have stayed behind. A runtime of one thread is no excuse: the compiler
//! goes by what `task::spawn` demands.
//! Repair: use an `Arc`, or drop the `Rc`, by a scope of its own, before the `.await`.

use std::rc::Rc;

use tokio::task;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let clerk = task::spawn(async {
        let letter = Rc::new("hello");
        task::yield_now().await; //~ no code
        println!("Clerk: reads {letter}");
    });
    clerk.await.unwrap();
}
