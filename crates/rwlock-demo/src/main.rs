//! RwLock: many readers at once, or one writer alone.
//!
//! Reading changes nothing, so readers need not wait for each other. An `RwLock` lets
//! in any number of readers together, or one writer alone. That pays off for a value
//! that is read often, for some time, and written seldom. This cache of prices is one.
//! For short visits a `Mutex` is often faster.
//!
//! ```text
//! cargo run -p rwlock-demo
//! ```
//!
//! What to look for:
//!
//! - Two readers may be inside at once: one starts before the other has found its
//!   price. While a reader holds the write lock to load a price, no other is inside.
//! - Each price is loaded once, although several readers may miss it at once. A read
//!   lock cannot become a write lock, so a reader unlocks in between, and then looks
//!   again: another reader may have been faster.
//!
//! The programs in `src/bin` show how it goes wrong.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};
use std::thread;
use std::time::Duration;

/// The prices that have been loaded so far, in cents.
type Cache = RwLock<BTreeMap<&'static str, u32>>;

fn main() {
    let cache = Cache::default();

    thread::scope(|scope| {
        for reader in 1..=3 {
            let cache = &cache;
            scope.spawn(move || {
                let mut sum = 0;
                for item in ["tea", "coffee", "tea"] {
                    sum += price(cache, reader, item);
                }
                println!("Reader {reader}: added up {sum}");
            });
        }
    });

    let prices = cache.read().unwrap_or_else(PoisonError::into_inner);
    println!("Main: the cache holds {} prices", prices.len());
}

/// Returns the price of an item, and loads it first if it is not in the cache.
///
/// A panic in `load` poisons the lock. The map is changed only after `load` has
/// returned, so it is right even then, and the cache ignores the poison.
fn price(cache: &Cache, reader: u32, item: &'static str) -> u32 {
    if let Some(price) = look_up(cache, reader, item) {
        return price;
    }

    let mut prices = cache.write().unwrap_or_else(PoisonError::into_inner);
    // No lock was held for a moment, in which another reader may have loaded it.
    if let Some(&price) = prices.get(item) {
        println!("Reader {reader}: found {item} loaded meanwhile, at {price}");
        return price;
    }
    // All other readers wait during the load, even for other items. If a load takes
    // long, keep an `Arc<OnceLock<u32>>` for each item, and load outside the lock.
    let price = load(reader, item);
    prices.insert(item, price);
    println!("Reader {reader}: stored {item} at {price}");
    price
}

/// Looks for an item while it holds the read lock, together with other readers.
fn look_up(cache: &Cache, reader: u32, item: &str) -> Option<u32> {
    let prices = cache.read().unwrap_or_else(PoisonError::into_inner);
    println!("Reader {reader}: starts to look for {item}");
    // Simulates a search that takes some time.
    thread::sleep(Duration::from_millis(1));
    let price = prices.get(item).copied();
    match price {
        Some(price) => println!("Reader {reader}: found {item} at {price}"),
        None => println!("Reader {reader}: missed {item}"),
    }
    price
}

/// Simulates a slow query.
fn load(reader: u32, item: &str) -> u32 {
    println!("Reader {reader}: loads {item}");
    thread::sleep(Duration::from_millis(2));
    item.bytes().map(u32::from).sum()
}
