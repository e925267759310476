//! LocalSet: tasks that stay on one thread may share an `Rc`.
//!
//! `task::spawn` requires `Send` of a task, even if the runtime has only one thread. A
//! `LocalSet` has tasks of its own. They run on the thread that awaits the set. They
//! need not be `Send`, so they can share an `Rc` without a lock. Only an `.await` lets
//! another task of the set run. So no task sees a change half done, if the change has
//! no `.await` in it.
//!
//! ```text
//! cargo run -p local-set-demo
//! ```
//!
//! What to look for:
//!
//! - Each transfer changes two accounts, one after the other. The reader finds 100 in
//!   both together, whenever it runs.
//! - The orders come from another thread, through a channel: an order is `Send`. The
//!   accounts are not, and all tasks that use them run on main's thread.
//! - Main awaits the set, which ends when all its tasks have ended. By then each has
//!   dropped its `Rc`.
//!
//! The programs in `src/bin` show how it goes wrong. `send-sync-demo` shows
//! why an `Rc` must not go to another thread.

use std::cell::Cell;
use std::rc::Rc;
use std::thread::{self, ThreadId};

use tokio::sync::mpsc;
use tokio::task::{self, LocalSet};

/// Two accounts. A `Cell` is changed through `&self`, and only on one thread.
struct Accounts {
    savings: Cell<u32>,
    current: Cell<u32>,
}

impl Accounts {
    /// Returns what is left, or `None` if there is too little. No other task runs
    /// between the two changes, because there is no `.await` between them.
    fn transfer(&self, amount: u32) -> Option<u32> {
        let left = self.savings.get().checked_sub(amount)?;
        self.savings.set(left);
        self.current.set(self.current.get() + amount);
        Some(left)
    }

    fn total(&self) -> u32 {
        self.savings.get() + self.current.get()
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let accounts = Rc::new(Accounts {
        savings: Cell::new(100),
        current: Cell::new(0),
    });
    let (orders, inbox) = mpsc::channel(1);
    let client = thread::spawn(move || {
        for amount in [10, 20, 30] {
            println!("Client: orders a transfer of {amount}");
            orders.blocking_send(amount).unwrap();
        }
    });

    let set = LocalSet::new();
    set.spawn_local(serve(Rc::clone(&accounts), inbox, thread::current().id()));
    set.await;
    client.join().unwrap();

    let owners = Rc::strong_count(&accounts);
    println!(
        "Main: finds {} in savings, and {owners} owner",
        accounts.savings.get()
    );
}

/// Starts a worker and a reader for each order.
async fn serve(accounts: Rc<Accounts>, mut inbox: mpsc::Receiver<u32>, main: ThreadId) {
    while let Some(amount) = inbox.recv().await {
        // This function spawns into the set that runs the server.
        task::spawn_local(work(amount, Rc::clone(&accounts), main));
        task::spawn_local(read(Rc::clone(&accounts)));
    }
}

async fn work(amount: u32, accounts: Rc<Accounts>, main: ThreadId) {
    let same = thread::current().id() == main;
    let place = if same { "main's" } else { "another" };
    println!("Worker {amount}: takes the order on {place} thread");
    // Simulates the wait for an approval. Other tasks run meanwhile.
    task::yield_now().await;
    match accounts.transfer(amount) {
        Some(left) => println!("Worker {amount}: makes the transfer, and leaves {left}"),
        None => println!("Worker {amount}: refuses the transfer"),
    }
}

async fn read(accounts: Rc<Accounts>) {
    println!("Reader: finds {} in both accounts", accounts.total());
}
