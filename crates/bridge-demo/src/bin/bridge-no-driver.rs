//! Sync code spawns a task on a runtime that nothing drives, and waits for it.
//!
//! A runtime of one thread has no thread of its own. It borrows the thread that calls
//! `block_on`, and its tasks run only during that call. `spawn` puts the task into a
//! queue, and returns. Main then blocks until the task sends the total, which it never
//! does.
//!
//! Call `block_on` with what you wait for: `runtime.block_on(total)`. Or build the
//! runtime with `new_multi_thread`, whose worker threads drive tasks at any time.
//!
//! It does not end by itself: stop it with Ctrl-C.
//!
//! ```text
//! cargo run -p bridge-demo --bin bridge-no-driver
//! ```

use tokio::runtime::Builder;
use tokio::sync::oneshot;

fn main() {
    let runtime = Builder::new_current_thread()
        .build()
        .expect("a runtime without drivers should need nothing of the system");
    let (reply, total) = oneshot::channel();
    runtime.spawn(async move {
        println!("Adder: adds the numbers");
        let sum: u32 = (1..=10).sum();
        reply.send(sum).unwrap();
    });
    println!("Main: has spawned a task, and goes on");
    println!("Main: receives {}", total.blocking_recv().unwrap());
}
