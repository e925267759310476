//! An `unwrap` after `join` lets one worker's panic bring main down.
//!
//! `join` returns the worker's panic as an `Err`, and `unwrap` turns that `Err` into a
//! panic of main. So main never joins worker 2: its result is lost, and the end of the
//! process may cut its work off. Main's own report does not name the reason either: a
//! payload can have any type, so `unwrap` prints only `Any { .. }`.
//!
//! Use `unwrap` only where main has nothing left to do if the thread has failed.
//! Elsewhere, `match` on the result of `join`, as the demo does. To fail only after
//! all workers have been joined, keep the payload, and pass it to
//! `panic::resume_unwind`.
//!
//! ```text
//! cargo run -p join-demo --bin join-unwrap
//! ```

use std::io;
use std::sync::{Arc, Barrier};
use std::thread;

fn main() -> io::Result<()> {
    // The end of the process could cut worker 2's line off. So no worker goes on before
    // both have printed their line.
    let both_asked = Arc::new(Barrier::new(2));
    let mut workers = Vec::new();
    for (worker, wanted) in (1..).zip([60, 8]) {
        let both_asked = Arc::clone(&both_asked);
        let handle = thread::Builder::new()
            .name(format!("Worker {worker}"))
            .spawn(move || {
                println!("Worker {worker}: is asked for {wanted}");
                both_asked.wait();
                take_from_stock(wanted)
            })?;
        workers.push((worker, handle));
    }

    for (worker, handle) in workers {
        let left = handle.join().unwrap();
        println!("Main: worker {worker} returned {left}");
    }
    println!("Main: goes on");
    Ok(())
}

/// Takes `wanted` items from a stock of 50, and returns how many are left.
fn take_from_stock(wanted: u32) -> u32 {
    let stock = 50;
    assert!(wanted <= stock, "{wanted} are wanted, {stock} are there");
    stock - wanted
}
