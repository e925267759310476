//! A reader asks for the write lock while it holds a read guard.
//!
//! `write` waits until no reader is inside, but this reader is: on Linux it waits for
//! itself forever. The standard library promises only that it does not get in: on other
//! systems `write` may panic instead. The guard is easy to overlook: it is a temporary
//! value, and `match` holds it in all its arms. A second `read` is no better, because a
//! writer that waits in between may keep it out.
//!
//! Instead, let a statement of its own drop the read guard, then ask for the write
//! lock, and look again, as `price` in the example does.
//!
//! ```text
//! cargo run -p rwlock-demo --bin rwlock-upgrade
//! ```
//!
//! On Linux it does not end by itself: stop it with Ctrl-C.

use std::collections::BTreeMap;
use std::sync::RwLock;

fn main() {
    let cache = RwLock::new(BTreeMap::new());
    println!("Reader 1: tea costs {}", price(&cache, "tea"));
}

fn price(cache: &RwLock<BTreeMap<&'static str, u32>>, item: &'static str) -> u32 {
    match cache.read().unwrap().get(item) {
        Some(&price) => price,
        None => {
            println!("Reader 1: missed {item}");
            let mut prices = cache.write().unwrap();
            println!("Reader 1: loads {item}");
            *prices.entry(item).or_insert(314)
        }
    }
}
