//! A guard lives in the `match` that it was made for, and the task waits for itself.
//!
//! In `match prices.lock().await.get("tea")` the guard is a temporary value. In every
//! edition of Rust it lives to the end of the `match`, in all arms. The second `lock`
//! waits for that guard, and the guard waits for the second `lock`. No thread is
//! blocked, so other tasks go on, and the mistake is hard to see.
//!
//! Instead, end the guard's life with a statement of its own:
//! `let known = prices.lock().await.get("tea").copied();`, then `match known`.
//! Between the two locks, another client may ask the shop too.
//!
//! It does not end by itself: stop it with Ctrl-C.
//!
//! ```text
//! cargo run -p async-mutex-demo --bin async-mutex-locked-twice
//! ```

use std::collections::HashMap;

use tokio::sync::Mutex;
use tokio::task;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let prices = Mutex::new(HashMap::new());
    let price = match prices.lock().await.get("tea") {
        Some(price) => *price,
        None => {
            println!("Client 1: asks the shop");
            // Simulates the wait for the shop.
            task::yield_now().await;
            prices.lock().await.insert("tea", 3);
            3
        }
    };
    println!("Client 1: knows the price {price}");
    println!("Client 2: finds the price {}", prices.lock().await["tea"]);
}
