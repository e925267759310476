//! A task uses an `Rc` after an `.await`.
//!
//! After the `.await`, the task may go on in another thread, and it takes the `Rc`
//! with it. The count of an `Rc` is a plain integer, which clones on two threads
//! would change without synchronisation. `task::spawn` requires `Send` even on a
//! runtime of one thread.
//! Repair: use an `Arc`; or drop the `Rc` before the `.await`, by a scope of its
//! own.

use std::rc::Rc;

use tokio::task;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let reader = task::spawn(async {
        let message = Rc::new("hello");
        task::yield_now().await; //~ no code
        println!("Reader: reads {message}");
    });
    reader.await.unwrap();
}
