//! Main collects a stream that never ends, and never gets its collection.
//!
//! `collect` returns when the stream has ended. A feed, an interval or a list of
//! incoming connections stays open: `next` then waits for an item that may come
//! later. `count`, `fold` and `for_each` wait for the end, too. If items keep
//! coming, `collect` also uses more and more memory.
//!
//! Handle each item as it comes, with `while let Some(update) = feed.next().await`,
//! or say where to end, with `take(3)` or `take_until(stop)`.
//!
//! It does not end by itself: stop it with Ctrl-C.
//!
//! ```text
//! cargo run -p stream-demo --bin stream-endless-collect
//! ```

use futures::StreamExt;
use futures::executor::block_on;
use futures::stream;

fn main() {
    block_on(async {
        // Simulates a feed that stays open after three updates.
        let feed = stream::iter(1..=3)
            .chain(stream::pending())
            .inspect(|update| println!("Feed: sends update {update}"));

        println!("Main: collects the updates");
        let updates: Vec<u32> = feed.collect().await;
        println!("Main: has collected {} updates", updates.len());
    });
}
