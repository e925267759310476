//! Two readers miss a price, and both load it, because neither looks again.
//!
//! A reader has to drop its read guard before it asks for the write lock. In between,
//! another thread may hold the write lock, so the miss may no longer be true. Here each
//! reader loads the price all the same: the second load is wasted, and it overwrites a
//! value that other threads may have changed since.
//!
//! Instead, look again under the write lock, and load only what is still missing.
//!
//! ```text
//! cargo run -p rwlock-demo --bin rwlock-no-second-look
//! ```

use std::collections::BTreeMap;
use std::sync::{Barrier, RwLock};
use std::thread;

fn main() {
    let cache = RwLock::new(BTreeMap::new());
    let both_looked = Barrier::new(2);

    thread::scope(|scope| {
        for reader in 1..=2 {
            let (cache, both_looked) = (&cache, &both_looked);
            scope.spawn(move || {
                for item in ["tea", "coffee", "tea"] {
                    let price = look_up(cache, reader, item);
                    // Without the barrier, both miss the same price only now and then.
                    both_looked.wait();
                    if price.is_none() {
                        let mut prices = cache.write().unwrap();
                        println!("Reader {reader}: loads {item}");
                        let price = item.bytes().map(u32::from).sum();
                        prices.insert(item, price);
                        println!("Reader {reader}: stored {item} at {price}");
                    }
                }
            });
        }
    });
}

fn look_up(cache: &RwLock<BTreeMap<&str, u32>>, reader: u32, item: &str) -> Option<u32> {
    let prices = cache.read().unwrap();
    println!("Reader {reader}: starts to look for {item}");
    let price = prices.get(item).copied();
    match price {
        Some(price) => println!("Reader {reader}: found {item} at {price}"),
        None => println!("Reader {reader}: missed {item}"),
    }
    price
}
