//! block_on or tokio: one workload, five ways to run it, and their times.
//!
//! Whether futures overlap depends on how they are combined, and not on what
//! drives them. Awaited one by one, four fetches take four times as long as one.
//! Joined, they take about as long as one, on `block_on` as on tokio. tokio adds
//! what `block_on` lacks: threads over which tasks can spread and, with more of its
//! features, timers and sockets. But neither of them helps against a future that
//! blocks the thread that drives it.
//!
//! ```text
//! cargo run -p block-on-vs-tokio-demo
//! ```
//!
//! What to look for:
//!
//! - A fetch takes at least 100 ms, and every row gets the same four pages.
//! - In the first row and the last, a fetch begins only when the one before it has
//!   ended, so they take at least 400 ms. In the rows between, all four are usually
//!   under way at once, and take little more than 100 ms.
//! - A second thread makes nothing faster here, because waiting needs no processor.
//! - The code of the last row looks as concurrent as that of the others, and it
//!   compiles without a warning. But it calls `block_on` inside a future, which
//!   blocks the only thread.

use futures::channel::oneshot;
use futures::executor::block_on;
use futures::future::join_all;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};
use tokio::runtime;
use tokio::task::JoinSet;

const PAGES: [u32; 4] = [1, 2, 3, 4];
const DELAY: Duration = Duration::from_millis(100);

/// How many fetches are under way, and the most that were so at once in this row.
/// `Relaxed` is enough for a count, since a row is read after its fetches have ended.
static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);
static AT_ONCE: AtomicUsize = AtomicUsize::new(0);

type Server = mpsc::Sender<Request>;

struct Request {
    page: u32,
    sent: Instant,
    reply: oneshot::Sender<u32>,
}

fn main() -> io::Result<()> {
    let server = start_server();

    row("block_on one by one", || {
        block_on(async {
            let mut pages = Vec::new();
            for page in PAGES {
                pages.push(fetch(page, server.clone()).await);
            }
            pages
        })
    });

    row("block_on together", || {
        block_on(join_all(PAGES.map(|page| fetch(page, server.clone()))))
    });

    let single = runtime::Builder::new_current_thread().build()?;
    row("tokio on one thread", || {
        single.block_on(join_all(PAGES.map(|page| fetch(page, server.clone()))))
    });

    let multi = runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()?;
    row("tokio on two threads", || {
        multi.block_on(async {
            // A `JoinSet` spawns its futures as tasks. The worker threads run only
            // tasks: the future given to `block_on` stays on the calling thread.
            let fetches = PAGES.map(|page| fetch(page, server.clone()));
            let mut pages = JoinSet::from_iter(fetches).join_all().await;
            // They come in the order in which the tasks have ended.
            pages.sort();
            pages
        })
    });

    // Wrong: the inner `block_on` keeps the only thread until the page is there, so
    // no other fetch can begin. `.await` would let the thread go on. tokio's own
    // `block_on` panics inside tokio; this one notices only its own kind.
    let blocking = async |page| block_on(fetch(page, server.clone()));
    row("block_on inside tokio", || {
        single.block_on(join_all(PAGES.map(blocking)))
    });
    Ok(())
}

/// Runs the workload one way, and prints a row of the table.
fn row(way: &str, run: impl FnOnce() -> Vec<u32>) {
    let begun = Instant::now();
    let pages = run();
    let millis = begun.elapsed().as_millis();
    let at_once = AT_ONCE.swap(0, Relaxed);
    println!("Main: {millis} ms, {at_once} at once, pages {pages:?}, with {way}");
}

/// The workload: asks the server for a page, and waits for the reply.
async fn fetch(page: u32, server: Server) -> u32 {
    let under_way = UNDER_WAY.fetch_add(1, Relaxed) + 1;
    AT_ONCE.fetch_max(under_way, Relaxed);
    let (reply, answer) = oneshot::channel();
    let sent = Instant::now();
    server.send(Request { page, sent, reply }).unwrap();
    let page = answer.await.unwrap();
    UNDER_WAY.fetch_sub(1, Relaxed);
    page
}

/// Simulates a server: one thread, which answers each request `DELAY` after it was
/// sent. The reply wakes the future that waits for it, whatever drives that future.
fn start_server() -> Server {
    let (server, requests) = mpsc::channel::<Request>();
    thread::spawn(move || {
        // All requests wait equally long, so the order of the queue will do.
        for Request { page, sent, reply } in requests {
            thread::sleep((sent + DELAY).saturating_duration_since(Instant::now()));
            // Fails only if the fetch has been dropped, and needs no reply.
            let _ = reply.send(page);
        }
    });
    server
}
