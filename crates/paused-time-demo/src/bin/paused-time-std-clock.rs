//! Code under test reads the clock of `std`, which is not paused.
//!
//! The test waits 5 s of simulated time, but `std::time::Instant` measures real time,
//! and hardly any has passed. A cache that measures the age of its entries so would
//! never drop one in this test. Blocking calls such as `thread::sleep` do not move
//! the paused clock either.
//!
//! Use `tokio::time::Instant` in code that waits by Tokio. While the clock is not
//! paused, it follows the clock of `std`.
//!
//! ```text
//! cargo run -p paused-time-demo --bin paused-time-std-clock
//! ```

use std::time::{Duration, Instant};

use tokio::time;

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let begun = Instant::now();
    time::sleep(Duration::from_secs(5)).await;
    let waited = begun.elapsed().as_millis();
    println!("Test: has waited {waited} ms of simulated time");
}
