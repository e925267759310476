//! The permit stays in the loop that spawns the tasks, and is dropped before the work.
//!
//! `_slot` lives to the end of its scope, which is one round of the loop. `spawn`
//! returns at once, so the permit is back before the download has begun. All six run
//! at the same time. The compiler does not warn, because a variable keeps the permit.
//!
//! Instead, acquire with `acquire_owned` and move the permit into the task. A name
//! without an underscore helps, and `drop(slot)` at the end of the task: then the
//! program does not compile unless the permit is there.
//!
//! ```text
//! cargo run -p async-semaphore-demo --bin async-semaphore-permit-stays-outside
//! ```

use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let slots = Semaphore::new(2);
    let mut downloads = JoinSet::new();
    for id in 1..=6 {
        let _slot = slots.acquire().await.expect("the semaphore is not closed");
        downloads.spawn(async move {
            println!("Download {id}: begins");
            // Simulates the network.
            time::sleep(Duration::from_millis(5)).await;
            println!("Download {id}: ends");
        });
    }

    // A slot is always free, so main has not waited yet: all six begin now.
    while let Some(download) = downloads.join_next().await {
        download.expect("no download panics");
    }
}
