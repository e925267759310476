//! Main sleeps until the cache is surely filled, and finds it empty.
//!
//! A lock excludes other threads while one is inside. It does not say which thread
//! comes first, and neither does a sleep: it lasts as long as the writer takes on a good
//! day. On any other day main reads too early, and no error reports it. A longer sleep
//! makes the mistake rarer and the program slower.
//!
//! Instead, wait for the event itself: `join` the writer, or let it send a message.
//!
//! ```text
//! cargo run -p rwlock-demo --bin rwlock-sleep-and-hope
//! ```

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};
use std::thread;
use std::time::Duration;

fn main() {
    let cache = Arc::new(RwLock::new(BTreeMap::new()));

    let filled = Arc::clone(&cache);
    thread::spawn(move || {
        // Simulates a query to a server that is slow today.
        thread::sleep(Duration::from_secs(3));
        let prices = BTreeMap::from([("tea", 314), ("coffee", 616)]);
        *filled.write().unwrap() = prices;
    });

    // So far, this has always been long enough.
    thread::sleep(Duration::from_millis(50));
    let prices = cache.read().unwrap();
    println!("Main: the cache holds {} prices", prices.len());
}
