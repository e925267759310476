//! After a stall, a rate limit lets requests pass at once, to make up for it.
//!
//! `interval` makes up for missed ticks by default: `MissedTickBehavior::Burst`. The
//! client pauses for two periods and a half, so the next two ticks come at once, and
//! the third too early. The average rate is right, but the limit is broken. A test
//! without a stall does not notice.
//!
//! Call `set_missed_tick_behavior(MissedTickBehavior::Delay)`, which counts the next
//! period from the late tick. Tokio does not call a tick missed if it is only a few
//! milliseconds late, so two ticks may still be that much closer. `Skip` is no limit:
//! its next tick comes at the old times, which may be too early.
//!
//! ```text
//! cargo run -p paused-time-demo --bin paused-time-burst
//! ```

use std::time::Duration;

use tokio::time::{self, Instant};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let period = Duration::from_millis(100);
    let mut limit = time::interval_at(Instant::now() + period, period);
    let mut last = Instant::now();
    for request in 1..=5 {
        limit.tick().await;
        let gap = last.elapsed().as_millis();
        println!("Client: sends request {request} after {gap} ms");
        last = Instant::now();
        if request == 1 {
            // The second request comes late.
            time::sleep(Duration::from_millis(250)).await;
        }
    }
}
