//! A reader that asks for the write lock while it reads waits for itself for ever.
//!
//! A writer gets in only when no reader is inside, and this reader is: it keeps
//! its read guard while it waits. A read lock cannot be turned into a write lock.
//! If it could, two readers that ask for it at once would wait for each other,
//! since each may count on the value not to change while it is inside.
//!
//! Drop the read guard, then ask for the write lock, and look again: between the
//! two another thread may have been inside and done the work.
//!
//! ```text
//! cargo run -p rwlock-demo --bin rwlock-upgrade
//! ```

use std::sync::RwLock;
use std::thread;

fn main() {
    let cache = RwLock::new([150, 0]);

    thread::scope(|scope| {
        scope.spawn(|| {
            let prices = cache.read().unwrap();
            println!("Reader 1: starts visit 1");
            if prices[1] == 0 {
                println!("Reader 1: finds no price for coffee, wants to write it");
                let mut prices = cache.write().unwrap();
                println!("Writer: starts writing");
                prices[1] = 2 * prices[0];
            }
        });
    });
}
