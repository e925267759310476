//! Send and Sync: what may go to another thread, and what may be shared.
//!
//! A type is `Send` if its values may move to another thread, and `Sync` if several
//! threads may use one value through `&T` at the same time. The compiler derives both
//! from a type's fields, unless the type itself states them, as `Rc` and `Mutex` do.
//! `thread::spawn` requires `Send` of everything that its closure captures. This is how
//! safe Rust rules out data races: a program that could have one does not compile.
//!
//! ```text
//! cargo run -p send-sync-demo
//! ```
//!
//! What to look for:
//!
//! - The table shows what the compiler derives. Add a row for a type of your own.
//! - `Arc<Cell<u64>>` is neither: an `Arc` makes its count safe to share, but not the
//!   value in it. A `Mutex` makes a value that is only `Send` safe to share.
//! - Three repairs of a `Send` error give the same answer. Use `Arc` to share a value
//!   that is only read, and `Mutex` (or `RwLock`) for one that is written. With a
//!   channel, the threads share no value at all.

use std::cell::Cell;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, RwLock};
use std::thread;

// Code cannot test whether a type is `Send`, but it can see which of two constants the
// compiler picks: it prefers the one in `impl Probe`, which exists only if `T` is
// `Send`. This works for concrete types, not for a generic `T`.
struct Probe<T>(PhantomData<T>);
impl<T: Send> Probe<T> {
    const IS_SEND: bool = true;
}
trait Otherwise {
    const IS_SEND: bool = false;
}
impl<T> Otherwise for Probe<T> {}

/// Prints a row of the table. By definition, `T` is `Sync` if `&T` is `Send`.
macro_rules! row {
    ($type:ty) => {
        let verdict = match (Probe::<$type>::IS_SEND, Probe::<&$type>::IS_SEND) {
            (true, true) => "Send and Sync",
            (true, false) => "Send, not Sync",
            (false, true) => "Sync, not Send",
            (false, false) => "neither Send nor Sync",
        };
        println!("Compiler: {} is {verdict}", stringify!($type));
    };
}

fn main() {
    row!(u64);
    row!(Cell<u64>); // Its `set` takes `&self`, and does not lock.
    row!(&Cell<u64>); // Two threads could call `set` through it at the same time.
    row!(Rc<u64>); // Its clones share a count that is a plain integer.
    row!(Arc<u64>); // Its clones share an atomic count.
    row!(Arc<Cell<u64>>); // The atomic count does not protect the `Cell`.
    row!(Mutex<Cell<u64>>); // Only one thread at a time can reach the `Cell`.
    row!(RwLock<Cell<u64>>); // Several readers can reach the `Cell` together.
    row!(Mutex<Rc<u64>>); // A clone outside the lock would still share the count.
    row!(MutexGuard<u64>); // Some systems let only the locking thread unlock.
    row!(Sender<u64>); // Several threads may send through one sender.
    row!(Receiver<u64>); // Only one thread at a time may receive.

    let numbers: Vec<u64> = (1..=100).collect();
    println!("Main: Arc gives {}", with_arc(numbers.clone()));
    println!("Main: Mutex gives {}", with_mutex(&numbers));
    println!("Main: channel gives {}", with_channel(numbers));
}

/// The threads share a value that they only read. An `Rc` would not be `Send`.
fn with_arc(numbers: Vec<u64>) -> u64 {
    let middle = numbers.len() / 2;
    let numbers = Arc::new(numbers);
    let workers = [(1, 0..middle), (2, middle..numbers.len())].map(|(worker, half)| {
        let numbers = Arc::clone(&numbers);
        thread::spawn(move || {
            let sum: u64 = numbers[half].iter().sum();
            println!("Arc worker {worker}: its half makes {sum}");
            sum
        })
    });
    workers.map(|worker| worker.join().unwrap()).iter().sum()
}

/// The threads share a value that they write. A `&Cell` would not be `Send`.
fn with_mutex(numbers: &[u64]) -> u64 {
    let (lower, upper) = numbers.split_at(numbers.len() / 2);
    let total = Mutex::new(0);
    thread::scope(|scope| {
        for (worker, half) in [(1, lower), (2, upper)] {
            let total = &total;
            scope.spawn(move || {
                let sum: u64 = half.iter().sum();
                let mut total = total.lock().unwrap();
                *total += sum;
                println!("Mutex worker {worker}: adds {sum}, which makes {total}");
            });
        }
    });
    total.into_inner().unwrap()
}

/// The threads share no value: their input moves in, and their result moves out.
fn with_channel(mut lower: Vec<u64>) -> u64 {
    let upper = lower.split_off(lower.len() / 2);
    let (sender, receiver) = mpsc::channel();
    // If a worker panics, the scope panics too, so no sum can be missing unnoticed.
    thread::scope(|scope| {
        for (worker, half) in [(1, lower), (2, upper)] {
            let sender = sender.clone();
            scope.spawn(move || {
                let sum: u64 = half.iter().sum();
                println!("Channel worker {worker}: sends {sum}");
                sender.send(sum).unwrap();
            });
        }
        // The iterator below ends when the last sender is dropped. This one would
        // otherwise keep it waiting.
        drop(sender);
        receiver.iter().sum()
    })
}
