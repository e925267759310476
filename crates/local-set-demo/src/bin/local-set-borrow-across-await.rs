//! A task awaits while it has a `RefCell` borrowed, and another task panics.
//!
//! A `RefCell` allows one mutable borrow at a time, and checks that when the program
//! runs. The borrow of the first worker lasts across its `.await`. The second worker
//! then borrows too, and `borrow_mut` panics. Whether that happens depends on which
//! task runs when, so a test may pass. Clippy warns of it by default.
//!
//! End the borrow before the `.await`, by a scope of its own. If the balance must not
//! change meanwhile, use `tokio::sync::Mutex`: a second `lock` waits, and does not
//! panic.
//!
//! ```text
//! cargo run -p local-set-demo --bin local-set-borrow-across-await
//! ```

use std::cell::RefCell;
use std::rc::Rc;

use tokio::sync::oneshot;
use tokio::task::LocalSet;

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::await_holding_refcell_ref, reason = "the mistake shown here")]
async fn main() {
    let savings = Rc::new(RefCell::new(100));
    let (asks, asked) = oneshot::channel();
    let (approve, approved) = oneshot::channel();

    let set = LocalSet::new();
    let balance = Rc::clone(&savings);
    let first = set.spawn_local(async move {
        let mut savings = balance.borrow_mut();
        asks.send(()).unwrap();
        approved.await.unwrap();
        *savings -= 10;
        println!("Worker: leaves {savings} in savings");
    });
    let second = set.spawn_local(async move {
        asked.await.unwrap();
        println!("Worker: borrows the balance");
        *savings.borrow_mut() -= 20;
        approve.send(()).unwrap();
    });
    set.await;
    first.await.unwrap();
    second.await.unwrap();
}
