//! A future calls a function that uses `block_on`, and the program panics.
//!
//! `block_on` blocks the thread until its future ends. Inside another `block_on`, it
//! would block the thread that the outer one needs for all its futures. If the inner
//! future waited for one of those, the program would hang. So this executor panics
//! instead. The inner call is often hidden in a function that is not `async`, and that
//! function works wherever no executor runs.
//!
//! This executor refuses only its own kind, and so does Tokio's: neither notices the
//! other. `tokio-nested-block-on` of `tokio-demo` mixes them, and hangs. The `block_on`
//! of smol refuses nothing.
//!
//! Make that function `async`, and `.await` where it calls `block_on`. Keep `block_on`
//! for the one place where blocking code calls `async` code.
//!
//! ```text
//! cargo run -p block-on-demo --bin block-on-nested
//! ```

use futures::executor::block_on;
use std::thread;

fn main() {
    println!("Main: the driven future returned {}", sum(1, 2));
    block_on(async {
        println!("Main: calls the function again, inside a future");
        println!("Main: the driven future returned {}", sum(1, 2));
    });
}

/// For callers that cannot `.await`.
fn sum(a: u32, b: u32) -> u32 {
    block_on(add(a, b))
}

async fn add(a: u32, b: u32) -> u32 {
    let thread = thread::current();
    let name = thread.name().unwrap_or("unnamed");
    println!("Adder: adds {a} and {b} on thread {name}");
    a + b
}
