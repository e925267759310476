//! Pin: a future that is polled stays where it is.
//!
//! An `async fn` may keep a reference to a variable of its own across an `.await`. Both
//! are parts of the same future, so moving the future would leave the reference
//! pointing to the old place. Polling therefore takes a pinned future: one that is
//! promised to stay in its place. `.await` pins what it consumes. You pin a future
//! yourself to poll it and keep it.
//!
//! ```text
//! cargo run -p pin-demo
//! ```
//!
//! What to look for:
//!
//! - `pin!` keeps a future in this function's frame. Main polls it three times, and
//!   each poll goes on where the last one stopped.
//! - `Box::pin` keeps a future on the heap. An `async fn` that calls itself needs that:
//!   otherwise its future would contain itself, and have no finite size.
//! - The server's time limit is one pinned timer for all rounds of its loop. So it
//!   fires, however often the client pings.
//!
//! The programs in `src/bin` show how it goes wrong. `cancellation-demo` pins a read
//! that `select!` must not drop.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::{select, task, time};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    poll_again().await;
    recursion().await;
    one_time_limit().await;
}

/// `pin!` makes it possible to poll a future and to keep it.
async fn poll_again() {
    let (numbers, inbox) = mpsc::channel(1);
    let mut sum = pin!(add_up(inbox));
    for number in [5, 6] {
        println!("Main: sends {number}");
        numbers.send(number).await.unwrap();
        // Polls once. `sum.await` would wait for the end, which never comes.
        let poll = poll_fn(|context| Poll::Ready(sum.as_mut().poll(context))).await;
        println!("Main: has polled, pending: {}", poll.is_pending());
    }
    drop(numbers);
    println!("Main: receives the sum {}", sum.await);
}

async fn add_up(mut inbox: mpsc::Receiver<u32>) -> u32 {
    let mut sum = 0;
    // Across the `.await`, this future has a reference into itself.
    let total = &mut sum;
    while let Some(number) = inbox.recv().await {
        *total += number;
        println!("Adder: adds {number}, makes {total}");
    }
    sum
}

struct Folder {
    name: &'static str,
    files: u32,
    folders: Vec<Folder>,
}

/// `Box::pin` makes it possible for an `async fn` to call itself.
async fn recursion() {
    let folder = |name, files, folders| Folder {
        name,
        files,
        folders,
    };
    let tests = folder("tests", 3, vec![]);
    let src = folder("src", 4, vec![folder("bin", 2, vec![])]);
    let all = count(&folder("root", 1, vec![src, tests])).await;
    println!("Main: there are {all} files");
}

async fn count(folder: &Folder) -> u32 {
    println!("Reader: opens {} with {} files", folder.name, folder.files);
    // Simulates the disk.
    task::yield_now().await;
    let mut files = folder.files;
    for inner in &folder.folders {
        files += Box::pin(count(inner)).await;
    }
    println!("Reader: closes {} after {files} files", folder.name);
    files
}

/// A pinned timer goes on from one round of the loop to the next.
async fn one_time_limit() {
    let (pings, mut inbox) = mpsc::channel(1);
    let client = task::spawn(async move {
        // Waits while the last ping is in the channel. Fails when the server has ended.
        while pings.send(()).await.is_ok() {}
    });
    println!("Server: begins");
    let mut pinged = 0;
    // `select!` takes `&mut limit`, so it drops only the reference.
    let mut limit = pin!(time::sleep(Duration::from_millis(30)));
    loop {
        select! {
            biased;
            () = &mut limit => break println!("Server: its time is up after {pinged} pings"),
            Some(()) = inbox.recv() => {
                pinged += 1;
                println!("Server: answers ping {pinged}");
                // Simulates work.
                time::sleep(Duration::from_millis(5)).await;
            }
        }
    }
    drop(inbox);
    client.await.expect("the client does not panic");
    println!("Main: the client has ended");
}
