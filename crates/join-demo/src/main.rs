//! Join: a thread's return value, or its panic.
//!
//! `join` waits until a thread has ended, and returns how it ended: `Ok` with the value
//! that the thread returned, or `Err` with the payload of its panic. A panic in a
//! spawned thread ends only that thread, unless the program is built with
//! `panic = "abort"`: then the first panic ends the program. The caller of `join`
//! decides what a panic means: it can go on, as here, or pass the panic on.
//!
//! ```text
//! cargo run -p join-demo
//! ```
//!
//! What to look for:
//!
//! - The value 42, which worker 1 computed in its thread, arrives in main.
//! - Workers 2 and 3 panic. The reports on standard error name their threads, and main
//!   reads the same messages from the payloads.
//! - The workers start in any order, but main joins them in the order of its list.
//! - Main goes on after both panics, and the program exits with success, because main
//!   handles each `Err`.
//!
//! The program in `src/bin` shows how it goes wrong.

use std::any::Any;
use std::io;
use std::thread;

fn main() -> io::Result<()> {
    let mut workers = Vec::new();
    for (worker, wanted) in (1..).zip([8, 0, 60]) {
        // A builder can name the thread, and a panic's report shows that name. Its
        // `spawn` returns an error where `thread::spawn` would panic.
        let handle = thread::Builder::new()
            .name(format!("Worker {worker}"))
            .spawn(move || {
                println!("Worker {worker}: is asked for {wanted}");
                take_from_stock(wanted)
            })?;
        workers.push((worker, handle));
    }

    for (worker, handle) in workers {
        match handle.join() {
            Ok(left) => println!("Main: worker {worker} returned {left}"),
            // The `*` is needed: `&payload` compiles too, but then the `Any` is the
            // box itself, and `message` finds no text in it.
            Err(payload) => {
                println!("Main: worker {worker} panicked: {}", message(&*payload));
            }
        }
    }
    println!("Main: goes on");
    Ok(())
}

/// Takes `wanted` items from a stock of 50, and returns how many are left.
fn take_from_stock(wanted: u32) -> u32 {
    let stock = 50;
    assert!(wanted > 0, "nothing is wanted");
    assert!(wanted <= stock, "{wanted} are wanted, {stock} are there");
    stock - wanted
}

/// Reads the message from a panic's payload.
fn message(payload: &(dyn Any + Send)) -> &str {
    // Since edition 2021, `panic!` always leaves a `&str` or a `String`, and `assert!`
    // does as well. `panic_any` can leave a value of any other type.
    if let Some(text) = payload.downcast_ref::<&str>() {
        text
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text
    } else {
        "no message"
    }
}
