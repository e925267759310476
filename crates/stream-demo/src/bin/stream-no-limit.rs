//! `join_all` drives every fetch at once, so nothing limits how many are in flight.
//!
//! `join_all` takes all futures and drives all of them. With four pages that is
//! harmless. With a list of ten thousand, ten thousand requests are in flight: sockets
//! may run out, the server may refuse, and all replies are in memory at the same time.
//! Pushing every future into a `FuturesUnordered`, or spawning a task for each, has the
//! same fault.
//!
//! Give the stream a limit, with `buffered(n)`, `buffer_unordered(n)` or
//! `for_each_concurrent(n, ...)`.
//!
//! ```text
//! cargo run -p stream-demo --bin stream-no-limit
//! ```

use futures::channel::oneshot;
use futures::executor::block_on;
use futures::future;
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

type Request = (u32, oneshot::Sender<u32>);

fn main() {
    let server = start_server();
    let fetches = (5..=8)
        .inspect(|page| println!("Source: hands out page {page}"))
        .map(|page| fetch(&server, page));
    let pages = block_on(future::join_all(fetches));
    for page in pages {
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

fn start_server() -> Sender<Request> {
    let (server, requests) = mpsc::channel::<Request>();
    thread::spawn(move || {
        for (page, reply) in requests {
            // Simulates the time that the server and the network take.
            thread::sleep(Duration::from_millis(10));
            let _ = reply.send(page);
        }
    });
    server
}
