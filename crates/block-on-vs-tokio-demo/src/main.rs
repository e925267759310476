//! block_on or tokio: one workload, five ways to run it, and their times.
//!
//! Whether futures overlap depends on how they are combined, not on what drives
//! them: awaited one by one, the fetches take four times as long as together,
//! and together they take the same time on `block_on` and on tokio. A runtime
//! brings a timer of its own, and threads over which tasks can spread. But none
//! helps against a future that blocks the thread that drives it.
//!
//! ```text
//! cargo run -p block-on-vs-tokio-demo
//! ```
//!
//! What to look for:
//!
//! - Every row ends with the same pages.
//! - In the first row and the last, the next fetch begins only when the one before
//!   it has ended, so they take the time of all four. In the rows between, all
//!   four are under way at once, and take the time of one.
//! - A second thread makes nothing faster here: to wait takes no processor.
//! - The last row reads as concurrent as the others, and compiles without warning.

use futures::channel::oneshot;
use futures::executor::block_on;
use futures::future::join_all;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};
use tokio::runtime;
use tokio::task::JoinSet;

const PAGES: [u32; 4] = [1, 2, 3, 4];

/// How long the network takes to bring a page.
const DELAY: Duration = Duration::from_millis(100);

/// How many fetches are under way, and the most that were at once in this row.
/// `Relaxed` is enough to count, and a row is read when its fetches have ended.
static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);
static AT_ONCE: AtomicUsize = AtomicUsize::new(0);

fn main() -> io::Result<()> {
    let (count, delay) = (PAGES.len(), DELAY.as_millis());
    println!("Main: fetches {count} pages that take {delay} ms each");

    row("block_on, one by one", || {
        block_on(async {
            let mut pages = Vec::new();
            for page in PAGES {
                pages.push(fetch(page, sleep).await);
            }
            pages
        })
    });

    row("block_on, together", || {
        block_on(join_all(PAGES.map(|page| fetch(page, sleep))))
    });

    let single = runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    row("tokio, one thread", || {
        single.block_on(join_all(PAGES.map(|page| fetch(page, tokio::time::sleep))))
    });

    let multi = runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()?;
    row("tokio, two threads", || {
        multi.block_on(async {
            // Spawned, for the workers take only tasks: what `block_on` is given
            // stays on the thread that called it.
            let fetches = PAGES.map(|page| fetch(page, tokio::time::sleep));
            let mut pages = JoinSet::from_iter(fetches).join_all().await;
            // Tasks are joined as they end, in any order.
            pages.sort();
            pages
        })
    });

    // Wrong: this sleep never gives the thread back, so no other fetch begins
    // before it is over.
    let blocking_sleep = async |time| thread::sleep(time);
    row("tokio, blocking sleep", || {
        single.block_on(join_all(PAGES.map(|page| fetch(page, blocking_sleep))))
    });
    Ok(())
}

/// Runs the workload one way, and prints a row of the table.
fn row(way: &str, run: impl FnOnce() -> Vec<u32>) {
    let begun = Instant::now();
    let pages = run();
    let millis = begun.elapsed().as_millis();
    let at_once = AT_ONCE.swap(0, Relaxed);
    let way = format!("{way}:");
    println!("{way:22} {millis} ms, {at_once} at once, pages {pages:?}");
}

/// The workload: one fetch, which here is nothing but the wait for the network.
async fn fetch(page: u32, sleep: impl AsyncFn(Duration)) -> u32 {
    let under_way = UNDER_WAY.fetch_add(1, Relaxed) + 1;
    AT_ONCE.fetch_max(under_way, Relaxed);
    sleep(DELAY).await;
    UNDER_WAY.fetch_sub(1, Relaxed);
    page
}

/// Sleeps on a thread of its own, since `block_on` brings no timer. The message
/// wakes the future, and the thread that drives it stays free meanwhile.
async fn sleep(time: Duration) {
    let (ring, bell) = oneshot::channel();
    thread::spawn(move || {
        thread::sleep(time);
        ring.send(())
    });
    bell.await.unwrap();
}
