//! A sync function calls `block_on`, and an async function calls that function.
//!
//! `block_on` blocks the thread until the future has ended. On a thread that drives
//! tasks, it would keep the other tasks waiting, and perhaps the one that it needs.
//! Tokio notices, and panics. The mistake hides well: `total` is a plain function, so
//! nothing at its call says that it blocks. A `block_on` of another crate does not
//! notice: `tokio-nested-block-on` in `tokio-demo` hangs.
//!
//! Make `total` an `async` function, and `.await` in it. If it must remain sync, call
//! it in `spawn_blocking`, whose thread may block.
//!
//! ```text
//! cargo run -p bridge-demo --bin bridge-block-on-in-task
//! ```

use tokio::runtime::Handle;
use tokio::task;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    println!("Main: asks for the total");
    println!("Main: receives {}", total());
}

/// For callers that cannot `.await`.
fn total() -> u32 {
    Handle::current().block_on(async {
        task::yield_now().await;
        (1..=10).sum()
    })
}
