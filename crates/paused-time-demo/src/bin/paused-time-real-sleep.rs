//! A test sleeps for real, and looks too early on a slow machine.
//!
//! The client needs 30 ms, so the test allows it 50 ms. But the machine is busy, as
//! machines that run tests are, and the client is not done. A longer sleep makes the
//! failure rarer, and every run slower.
//!
//! Pause the clock: `start_paused = true`. It does not move while a task runs, so no
//! stall is too long. Better still, await what the test waits for, here the client's
//! handle.
//!
//! ```text
//! cargo run -p paused-time-demo --bin paused-time-real-sleep
//! ```

use std::thread;
use std::time::Duration;

use tokio::{task, time};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let client = task::spawn(async {
        for wait in [10, 20] {
            // Simulates a busy machine, which stalls the program.
            thread::sleep(Duration::from_millis(100));
            time::sleep(Duration::from_millis(wait)).await;
        }
    });
    time::sleep(Duration::from_millis(50)).await;
    let state = if client.is_finished() { "done" } else { "busy" };
    println!("Test: finds the client {state}");
}
