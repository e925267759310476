//! Join: a thread's return value, or its panic.
//!
//! A spawned thread's panic ends that thread, not the program. `join` tells what
//! became of a thread: `Ok` with the value that it returned, or `Err` with the
//! payload of its panic. Whoever joins decides what a panic means: to go on, as
//! here, or to pass it on with `unwrap`.
//!
//! ```text
//! cargo run -p join-demo
//! ```
//!
//! What to look for:
//!
//! - The value 42, made in the first packer's thread, arrives in main.
//! - The other two panic. The reports on standard error name their threads, and
//!   main reads the same messages out of the payloads.
//! - The packers start in any order, and main joins them in its own.
//! - Main outlives both panics, and the program exits with success.
//!
//! The programs in `src/bin` show how it goes wrong.

use std::any::Any;
use std::io;
use std::thread;

fn main() -> io::Result<()> {
    let mut packers = Vec::new();
    for (packer, wanted) in (1..).zip([8, 0, 60]) {
        // A builder can name the thread, and the report of a panic shows the
        // name. Its `spawn` returns an error where `thread::spawn` panics.
        let handle = thread::Builder::new()
            .name(format!("Packer {packer}"))
            .spawn(move || {
                println!("Packer {packer}: is asked for {wanted}");
                pack(wanted)
            })?;
        packers.push((packer, handle));
    }

    for (packer, handle) in packers {
        match handle.join() {
            Ok(left) => println!("Main: packer {packer} returned {left}"),
            // Mind the `*`: `&payload` compiles too, but then the `Any` is the
            // box itself, and no text is ever found in it.
            Err(payload) => {
                println!("Main: packer {packer} panicked: {}", message(&*payload));
            }
        }
    }
    println!("Main: goes on");
    Ok(())
}

/// Takes what is wanted out of a full stock, and returns what is left.
fn pack(wanted: u32) -> u32 {
    let stock = 50;
    assert!(wanted > 0, "nothing is wanted");
    assert!(wanted <= stock, "{wanted} are wanted, {stock} are there");
    stock - wanted
}

/// Reads the message out of a panic's payload.
fn message(payload: &(dyn Any + Send)) -> &str {
    // A plain literal arrives as a `&str`, a formatted message as a `String`.
    // `panic_any` can leave a value of any other type.
    if let Some(text) = payload.downcast_ref::<&str>() {
        text
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text
    } else {
        "no message"
    }
}
