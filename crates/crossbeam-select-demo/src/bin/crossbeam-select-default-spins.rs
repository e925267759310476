//! A `select!` with a bare `default` never waits, and its loop keeps a core busy.
//!
//! `select!` runs a bare `default` at once if no channel is ready. So the loop goes
//! round as fast as it can, and takes processor time from the threads that have work to
//! do. The result is right in the end; only the number of rounds shows the mistake.
//!
//! Without `default`, `select!` blocks the thread until a channel is ready. With a
//! timeout, as in `default(Duration::from_millis(50))`, it blocks for at most that
//! time. A bare `default` is for a thread with other work to do between two looks.
//!
//! ```text
//! cargo run -p crossbeam-select-demo --bin crossbeam-select-default-spins
//! ```

use std::time::{Duration, Instant};

use crossbeam::channel;
use crossbeam::select;

fn main() {
    let messages = channel::never::<u32>();
    let start = Instant::now();
    let mut deadline = channel::never();

    let mut rounds = 0;
    loop {
        select! {
            recv(messages) -> _ => unreachable!("this channel has no sender"),
            recv(deadline) -> _ => break,
            default => {
                rounds += 1;
                // The time to the deadline starts late, so that the loop goes round many
                // times even if the machine stalls.
                if rounds == 1_000 {
                    deadline = channel::after(Duration::from_millis(170));
                }
            }
        }
    }
    let waited = start.elapsed().as_millis();
    println!("Main: gives up after {rounds} rounds and {waited} ms");
}
