//! The loop's body waits for a lock that a buffered fetch holds, and the program hangs.
//!
//! Only `next` drives the futures of the buffer. While the body of the loop runs,
//! none of them makes progress, and what they hold stays held. Fetch 2 has the only
//! connection and its reply is there, so it needs one more poll to give the
//! connection back. But main awaits the connection in the body, and calls `next`
//! only after that.
//!
//! Do not await in the body: move that work into the stream's futures, before
//! `buffer_unordered`, or use `for_each_concurrent`. Or give each fetch a task of
//! its own, because an executor drives every task.
//!
//! It does not end by itself: stop it with Ctrl-C.
//!
//! ```text
//! cargo run -p stream-demo --bin stream-stuck-body
//! ```

use futures::channel::oneshot;
use futures::executor::block_on;
use futures::lock::Mutex;
use futures::{FutureExt, StreamExt, stream};

fn main() {
    block_on(async {
        let connection = Mutex::new("connection");
        let (ask, asked) = oneshot::channel();
        let (reply, replied) = oneshot::channel();

        // Fetch 1 ends only when fetch 2 has the connection.
        let first = async {
            asked.await.unwrap();
            reply.send(2).unwrap();
            println!("Fetch 1: ends");
            1
        };
        let second = async {
            let _connection = connection.lock().await;
            println!("Fetch 2: has the connection");
            ask.send(()).unwrap();
            let page: u32 = replied.await.unwrap();
            println!("Fetch {page}: ends");
            page
        };

        let fetches = [first.boxed_local(), second.boxed_local()];
        let mut pages = stream::iter(fetches).buffer_unordered(2);
        while let Some(page) = pages.next().await {
            println!("Main: waits for the connection, to save page {page}");
            let _connection = connection.lock().await;
            println!("Main: has saved page {page}");
        }
    });
}
