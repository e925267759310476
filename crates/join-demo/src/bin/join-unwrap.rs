//! An `unwrap` after `join` lets one packer's panic bring main down.
//!
//! `join` hands over the panic as an `Err`, and `unwrap` turns that into a panic
//! of main. So main joins nobody after packer 1: what packer 2 returns is lost,
//! and the process may even end in the middle of its work. Nor does main's own
//! report tell the reason: the payload can be of any type, and so `unwrap`
//! prints no more of it than `Any { .. }`.
//!
//! Let `unwrap` stand where nothing is left to do if the thread has failed.
//! Elsewhere `match` on what `join` returns, as the demo does. To fail only when
//! all have been joined, keep the payload, and pass it on with
//! `panic::resume_unwind`.
//!
//! ```text
//! cargo run -p join-demo --bin join-unwrap
//! ```

use std::io;
use std::sync::{Arc, Barrier};
use std::thread;

fn main() -> io::Result<()> {
    // Main's end could cut packer 2's line in half. So nobody packs before both
    // have printed theirs.
    let asked = Arc::new(Barrier::new(2));
    let mut packers = Vec::new();
    for (packer, wanted) in (1..).zip([60, 8]) {
        let asked = Arc::clone(&asked);
        let handle = thread::Builder::new()
            .name(format!("Packer {packer}"))
            .spawn(move || {
                println!("Packer {packer}: is asked for {wanted}");
                asked.wait();
                pack(wanted)
            })?;
        packers.push((packer, handle));
    }

    for (packer, handle) in packers {
        let left = handle.join().unwrap();
        println!("Main: packer {packer} returned {left}");
    }
    println!("Main: goes on");
    Ok(())
}

/// Takes what is wanted out of a full stock, and returns what is left.
fn pack(wanted: u32) -> u32 {
    let stock = 50;
    assert!(wanted <= stock, "{wanted} are wanted, {stock} are there");
    stock - wanted
}
