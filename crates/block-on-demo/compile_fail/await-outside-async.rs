//! A function that is not `async` awaits a future.
//!
//! To await is to return to whoever drives the future, and to be called again later. Only
//! the body of an `async fn` or `async` block is made for that; a plain `fn` returns once.
//! Repair: drive the future by `block_on`, or await it in an `async fn`.

use futures::executor::block_on;

fn main() {
    println!("Main: the driven future returned {}", block_on(add(1, 2)));
    println!("Main: the awaited future returned {}", add(30, 40).await); //~ E0728
}

async fn add(a: u32, b: u32) -> u32 {
    println!("Adder: adds {a} and {b}");
    a + b
}
