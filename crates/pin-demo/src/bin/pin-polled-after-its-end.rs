//! A loop polls a pinned future again after its end, which panics.
//!
//! A pinned future outlives the round of the loop in which it ends. `select!` does not
//! know that, and polls it again in the next round. A future must not be polled after
//! its end: one of an `async fn` panics, and others may do anything but undefined
//! behaviour.
//!
//! Instead, set a flag and add `, if !settings_loaded` to the branch. `join!` waits for
//! several futures without a loop.
//!
//! ```text
//! cargo run -p pin-demo --bin pin-polled-after-its-end
//! ```

use std::pin::pin;

use tokio::{select, task};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    println!("Server: waits for two downloads");
    let mut settings = pin!(load(1));
    let mut users = pin!(load(2));
    for _ in 0..2 {
        select! {
            biased;
            () = &mut settings => println!("Server: has loaded settings"),
            () = &mut users => println!("Server: has loaded users"),
        }
    }
}

async fn load(pieces: u32) {
    for _ in 0..pieces {
        // Simulates the network.
        task::yield_now().await;
    }
}
