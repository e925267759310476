//! Main sleeps until the writer is surely done, and finds the old prices.
//!
//! A lock keeps others out while somebody is inside; it does not say who comes
//! first. A sleep does not say so either: it lasts as long as the writer takes
//! on a good day, and on any other day main reads too early. Nothing reports
//! that, for a price that is out of date looks like any other. A longer sleep
//! only makes it rarer, and the program slower.
//!
//! Wait for the event, not for the time: `join` the writer, or meet it at a
//! barrier, or let it send the news by a channel.
//!
//! ```text
//! cargo run -p rwlock-demo --bin rwlock-sleep-and-hope
//! ```

use std::sync::{Arc, RwLock};
use std::thread;
use std::time::Duration;

fn main() {
    let cache = Arc::new(RwLock::new([150, 300]));

    let writers = Arc::clone(&cache);
    thread::spawn(move || {
        // Stands for asking somebody for the new prices, who is slow today.
        thread::sleep(Duration::from_secs(60));
        let mut prices = writers.write().unwrap();
        println!("Writer: starts writing");
        *prices = [160, 320];
        println!("Writer: ends writing, tea 160, coffee 320");
    });

    // It has always been enough, so far.
    thread::sleep(Duration::from_millis(50));
    let [tea, coffee] = *cache.read().unwrap();
    println!("Main: in the end, tea {tea}, coffee {coffee}");
}
