//! Send and Sync: what may go to another thread, and what may be shared.
//!
//! A type is `Send` if its values may move to another thread, and `Sync` if
//! several threads may hold a `&T` to one value. The compiler works both out
//! from a type's fields; `thread::spawn` demands `Send` of everything that its
//! closure takes along. That is how safe Rust rules out the data race: the
//! program that has one does not compile.
//!
//! ```text
//! cargo run -p send-sync-demo
//! ```
//!
//! What to look for:
//!
//! - The table. A wrong row would not compile, so each line is a proof.
//! - `Arc<Cell<u64>>`: `Arc` protects its count, not what it holds. It takes a
//!   `Mutex` to make what is only `Send` fit to be shared.
//! - Three repairs of a `Send` error, one answer: `Arc` to share what is only
//!   read, `Mutex` (or `RwLock`) to share what is written, and a channel to
//!   share nothing.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, RwLock};
use std::thread;

/// Compiles only if a `T` may move to another thread.
fn assert_send<T: Send>() {}

// No bound says "not `Send`", but ambiguity does: a type that is `Send` has two
// implementations of `NotSend<_>`, and the compiler refuses to choose.
trait NotSend<Choice> {
    fn assert() {}
}
impl<T> NotSend<u8> for T {}
impl<T: Send> NotSend<u16> for T {}

/// Proves a row of the table at compile time, and prints it at run time.
///
/// What it asks of `&T` is the definition: `T` is `Sync` if `&T` is `Send`.
macro_rules! row {
    ($type:ty: Send + Sync) => {
        assert_send::<$type>();
        assert_send::<&$type>();
        println!("Compiler: {} is Send and Sync", stringify!($type));
    };
    ($type:ty: Send) => {
        assert_send::<$type>();
        <&$type as NotSend<_>>::assert();
        println!("Compiler: {} is Send, not Sync", stringify!($type));
    };
    ($type:ty: Sync) => {
        <$type as NotSend<_>>::assert();
        assert_send::<&$type>();
        println!("Compiler: {} is Sync, not Send", stringify!($type));
    };
    ($type:ty: neither) => {
        <$type as NotSend<_>>::assert();
        <&$type as NotSend<_>>::assert();
        println!("Compiler: {} is neither Send nor Sync", stringify!($type));
    };
}

fn main() {
    row!(u64: Send + Sync);
    row!(Cell<u64>: Send); // Its `set` takes `&self`, and no lock.
    row!(&Cell<u64>: neither); // Two threads could `set` at once through it.
    row!(Rc<u64>: neither); // Clones share a count that is a plain integer.
    row!(Arc<u64>: Send + Sync); // The same with an atomic count.
    row!(Arc<Cell<u64>>: neither); // The count is safe, the `Cell` is not.
    row!(Mutex<Cell<u64>>: Send + Sync); // One thread at a time gets inside.
    row!(RwLock<Cell<u64>>: Send); // Readers get inside together.
    row!(Mutex<Rc<u64>>: neither); // Clones outside the lock share the count.
    row!(MutexGuard<u64>: Sync); // The thread that locked must unlock.
    row!(Sender<u64>: Send + Sync); // Any number of threads may send.
    row!(Receiver<u64>: Send); // Only one at a time may receive.

    let numbers: Vec<u64> = (1..=100).collect();
    println!("Main: Arc gives {}", with_arc(numbers.clone()));
    println!("Main: Mutex gives {}", with_mutex(&numbers));
    println!("Main: channel gives {}", with_channel(numbers));
}

/// The threads share what they only read. An `Rc` would not be `Send`.
fn with_arc(numbers: Vec<u64>) -> u64 {
    let numbers = Arc::new(numbers);
    let workers = [(1, 0..50), (2, 50..100)].map(|(worker, half)| {
        let numbers = Arc::clone(&numbers);
        thread::spawn(move || {
            let sum: u64 = numbers[half].iter().sum();
            println!("Arc worker {worker}: its half makes {sum}");
            sum
        })
    });
    workers.map(|worker| worker.join().unwrap()).iter().sum()
}

/// The threads share what they write. A `&Cell` would not be `Send`.
fn with_mutex(numbers: &[u64]) -> u64 {
    let total = Mutex::new(0);
    thread::scope(|scope| {
        for (worker, half) in [(1, &numbers[..50]), (2, &numbers[50..])] {
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

/// The threads share nothing: their input moves in, and their result moves out.
fn with_channel(mut lower: Vec<u64>) -> u64 {
    let upper = lower.split_off(50);
    let (sender, receiver) = mpsc::channel();
    for (worker, half) in [(1, lower), (2, upper)] {
        let sender = sender.clone();
        thread::spawn(move || {
            let sum: u64 = half.iter().sum();
            println!("Channel worker {worker}: sends {sum}");
            sender.send((worker, sum)).unwrap();
        });
    }
    // The loop below ends when no sender is left, and this one is a sender too.
    drop(sender);

    let mut total = 0;
    for (worker, sum) in receiver {
        println!("Channel owner: receives {sum} from worker {worker}");
        total += sum;
    }
    total
}
