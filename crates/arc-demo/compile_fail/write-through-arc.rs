//! An owner of an `Arc` changes the value that it shares.
//!
//! The other owners may be reading the value at the same time. The `mut` does not help:
//! it lets main replace its own handle, but gives no write access to the shared value.
//! Repair: share an `Arc<Mutex<Config>>`, and lock it for the change.

use std::sync::Arc;
use std::thread;

struct Config {
    port: u16,
}

fn main() {
    let mut config = Arc::new(Config { port: 8080 });
    let shared = Arc::clone(&config);
    let worker = thread::spawn(move || println!("Worker: reads port {}", shared.port));
    config.port = 8081; //~ E0594
    println!("Main: reads port {}", config.port);
    worker.join().unwrap();
}
