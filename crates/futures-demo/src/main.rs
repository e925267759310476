//! Futures: `join!`, `select!`, streams and oneshots, without a runtime.
//!
//! The `futures` crate is the toolbox that all executors share. Its tools combine
//! futures into larger ones, and whoever drives the whole drives every part: to
//! its end, or until it is dropped. Here that is `block_on`, on the main thread.
//!
//! ```text
//! cargo run -p futures-demo
//! ```
//!
//! What to look for:
//!
//! - `join!`: the solver waits for the asker and the asker for the solver. One
//!   awaited after the other would wait for ever; joined, both get to their end.
//! - `select!`: the hare wins, and the snail's future is dropped where it stands.
//!   To drop a future is to cancel it.
//! - `FuturesUnordered`: results come in the order in which they become ready,
//!   not the order in which the futures went in.
//! - `buffer_unordered(2)`: a page is fetched only when fewer than two others are
//!   on their way, and a page that loads quickly overtakes a slow one.

use futures::channel::oneshot;
use futures::executor::block_on;
use futures::stream::{self, FuturesUnordered};
use futures::{FutureExt, StreamExt, future, join, select};
use std::thread;
use std::time::Duration;

fn main() {
    block_on(async {
        all_of_them().await;
        first_of_them().await;
        each_when_ready().await;
        few_at_once().await;
    });
}

/// `join!` drives all its futures until each has ended.
async fn all_of_them() {
    // A oneshot is a channel for one value; its receiver is a future.
    let (question, asked) = oneshot::channel();
    let (answer, answered) = oneshot::channel();

    let solver = async {
        println!("Solver: waits for a question");
        let (a, b): (u32, u32) = asked.await.unwrap();
        println!("Solver: is asked for {a} times {b}");
        answer.send(a * b).unwrap();
    };
    let asker = async {
        println!("Asker: asks for 6 times 7");
        question.send((6, 7)).unwrap();
        let product = answered.await.unwrap();
        println!("Asker: is told {product}");
    };
    join!(solver, asker);
    println!("Main: both have ended");
}

/// `select!` drives its futures until one has ended, and drops the others.
async fn first_of_them() {
    let (pass, passed) = oneshot::channel();

    let hare = async {
        passed.await.unwrap();
        println!("Hare: passes the snail, and arrives");
        "hare"
    };
    let snail = async {
        let _shell = Shell;
        println!("Snail: sets out, and lets the hare pass");
        pass.send(()).unwrap();
        future::pending().await
    };
    // `fuse` marks a future that has ended, for `select!` in a loop must not
    // drive it again.
    let winner: &str = select! {
        name = hare.fuse() => name,
        name = snail.fuse() => name,
    };
    println!("Main: the {winner} wins");
}

/// A future that is dropped drops what it owns: the place to clean up.
struct Shell;

impl Drop for Shell {
    fn drop(&mut self) {
        println!("Snail: is dropped on its way");
    }
}

/// `FuturesUnordered` hands out results as they become ready.
async fn each_when_ready() {
    let (bells, mut ears): (Vec<_>, FuturesUnordered<_>) =
        (1..=3).map(|_| oneshot::channel()).unzip();

    for (id, bell) in (1..=3_u8).zip(bells).rev() {
        println!("Ringer: rings bell {id}");
        bell.send(id).unwrap();
        let heard = ears.next().await.expect("one ear is left for each bell");
        println!("Listener: hears bell {}", heard.unwrap());
    }
}

/// `buffer_unordered` drives a stream's futures, a few of them at a time.
async fn few_at_once() {
    let mut pages = stream::iter(1..=5)
        .inspect(|page| println!("Stream: hands out page {page}"))
        .map(fetch)
        .buffer_unordered(2);

    while let Some(page) = pages.next().await {
        println!("Main: has page {page}");
    }
    println!("Main: has them all");
}

/// Lets another thread do what would block, and awaits its message.
async fn fetch(page: u32) -> u32 {
    let (done, fetched) = oneshot::channel();
    thread::spawn(move || {
        // Stands for the network, and page 1 is slow.
        thread::sleep(Duration::from_millis(if page == 1 { 50 } else { 10 }));
        done.send(page)
    });
    fetched.await.unwrap()
}
