//! A `select!` with a bare `default` never waits, and keeps a core busy with nothing.
//!
//! `default` is taken as soon as no channel is ready, which is to say: at once.
//! So the loop goes round as fast as it can, perhaps a million times, until the
//! deadline comes. All that time it takes a core from whoever has work to do.
//! It ends with the right result, and so nothing but the rounds tells.
//!
//! Leave `default` out, and `select!` sleeps until a channel is ready. Or say
//! for how long it may sleep, as in `default(Duration::from_millis(50))`. A bare
//! `default` is for a thread that has something else to do in the meantime.
//!
//! ```text
//! cargo run -p crossbeam-channel-demo --bin crossbeam-channel-default-spins
//! ```

use std::time::{Duration, Instant};

use crossbeam::channel;
use crossbeam::select;

fn main() {
    let messages = channel::never::<()>();
    let start = Instant::now();
    let deadline = channel::after(Duration::from_millis(170));

    let mut rounds = 0_u64;
    loop {
        select! {
            recv(messages) -> _ => unreachable!("nobody can send here"),
            recv(deadline) -> _ => break,
            // Too many to print a line in each.
            default => rounds += 1,
        }
    }
    let waited = start.elapsed().as_millis();
    println!("Main: gives up after {rounds} rounds and {waited} ms");
}
