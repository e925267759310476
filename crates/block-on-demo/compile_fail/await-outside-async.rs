//! A function that is not `async` awaits a future.
//!
//! When a future has to wait, `.await` returns control to the executor, which
//! continues the function later. The compiler can pause only the body of an `async
//! fn` or an `async` block. A plain `fn` runs to its end in one call.
//! Repair: drive the future with `block_on`, or await it in an `async fn`.

use futures::executor::block_on;

fn main() {
    println!("Main: the driven future returned {}", block_on(add(1, 2)));
    println!("Main: the awaited future returned {}", add(30, 40).await); //~ E0728
}

async fn add(a: u32, b: u32) -> u32 {
    println!("Adder: adds {a} and {b}");
    a + b
}
