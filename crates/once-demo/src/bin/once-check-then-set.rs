//! Three workers find the cell empty, and each of them makes the table.
//!
//! `get` and `set` are two steps, and another worker can come in between. Only the first
//! `set` fills the cell, so all workers see one table. But it was made three times, and
//! with it everything else that the initialiser does, such as opening a connection.
//!
//! Instead, call `get_or_init`: it runs one initialiser, and other callers wait for it.
//! If the initialiser is known from the start, use a `LazyLock`.
//!
//! ```text
//! cargo run -p once-demo --bin once-check-then-set
//! ```

use std::sync::{Barrier, OnceLock};
use std::thread;

static SQUARES: OnceLock<Vec<u64>> = OnceLock::new();

fn main() {
    let all_checked = Barrier::new(3);
    thread::scope(|scope| {
        for worker in 1..=3 {
            let all_checked = &all_checked;
            scope.spawn(move || {
                let is_empty = SQUARES.get().is_none();
                // Without the barrier this goes wrong only now and then.
                all_checked.wait();
                if is_empty {
                    // The error is a table that came too late.
                    let _ = SQUARES.set(make());
                }
                let squares = SQUARES.get().expect("one worker has set it");
                let last = squares[squares.len() - 1];
                println!("Worker {worker}: sees {last} at the end, table at {squares:p}");
            });
        }
    });
    let squares = SQUARES.get().expect("one worker has set it");
    println!("Main: the table is at {squares:p}");
}

fn make() -> Vec<u64> {
    println!("Initialiser: makes the table");
    (0..100).map(|n| n * n).collect()
}
