//! Each task holds one permit and waits for another, so all wait forever.
//!
//! Two downloads hold one of the two permits each, and each needs a second one for its
//! preview. Neither gives its permit back before it has the other. Such a program
//! works as long as few tasks run, and stops under load. It happens where a function
//! that acquires calls another one that acquires, or calls itself, as in a crawler.
//!
//! Instead, acquire all permits of a task at once, with `acquire_many`. Or drop the
//! first before the wait for the second, or give each kind of work a semaphore.
//!
//! It does not end by itself: stop it with Ctrl-C.
//!
//! ```text
//! cargo run -p async-semaphore-demo --bin async-semaphore-second-permit
//! ```

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let slots = Arc::new(Semaphore::new(2));
    let mut downloads = JoinSet::new();
    for id in 1..=6 {
        let slot = Arc::clone(&slots).acquire_owned().await;
        let slot = slot.expect("the semaphore is not closed");
        let slots = Arc::clone(&slots);
        downloads.spawn(async move {
            println!("Download {id}: begins");
            let preview = slots.acquire().await;
            println!("Download {id}: ends");
            drop((slot, preview));
        });
    }
    while let Some(download) = downloads.join_next().await {
        download.expect("no download panics");
    }
}
