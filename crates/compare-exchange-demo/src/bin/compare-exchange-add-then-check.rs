//! Workers add first and check later, and the counter passes the limit.
//!
//! No two calls seem to get the same id, so this looks right, and it passes a short test.
//! But a refused call adds too. The counter runs past the limit, and at the end of its
//! type `fetch_add` wraps around, in a debug build as well. Then the first ids are handed
//! out again. Here the counter has 8 bits, and looper 3 gets an id because it asks
//! often enough. With 32 bits that takes four billion calls: a day at 50,000 a second.
//!
//! Instead, check and add in one step: `fetch_update`, called `try_update` from Rust 1.95
//! on, or a loop of `compare_exchange`. A `fetch_sub` after the refusal is no repair: in
//! between the counter is past the limit, and with enough threads at once it can still
//! wrap.
//!
//! ```text
//! cargo run -p compare-exchange-demo --bin compare-exchange-add-then-check
//! ```

use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;

const LIMIT: u8 = 4;

fn main() {
    let next = AtomicU8::new(0);
    thread::scope(|scope| {
        for worker in 1..=2 {
            let next = &next;
            scope.spawn(move || {
                let mut own = 0;
                while let Some(id) = take(next) {
                    println!("Looper {worker}: takes id {id}");
                    own += 1;
                }
                println!("Looper {worker}: finds no id left, has taken {own}");
            });
        }
    });

    // No id is left, but looper 3 does not give up.
    let mut refused = 0;
    let id = loop {
        match take(&next) {
            Some(id) => break id,
            None => refused += 1,
        }
    };
    println!("Looper 3: was refused {refused} times");
    println!("Looper 3: takes id {id}");
    println!(
        "Main: the counter is {} after the Loopers",
        next.into_inner()
    );
}

fn take(next: &AtomicU8) -> Option<u8> {
    let id = next.fetch_add(1, Ordering::Relaxed);
    (id < LIMIT).then_some(id)
}
