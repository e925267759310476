//! Paused time: tests of code that waits, without waiting.
//!
//! A test that really sleeps is slow, and it fails on a machine that is slower than
//! its author's. Tokio can pause its clock. When every task waits, the clock jumps
//! to the next timer. A wait of hours takes next to no time, and times are exact to
//! the millisecond. A test asks for it by `#[tokio::test(start_paused = true)]`. It
//! needs the feature `test-util`, which belongs in the `dev-dependencies`.
//!
//! ```text
//! cargo run -p paused-time-demo
//! ```
//!
//! What to look for:
//!
//! - The client waits 1 s and then 2 s before it tries again, exactly.
//! - The rate limit keeps requests 100 ms apart, even after one that comes late.
//! - A late `interval` has three ways to go on. `Burst`, the default, makes up for
//!   missed ticks at once. `Delay` starts anew from the late tick. `Skip` drops what it
//!   has missed, and goes on at the old times.
//! - All that takes several seconds of simulated time, and a few milliseconds of real
//!   time. Only Tokio's clock is paused: `std::time::Instant` goes on.
//!
//! The programs in `src/bin` show how it goes wrong.

use std::time::Duration;

use tokio::task;
use tokio::time::{self, Instant, Interval, MissedTickBehavior};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let real = std::time::Instant::now();
    test_retry().await;
    test_rate_limit().await;
    compare_ticks(MissedTickBehavior::Burst).await;
    compare_ticks(MissedTickBehavior::Delay).await;
    compare_ticks(MissedTickBehavior::Skip).await;
    println!("Test: took {} ms of real time", real.elapsed().as_millis());
}

/// Makes a request up to four times, and waits twice as long each time.
async fn retry<T>(mut request: impl FnMut() -> Option<T>) -> Option<T> {
    for wait in [1, 2, 4] {
        if let Some(reply) = request() {
            return Some(reply);
        }
        time::sleep(Duration::from_secs(wait)).await;
    }
    request()
}

async fn test_retry() {
    let begun = Instant::now();
    let mut attempts = 0;
    let client = task::spawn(retry(move || {
        attempts += 1;
        println!(
            "Client: makes attempt {attempts} at {} ms",
            milliseconds(begun)
        );
        // Simulates a server that replies to the third attempt.
        (attempts == 3).then_some(attempts)
    }));
    time::sleep(Duration::from_secs(5)).await;
    let state = if client.is_finished() { "done" } else { "busy" };
    println!("Test: finds the client {state}");
    println!(
        "Test: has waited {} ms of simulated time",
        milliseconds(begun)
    );
}

/// Lets one request pass in each period. On a real clock, two may be up to 5 ms closer.
struct RateLimit(Interval);

impl RateLimit {
    /// Panics if `period` is zero, as `interval_at` does.
    fn new(period: Duration) -> RateLimit {
        let mut interval = time::interval_at(Instant::now() + period, period);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        RateLimit(interval)
    }

    async fn wait(&mut self) {
        self.0.tick().await;
    }
}

async fn test_rate_limit() {
    let mut limit = RateLimit::new(Duration::from_millis(100));
    let mut last = Instant::now();
    for request in 1..=5 {
        limit.wait().await;
        println!(
            "Client: sends request {request} after {} ms",
            milliseconds(last)
        );
        last = Instant::now();
        if request == 1 {
            // The second request comes late.
            time::sleep(Duration::from_millis(250)).await;
        }
    }
}

/// Ticks every 100 ms, but the task stalls after the first tick.
async fn compare_ticks(behavior: MissedTickBehavior) {
    let begun = Instant::now();
    let mut interval = time::interval(Duration::from_millis(100));
    interval.set_missed_tick_behavior(behavior);
    // The first tick comes at once.
    interval.tick().await;
    time::sleep(Duration::from_millis(250)).await;
    for _ in 2..=5 {
        interval.tick().await;
        println!("{behavior:?}: ticks at {} ms", milliseconds(begun));
    }
}

fn milliseconds(since: Instant) -> u128 {
    since.elapsed().as_millis()
}
