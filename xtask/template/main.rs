//! What this topic shows, in a few words.
//!
//! Why it matters, in a few sentences.
//!
//! ```text
//! cargo run -p TOPIC
//! ```
//!
//! What to look for:
//!
//! - The workers greet in any order.

use std::thread;

fn main() {
    let workers =
        [1, 2].map(|worker| thread::spawn(move || println!("Worker {worker}: says hello")));
    for worker in workers {
        worker.join().unwrap();
    }
    println!("Main: both workers have ended");
}
