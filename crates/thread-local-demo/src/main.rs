//! Thread-local variables: each thread has a value of its own.
//!
//! A `static` in `thread_local!` is as easy to reach as a global variable, but each
//! thread sees its own value. So it needs no lock and no atomic, and a `Cell` is
//! enough. That suits counters, caches and random generators, which a function deep
//! down can use without a parameter. The value is made when its thread first uses it,
//! and dropped when its thread ends.
//!
//! ```text
//! cargo run -p thread-local-demo
//! ```
//!
//! What to look for:
//!
//! - Three workers and main count in the same variable, and none sees another's count.
//! - Worker 4 never uses the variable, so no value is made for it. Main is the fourth
//!   thread that has one.
//! - The destructor adds the count of its thread to the total. The total is complete
//!   once main has joined the workers: `join` waits for the destructors too.
//! - The value of main still exists. It is dropped when main ends, but not on all
//!   systems: rely on no destructor of the main thread.
//!
//! The programs in `src/bin` show how it goes wrong. The end of a `thread::scope` does
//! not wait for the destructors, as `scope-thread-local` in `scope-demo` shows.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

static MADE: AtomicUsize = AtomicUsize::new(0);
static DROPPED: AtomicUsize = AtomicUsize::new(0);
static TOTAL: AtomicUsize = AtomicUsize::new(0);

struct Tally {
    count: Cell<usize>,
}

impl Tally {
    fn new() -> Self {
        MADE.fetch_add(1, Ordering::Relaxed);
        let count = Cell::new(0);
        Self { count }
    }
}

impl Drop for Tally {
    // A panic in the destructor of a thread-local value aborts the program.
    fn drop(&mut self) {
        TOTAL.fetch_add(self.count.get(), Ordering::Relaxed);
        DROPPED.fetch_add(1, Ordering::Relaxed);
    }
}

thread_local! {
    static TALLY: Tally = Tally::new();
}

fn count() {
    TALLY.with(|tally| tally.count.set(tally.count.get() + 1));
}

fn counted() -> usize {
    TALLY.with(|tally| tally.count.get())
}

fn main() {
    count();
    println!("Main: counted {} before the workers", counted());

    thread::scope(|scope| {
        let workers = [1, 2, 3].map(|worker| {
            scope.spawn(move || {
                println!("Worker {worker}: starts at {}", counted());
                for _ in 0..10 * worker {
                    count();
                }
                println!("Worker {worker}: counted {}", counted());
            })
        });
        let idle = scope.spawn(|| println!("Worker 4: has nothing to count"));

        // The end of the scope waits for the closures, but not for the destructors.
        for worker in workers {
            worker.join().unwrap();
        }
        idle.join().unwrap();
    });

    let [made, dropped, total] =
        [&MADE, &DROPPED, &TOTAL].map(|number| number.load(Ordering::Relaxed));
    println!("Main: {made} tallies made, {dropped} dropped, total {total}");
    println!("Main: counted {} after the workers", counted());
}
