//! A function that a future calls drives a future of its own, and panics.
//!
//! `block_on` parks the thread until its future ends. Within another `block_on` it
//! would park the thread that the outer one drives all its futures on, and were the
//! inner future to wait for one of those, it would wait for ever. So this executor
//! refuses, and so does Tokio's. The inner call is seldom in plain sight: it hides
//! in a function that is not `async`, and that works wherever no executor runs.
//!
//! Make that function `async` as well, and `.await` where it calls `block_on`. Keep
//! `block_on` for the one place where the program goes from blocking to `async`.
//!
//! ```text
//! cargo run -p block-on-demo --bin block-on-nested
//! ```

use futures::executor::block_on;

fn main() {
    println!("Main: the driven future returned {}", sum(1, 2));
    block_on(async {
        println!("Main: asks for the sum once more, in a future");
        println!("Main: the driven future returned {}", sum(1, 2));
    });
}

/// For callers that cannot `.await`.
fn sum(a: u32, b: u32) -> u32 {
    block_on(add(a, b))
}

async fn add(a: u32, b: u32) -> u32 {
    println!("Adder: adds {a} and {b}");
    a + b
}
