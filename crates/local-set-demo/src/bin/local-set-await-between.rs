//! A task awaits between two changes, and another task on its thread sees the first.
//!
//! One thread rules out data races, but not race conditions. At its `.await`, the
//! worker has taken money from one account, and has not added it to the other. The
//! reader runs meanwhile, and misses it. The compiler does not notice: any other
//! task of the set may change a `Cell` at every `.await`.
//!
//! Make changes that belong together without an `.await` between them: await the
//! approval first. If that is impossible, hold a `tokio::sync::Mutex` from the first
//! change to the last.
//!
//! ```text
//! cargo run -p local-set-demo --bin local-set-await-between
//! ```

use std::cell::Cell;
use std::rc::Rc;

use tokio::sync::oneshot;
use tokio::task::LocalSet;

struct Accounts {
    savings: Cell<u32>,
    current: Cell<u32>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let accounts = Rc::new(Accounts {
        savings: Cell::new(100),
        current: Cell::new(0),
    });
    for amount in [10, 20, 30] {
        println!("Client: orders a transfer of {amount}");
        let (ask, asked) = oneshot::channel();
        let (approve, approved) = oneshot::channel();
        let set = LocalSet::new();
        let worker = Rc::clone(&accounts);
        set.spawn_local(async move {
            let left = worker.savings.get() - amount;
            worker.savings.set(left);
            ask.send(()).unwrap();
            approved.await.unwrap();
            worker.current.set(worker.current.get() + amount);
            println!("Worker {amount}: makes the transfer, and leaves {left}");
        });
        let reader = Rc::clone(&accounts);
        set.spawn_local(async move {
            asked.await.unwrap();
            let total = reader.savings.get() + reader.current.get();
            println!("Reader: finds {total} in both accounts");
            approve.send(()).unwrap();
        });
        set.await;
    }

    let owners = Rc::strong_count(&accounts);
    println!(
        "Main: finds {} in savings, and {owners} owner",
        accounts.savings.get()
    );
}
