//! RwLock: many readers at once, or one writer alone.
//!
//! Reading changes nothing, so readers need not wait for each other. An
//! `RwLock` lets any number of them in together, and a writer in alone. That
//! pays for a value that is read often, for some time, and seldom written, such
//! as a cache; for short visits a `Mutex` is often faster.
//!
//! ```text
//! cargo run -p rwlock-demo
//! ```
//!
//! What to look for:
//!
//! - All three readers are inside at once: each waits there for the others.
//! - While the writer is inside, no reader is.
//! - Coffee costs twice as much as tea. Between the writer's two assignments it
//!   does not, and no reader ever sees that.
//!
//! The programs in `src/bin` show how it goes wrong.

use std::fmt;
use std::sync::{Barrier, RwLock};
use std::thread;
use std::time::Duration;

const READERS: usize = 3;

/// What the cache holds, in cents.
struct Prices {
    tea: u32,
    coffee: u32,
}

impl fmt::Display for Prices {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "tea {}, coffee {}", self.tea, self.coffee)
    }
}

fn main() {
    let cache = RwLock::new(Prices {
        tea: 150,
        coffee: 300,
    });
    let meeting = Barrier::new(READERS + 1);

    thread::scope(|scope| {
        for reader in 1..=READERS {
            let (cache, meeting) = (&cache, &meeting);
            scope.spawn(move || {
                for visit in 1..=3 {
                    let prices = cache.read().unwrap();
                    println!("Reader {reader}: starts visit {visit}");
                    if visit == 1 {
                        println!("Reader {reader}: waits inside for the others");
                        meeting.wait();
                    }
                    // Stands for work with prices that must not change meanwhile.
                    thread::sleep(Duration::from_millis(2));
                    println!("Reader {reader}: ends visit {visit}, {prices}");
                }
            });
        }

        scope.spawn(|| {
            // The writer must not even ask for the lock before all readers are
            // inside. A waiting writer may keep new readers out, and those who
            // are in would wait for them for ever.
            meeting.wait();

            let mut prices = cache.write().unwrap();
            println!("Writer: starts writing");
            prices.tea += 10;
            // The worst moment for a reader to look.
            thread::yield_now();
            prices.coffee += 20;
            println!("Writer: ends writing, {prices}");
        });
    });

    println!("Main: in the end, {}", cache.into_inner().unwrap());
}
