//! An executor keeps its flag in a `Cell`.
//!
//! A waker may be cloned, and the clones may be called on several threads at the same
//! time. So `Waker::from` requires that what it points to is `Send` and `Sync`, and a
//! `Cell` is not `Sync`.
//! Repair: use an `AtomicBool`, or a `Mutex` as the executor of `waker-demo` does.

use std::cell::Cell;
use std::sync::Arc;
use std::task::{Wake, Waker};

struct Signal {
    woken: Cell<bool>,
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.woken.set(true);
    }
}

fn main() {
    let signal = Arc::new(Signal { woken: Cell::new(false) });
    Arc::clone(&signal).wake();
    Waker::from(Arc::clone(&signal)).wake(); //~ E0277
    println!("Main: woken: {}", signal.woken.get());
}
