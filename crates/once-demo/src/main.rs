//! Once: a value that is made when it is first needed, and only once.
//!
//! The compiler has to know the first value of a `static`. For a value that is computed
//! at run time there are two types. A `LazyLock` has its initialiser from the start, and
//! the first access runs it. A `OnceLock` is empty until a thread fills it. If several
//! threads come at once, one of them initialises, and the others wait for it. From then
//! on all threads share the value by reference, and none waits for a lock.
//!
//! ```text
//! cargo run -p once-demo
//! ```
//!
//! What to look for:
//!
//! - Three workers use the table, but the initialiser runs once. All see the table at
//!   the same address.
//! - Two workers set the leader. One of them succeeds. The other gets its value back, and
//!   finds the leader that the first one has set.
//! - The first attempt to make the settings panics. A `OnceLock` is then still empty, and
//!   the other worker tries again. A `LazyLock` would be poisoned for good, as
//!   `once-lazy-panics` in `src/bin` shows. The panic's report is part of the
//!   demonstration.
//!
//! The other programs in `src/bin` show further mistakes. Threads of a scope can share a
//! value that main has made before: see `scope-demo`. A value that changes later needs a
//! lock: see `mutex-demo`.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, OnceLock};
use std::thread;

/// Nothing runs before the first access.
static SQUARES: LazyLock<Vec<u64>> = LazyLock::new(|| {
    println!("Initialiser: makes the table");
    (0..100).map(|n| n * n).collect()
});

fn main() {
    table();
    leader();
    settings();
}

/// The first access runs the initialiser, whichever thread makes it.
fn table() {
    thread::scope(|scope| {
        for worker in 1..=3 {
            scope.spawn(move || {
                let squares: &Vec<u64> = &SQUARES;
                let last = squares[squares.len() - 1];
                println!("Worker {worker}: sees {last} at the end, table at {squares:p}");
            });
        }
    });
    println!("Main: the table is at {:p}", &*SQUARES);
}

/// The value comes from the thread that sets it, and the first one wins.
fn leader() {
    let leader = OnceLock::new();
    thread::scope(|scope| {
        for worker in 1..=2 {
            let leader = &leader;
            scope.spawn(move || match leader.set(worker) {
                Ok(()) => println!("Worker {worker}: is the leader"),
                Err(back) => {
                    // `set` returns only when the cell has a value.
                    let leader = leader.get().expect("the other worker has set it");
                    println!("Worker {worker}: gets {back} back, follows {leader}");
                }
            });
        }
    });
    // `get` never waits. Here the value is there: both workers have called `set`.
    println!("Main: the leader is {:?}", leader.get());
}

/// An initialiser that panics has made nothing, and the next one tries again.
fn settings() {
    let settings = OnceLock::new();
    let attempts = AtomicU32::new(0);
    let make = || {
        // Relaxed: the number says nothing about other memory.
        let attempt = attempts.fetch_add(1, Ordering::Relaxed) + 1;
        println!("Initialiser: makes the settings, attempt {attempt}");
        assert!(attempt > 1, "attempt {attempt} has failed");
        attempt
    };

    thread::scope(|scope| {
        let workers = [1, 2].map(|worker| {
            let (settings, make) = (&settings, &make);
            let handle = scope.spawn(move || {
                let attempt = settings.get_or_init(make);
                println!("Worker {worker}: has the settings of attempt {attempt}");
            });
            (worker, handle)
        });
        for (worker, handle) in workers {
            if handle.join().is_err() {
                println!("Main: worker {worker} has panicked");
            }
        }
    });
}
