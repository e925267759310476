//! Streams: fetch many pages, but only two at a time.
//!
//! A stream is an iterator whose `next` can be awaited. Like an iterator, it makes an
//! item only when it is asked for one. `buffered(2)` and `buffer_unordered(2)` drive
//! the futures of a stream two at a time: more than one, so that their waiting times
//! overlap, and never so many that they use up memory, sockets or the server.
//!
//! ```text
//! cargo run -p stream-demo
//! ```
//!
//! What to look for:
//!
//! - The source hands out nothing until main asks for the first page: building a
//!   stream runs nothing.
//! - The source hands out a page only while fewer than two fetches are in flight, so
//!   a slow server slows down the source. That is back-pressure.
//! - `buffered` returns the pages in the order of the source, even where page 2 was
//!   fetched before page 1.
//! - `buffer_unordered` returns each page as soon as it is there. The server answers
//!   the latest request first, so page 6 usually comes before page 5.
//!
//! The programs in `src/bin` show how it goes wrong.

use futures::StreamExt;
use futures::channel::oneshot;
use futures::executor::block_on;
use futures::stream;
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

type Request = (u32, oneshot::Sender<u32>);

fn main() {
    let server = start_server();
    block_on(async {
        in_order(&server).await;
        as_they_come(&server).await;
    });
}

/// `buffered` keeps the order of the source: a slow page holds up the later ones.
async fn in_order(server: &Sender<Request>) {
    let mut pages = stream::iter(1..=4)
        .inspect(|page| println!("Source: hands out page {page}"))
        .map(|page| fetch(server, page))
        .buffered(2);
    println!("Main: has built the stream");

    while let Some(page) = pages.next().await {
        println!("Main: receives page {page}");
    }
    println!("Main: has all pages in order");
}

/// `buffer_unordered` returns each page as soon as it is there.
async fn as_they_come(server: &Sender<Request>) {
    let mut pages = stream::iter(5..=8)
        .inspect(|page| println!("Source: hands out page {page}"))
        .map(|page| fetch(server, page))
        .buffer_unordered(2);

    // The fetches make no progress while the loop's body awaits something else: only
    // `next` drives them. Work that awaits belongs in the page's future, in `map`. Long
    // computing belongs on another thread, because it would block this one.
    while let Some(page) = pages.next().await {
        println!("Main: receives page {page}");
    }
    println!("Main: has all pages as they came");
}

async fn fetch(server: &Sender<Request>, page: u32) -> u32 {
    let (reply, answer) = oneshot::channel();
    server.send((page, reply)).unwrap();
    let page = answer.await.unwrap();
    println!("Fetch {page}: ends");
    page
}

/// Simulates a server that answers the latest of its requests first.
fn start_server() -> Sender<Request> {
    let (server, requests) = mpsc::channel::<Request>();
    thread::spawn(move || {
        while let Ok(request) = requests.recv() {
            // Simulates the time that the server and the network take.
            thread::sleep(Duration::from_millis(10));
            let mut waiting = vec![request];
            waiting.extend(requests.try_iter());
            for (page, reply) in waiting.into_iter().rev() {
                // Fails only if the fetch has been dropped, and needs no reply.
                let _ = reply.send(page);
            }
        }
    });
    server
}
