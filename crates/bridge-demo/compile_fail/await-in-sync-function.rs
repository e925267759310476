//! A sync function awaits a future.
//!
//! `.await` may suspend the function that it stands in, and give the thread back to
//! the executor. Only an `async` function or block can be suspended. A sync function
//! keeps its thread until it returns.
//! Repair: make the function `async`, and its callers too; or call the `block_on` of a
//! runtime, but not on a thread that drives tasks.

fn main() {
    let sum = add(10);
    println!("Main: waits for the sum");
    println!("Main: receives {}", sum.await); //~ E0728
}

async fn add(limit: u32) -> u32 {
    (1..=limit).sum()
}
